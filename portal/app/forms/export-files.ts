// What an export gives a person to keep: one YAML file, or an archive of everything that was published. Pure.
import type { ReplyOf } from '@berth/contract/route.ts';
import type { applicationRoutes } from '@berth/contract/application-routes.ts';
import { strToU8, zipSync } from 'fflate';
import { bytesOf } from '#util/base64.ts';
import { envText } from '#util/env-text.ts';

export type Export = ReplyOf<(typeof applicationRoutes)['exportApplication']>;
export type KeptFile = {
  readonly name: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  readonly type: string;
};

/** The resolved form is one file. The form as published is an archive; its variables are in `.env`, profiles as well. */
export const keptFile = (form: 'files' | 'resolved', exported: Export): KeptFile => {
  const { bundle, name, revision, profiles } = exported;
  const base = `${name}-revision-${revision}`;
  const only = bundle.main[0];
  if (form === 'resolved' && only !== undefined)
    return { name: `${base}.yaml`, content: bundle.files[only] ?? '', type: 'application/yaml' };
  const variables = {
    ...exported.variables,
    ...(profiles.length === 0 ? {} : { COMPOSE_PROFILES: profiles.join(',') }),
    ...(bundle.main.length < 2 ? {} : { COMPOSE_FILE: bundle.main.join(':') }),
  };
  const env = envText(variables);
  const archive = zipSync({
    ...Object.fromEntries(Object.entries(bundle.files).map(([file, text]) => [file, strToU8(text)])),
    ...Object.fromEntries(Object.entries(bundle.binaries ?? {}).map(([file, base64]) => [file, bytesOf(base64)])),
    ...(env === '' || Object.hasOwn(bundle.files, '.env') ? {} : { '.env': strToU8(env) }),
  });
  return { name: `${base}.zip`, content: new Uint8Array(archive), type: 'application/zip' };
};
