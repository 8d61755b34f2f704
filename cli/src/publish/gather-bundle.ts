// From Compose files on this disk to the bundle that is published: these files and the ones they name, all below one
// folder. Nothing outside of it is read, also not through a symbolic link: what is read here is sent away.
import { realpathSync, statSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Problem } from '@berth/compose/bundle.ts';
import { resolveModel } from '@berth/compose/resolve.ts';
import { entriesOf, get, textOf } from '@berth/compose/tree/node.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { findFiles } from '#config/files.ts';
import { collectVariables, readAssignments } from './variables.ts';

export type BundleRequest = {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly variables: readonly string[];
  readonly profiles: readonly string[];
  readonly name: string | undefined;
};

export type Gathered = {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly main: string[];
  readonly variables: Record<string, string>;
  readonly warnings: readonly Problem[];
};

/** Throws `invalid_compose` with every problem when the files cannot be read as they are. */
export const gatherBundle = (request: BundleRequest): Gathered => {
  const { root, main } = findMain(request);
  const source = makeSource(root);
  const { variables, problems } = collectVariables({
    files: variableFiles(request, root),
    shell: request.environment,
    given: readAssignments(request.variables, request.environment),
  });
  refuse(problems);
  const result = resolveModel(
    { files: { get: source.get }, main },
    {
      variables: variables.values,
      ...(request.name === undefined ? {} : { projectName: request.name }),
      defaultName: basename(root),
      profiles: request.profiles,
      // The variables are all here; the reader shall not look for a `.env` by itself.
      envFiles: [noFile],
      outside: 'refuse',
      unsetVariables: 'error',
    },
  );
  refuse(source.refused);
  if ('problems' in result) refuse(result.problems);
  else {
    for (const section of ['configs', 'secrets'])
      for (const [, { value }] of entriesOf(get(result.model.root, section))) {
        const file = textOf(get(value, 'file'));
        if (file !== undefined) source.get(file.replace(/^\.\//, ''));
      }
    refuse(source.refused);
    const name = request.name ?? applicationName(result.model.name);
    return { name, files: source.files(), main, variables: variables.needed(), warnings: result.warnings };
  }
  throw new PlatformError('invalid_compose', 'The Compose files cannot be read');
};

const noFile = '.berth-no-variables';

const refuse = (problems: readonly Problem[]): void => {
  const count = problems.filter(({ severity }) => severity === 'error').length;
  if (count === 0) return;
  const message = count === 1 ? 'The Compose files have a problem' : `The Compose files have ${count} problems`;
  throw new PlatformError('invalid_compose', message, { problems });
};

const findMain = ({ folder, environment, files, envFiles }: BundleRequest): { root: string; main: string[] } => {
  if (files.includes('-'))
    throw new PlatformError('invalid_request', 'A bundle is published from files, not from standard input');
  const found = findFiles({ folder, environment, files, envFiles, projectDirectory: undefined });
  const [first, ...more] = (found?.main ?? []).map((file) => resolve(folder, file));
  if (first === undefined)
    throw new PlatformError('invalid_request', 'No Compose file was found here. Name one with -f');
  const root = dirname(first);
  for (const file of [first, ...more])
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
      throw new PlatformError('invalid_request', `There is no file ${relative(folder, file) || file}`);
  const main = [first, ...more].map((file) => relative(root, file).split(sep).join('/'));
  const outside = main.find((file) => file.startsWith('../'));
  if (outside !== undefined)
    throw new PlatformError(
      'invalid_request',
      `${outside} lies outside ${root}, the folder of the first Compose file. All files of an application lie in one folder`,
    );
  return { root, main };
};

// What the server takes as one file; said here with the file's name.
const fileCharactersMax = 262_144;

/** The files below a folder, read when asked for and kept for sending. */
const makeSource = (root: string) => {
  const read = new Map<string, string>();
  const refused: Problem[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const reject = (file: string, code: Problem['code'], message: string): undefined => {
    refused.push({ severity: 'error', code, message, file });
  };
  const get = (name: string): string | undefined => {
    if (name === noFile) return '';
    const known = read.get(name);
    if (known !== undefined) return known;
    if (name.includes('\0') || name.startsWith('/') || name.split('/').includes('..')) return undefined;
    const path = join(root, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) return undefined;
    if (!isBelow(realpathSync(root), realpathSync(path)))
      return reject(name, 'outside_bundle', 'This is a link to a file outside the folder. Put a copy in its place');
    if (stat.size > fileCharactersMax * 4) return reject(name, 'too_large', 'This file is too large to be published');
    const text = decodeWith(decoder, readFileSync(path));
    if (text === undefined) return reject(name, 'not_text', 'This file is not UTF-8 text');
    if (text.length > fileCharactersMax) return reject(name, 'too_large', 'This file is too large to be published');
    read.set(name, text);
    return text;
  };
  return { get, refused, files: (): Record<string, string> => Object.fromEntries(read) };
};

const isBelow = (root: string, path: string): boolean => path.startsWith(root.endsWith(sep) ? root : root + sep);

const decodeWith = (decoder: TextDecoder, bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

/** The files of --env-file; without any, `.env` beside the first file when there is one. As Compose does. */
const variableFiles = ({ folder, envFiles }: BundleRequest, root: string): { name: string; text: string }[] => {
  const beside = join(root, '.env');
  const wanted = envFiles.map((file) => ({ path: resolve(folder, file), isRequired: true }));
  return (wanted.length > 0 ? wanted : [{ path: beside, isRequired: false }]).flatMap(({ path, isRequired }) => {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    if (!isFile && isRequired) throw new PlatformError('invalid_request', `There is no file ${relative(folder, path)}`);
    return isFile ? [{ name: relative(folder, path), text: readFileSync(path, 'utf8') }] : [];
  });
};

const nameCharactersMax = 40;

/** Compose lets a name hold what a name in Berth cannot: underscores, and more than 40 characters. */
export const applicationName = (projectName: string): string =>
  projectName.replaceAll('_', '-').replace(/^-+/, '').slice(0, nameCharactersMax).replace(/-+$/, '');
