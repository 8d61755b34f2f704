// `berth export`: the files an application came from, or one file that says all of it, in a form that publishes to the
// same again. Secrets are in it; the files are for their owner alone.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ReplyOf } from '@berth/contract/route.ts';
import type { PublicApi } from '@berth/contract/public-api.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';
import { printJson } from '#output/table.ts';
import { findPlace, ofApplication, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { variablesText } from './variables-file.ts';

export type ExportFlags = PlaceFlags & {
  readonly resolved?: boolean;
  readonly revision?: number;
  readonly to?: string;
  readonly force?: boolean;
};

type Exported = ReplyOf<PublicApi['exportApplication']>;

export const exportApplication = async (machine: Machine, application: string, flags: ExportFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const exported = await ofApplication(
    place,
    application,
    session.client.exportApplication({
      params: { ...place, application },
      query: {
        form: flags.resolved === true ? 'resolved' : 'files',
        ...(flags.revision === undefined ? {} : { revision: flags.revision }),
      },
    }),
  );
  const written = flags.to === undefined ? undefined : writeFiles(machine, exported, flags.to, flags.force === true);
  if (flags.json === true) printJson(machine, written === undefined ? exported : { ...written, ...headOf(exported) });
  else if (written === undefined) machine.out(onlyFile(exported));
  else
    machine.out(
      `Revision ${exported.revision} of ${exported.name} is in ${flags.to}: ${written.files.length} files. Publish it with:\n  ${written.publish}\n`,
    );
  return 0;
};

const headOf = ({ name, revision }: Exported) => ({ name, revision });

/** What goes to standard output must be all of it. */
const onlyFile = ({ name, bundle, variables, profiles }: Exported): string => {
  const [only, ...more] = Object.values(bundle.files);
  const isAll = more.length === 0 && Object.keys(bundle.binaries ?? {}).length === 0;
  if (only !== undefined && isAll && Object.keys(variables).length === 0 && profiles.length === 0) return only;
  const what = isAll ? 'variables or profiles' : 'several files';
  throw new PlatformError('invalid_request', `${name} comes with ${what}. Give --to FOLDER, or --json for all in one`);
};

type Written = { readonly folder: string; readonly files: readonly string[]; readonly publish: string };

const writeFiles = (machine: Machine, exported: Exported, to: string, isForced: boolean): Written => {
  const folder = resolve(machine.folder, to);
  if (!isForced && existsSync(folder) && readdirSync(folder).length > 0)
    throw new PlatformError('invalid_request', `The folder ${to} is not empty. Name another, or give --force`);
  const { bundle, variables } = exported;
  const files = new Map<string, string | Buffer>([
    ...Object.entries(bundle.files),
    ...Object.entries(bundle.binaries ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64')] as const),
  ]);
  const envFiles = placeVariables(files, bundle, variables);
  for (const name of files.keys()) requireInside(name);
  for (const [name, content] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
  }
  return { folder, files: [...files.keys()].toSorted(), publish: publishLine(exported, to, envFiles) };
};

/** A server names clean relative paths; whatever it names, nothing is written elsewhere. */
const requireInside = (name: string): void => {
  if (
    name === '' ||
    name.startsWith('/') ||
    /[\\\0]/.test(name) ||
    name.split('/').some((part) => /^\.{0,2}$/.test(part))
  )
    throw new PlatformError(
      'wrong_state',
      `The server names a file ${JSON.stringify(name)}, which is no path to write to`,
    );
};

/**
 * Adds the file of variables. It is called `.env`, which is read without being asked for, unless the bundle has one of its
 * own or names others: then those come first and ours over them, as at the server. Answers what has to be named when
 * publishing.
 */
const placeVariables = (
  files: Map<string, string | Buffer>,
  { main, envFiles }: Exported['bundle'],
  variables: Readonly<Record<string, string>>,
): readonly string[] => {
  const folder = dirname(main[0] ?? '.');
  const nameOf = (file: string): string => (folder === '.' ? file : `${folder}/${file}`);
  const beside = nameOf('.env');
  const isEmpty = Object.keys(variables).length === 0;
  const named = envFiles ?? [];
  if (envFiles === undefined && !files.has(beside)) {
    if (!isEmpty) files.set(beside, variablesText(variables));
    return [];
  }
  // Where none is named, the `.env` that is there is read.
  const isUnwanted = envFiles?.length === 0 && files.has(beside);
  if (isEmpty && !isUnwanted) return named;
  const free = candidates.map(nameOf).find((name) => !files.has(name));
  if (free === undefined) throw new PlatformError('conflict', 'The bundle leaves no name for the file of variables');
  files.set(free, variablesText(variables));
  return [...(envFiles ?? [beside]), free];
};

const candidates = ['variables.env', 'berth-variables.env', 'berth-variables-of-export.env'] as const;

const publishLine = ({ name, bundle, profiles }: Exported, to: string, envFiles: readonly string[]): string =>
  [
    `berth publish ${name}`,
    ...bundle.main.map((file) => `-f ${quoted(join(to, file))}`),
    ...((bundle.main[0] ?? '').includes('/') ? [`--root ${quoted(to)}`] : []),
    ...envFiles.map((file) => `--env-file ${quoted(join(to, file))}`),
    ...profiles.map((profile) => `--profile ${quoted(profile)}`),
  ].join(' ');

/** As a shell takes it for one word. */
const quoted = (text: string): string =>
  /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
