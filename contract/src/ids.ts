// Every kind of thing that has an id, with its prefix. An id is `<prefix>_<26 lowercase base32 characters>`;
// the first ten characters are a millisecond time, so that ids sort by age.
import { z } from 'zod';

export const idPrefixes = {
  tenant: 'ten',
  zone: 'zon',
  environment: 'env',
  host: 'hst',
  application: 'app',
  revision: 'rev',
  operation: 'opn',
  event: 'evt',
  user: 'usr',
  session: 'ses',
  joinToken: 'jtk',
  job: 'job',
  run: 'run',
  hook: 'hok',
  lease: 'lea',
} as const;

export type Kind = keyof typeof idPrefixes;
export type Id<K extends Kind> = string & { readonly __kind: K };

const idBody = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** True when the text has the shape of an id of that kind; says nothing about whether the thing exists. */
export const isId = <K extends Kind>(kind: K, text: string): text is Id<K> =>
  text.startsWith(`${idPrefixes[kind]}_`) && idBody.test(text.slice(idPrefixes[kind].length + 1));

/** A zod schema for ids of one kind. */
export const idSchema = <K extends Kind>(kind: K) =>
  z
    .string()
    .refine((text): text is Id<K> => isId(kind, text), { message: `is no id of a ${kind}` })
    .meta({ pattern: `^${idPrefixes[kind]}_[0-9a-hjkmnp-tv-z]{26}$` });
