// From Compose files on this disk to the bundle that is published: these files and the ones they name, all below one
// folder. Nothing outside of it is read, also not through a symbolic link: what is read here is sent away.
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, posix, relative, resolve, sep } from 'node:path';
import { readBundle, type Problem } from '@berth/compose/bundle.ts';
import { compileApplication, type CompileOptions } from '@berth/compose/compile.ts';
import { cleanPath } from '@berth/compose/load/paths.ts';
import { resolveModel } from '@berth/compose/resolve.ts';
import type { Node } from '@berth/compose/tree/node.ts';
import { entriesOf, get, textOf } from '@berth/compose/tree/node.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { findFiles } from '#config/files.ts';
import { takeBuilds } from './build-files.ts';
import { makeDiskSource, type DiskSource } from './disk-source.ts';
import { collectVariables, readAssignments } from './variables.ts';

export type BundleRequest = {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly variables: readonly string[];
  readonly profiles: readonly string[];
  readonly name: string | undefined;
  /** The folder that holds all files; absent: that of the first Compose file. */
  readonly root?: string | undefined;
};

export type Gathered = {
  readonly name: string;
  readonly bundle: {
    readonly files: Record<string, string>;
    /** Base64. */
    readonly binaries?: Record<string, string>;
    readonly main: string[];
    /** Empty where `.env` goes along and is not to be read for variables; those that are needed all go along by name. */
    readonly envFiles?: string[];
  };
  readonly variables: Record<string, string>;
  readonly warnings: readonly Problem[];
};

/** Throws `invalid_compose` with every problem when the files cannot be published as they are. */
export const gatherBundle = (request: BundleRequest): Gathered => {
  const { root, main } = findMain(request);
  const source = makeDiskSource(root);
  const directory = join(root, dirname(main[0]));
  const { variables, problems } = collectVariables({
    files: variableFiles(request, directory),
    shell: request.environment,
    given: readAssignments(request.variables, request.environment),
  });
  refuse(problems);
  const result = resolveModel(
    // The variables are all here; the reader shall not look for a `.env` by itself.
    { files: { get: (name) => source.text(name) }, main, envFiles: [] },
    {
      variables: variables.values,
      ...(request.name === undefined ? {} : { projectName: request.name }),
      defaultName: basename(directory),
      profiles: request.profiles,
      outside: 'refuse',
      unsetVariables: 'error',
    },
  );
  refuse(source.refused);
  if ('problems' in result) throw refusal(result.problems);
  const { root: model, name: found } = result.model;
  takeGranted(model, source);
  const builds = takeBuilds(root, model, source);
  refuse([...source.refused, ...builds]);
  const name = request.name ?? applicationName(found);
  const files = source.files();
  const bundle = { files, ...withBinaries(source.binaries()), main, ...withoutEnv(request, root, main[0], files) };
  const warnings = judge(bundle, { variables: variables.values, projectName: name, profiles: request.profiles });
  return { name, bundle, variables: variables.needed(), warnings };
};

/** Files of configs and secrets. */
const takeGranted = (model: Node, source: DiskSource): void => {
  for (const section of ['configs', 'secrets'])
    for (const [, { value }] of entriesOf(get(model, section))) {
      const file = textOf(get(value, 'file'));
      if (file !== undefined) source.take(cleanPath(file));
    }
};

const withBinaries = (binaries: Record<string, string>): { binaries?: Record<string, string> } =>
  Object.keys(binaries).length === 0 ? {} : { binaries };

/** The server would read `.env` beside the first file by itself. */
const withoutEnv = (
  { folder, envFiles }: BundleRequest,
  root: string,
  first: string,
  files: Record<string, string>,
): { envFiles?: string[] } => {
  const beside = posix.join(dirname(first), '.env');
  if (envFiles.length === 0 || !Object.hasOwn(files, beside)) return {};
  return envFiles.some((file) => resolve(folder, file) === resolve(root, beside)) ? {} : { envFiles: [] };
};

/** What the server would say to the bundle as it is now; the warnings. Also takes note of the last variables asked for. */
const judge = (bundle: Gathered['bundle'], options: CompileOptions): readonly Problem[] => {
  const compiled = compileApplication(readBundle(bundle), options);
  if ('problems' in compiled) throw refusal(compiled.problems);
  return compiled.warnings;
};

const refuse = (problems: readonly Problem[]): void => {
  if (problems.some(({ severity }) => severity === 'error')) throw refusal(problems);
};

const refusal = (problems: readonly Problem[]): PlatformError => {
  const count = problems.filter(({ severity }) => severity === 'error').length;
  const message = count === 1 ? 'The Compose files have a problem' : `The Compose files have ${count} problems`;
  return new PlatformError('invalid_compose', message, { problems });
};

const findMain = (request: BundleRequest): { root: string; main: [string, ...string[]] } => {
  const { folder, environment, files, envFiles } = request;
  if (files.includes('-'))
    throw new PlatformError('invalid_request', 'A bundle is published from files, not from standard input');
  const found = findFiles({ folder, environment, files, envFiles, projectDirectory: undefined });
  const [first, ...more] = (found?.main ?? []).map((file) => resolve(folder, file));
  if (first === undefined)
    throw new PlatformError('invalid_request', 'No Compose file was found here. Name one with -f');
  const root = request.root === undefined ? dirname(first) : resolve(folder, request.root);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new PlatformError('invalid_request', `There is no folder ${request.root}`);
  for (const file of [first, ...more])
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
      throw new PlatformError('invalid_request', `There is no file ${relative(folder, file) || file}`);
  const nameOf = (file: string): string => relative(root, file).split(sep).join('/');
  const main: [string, ...string[]] = [nameOf(first), ...more.map(nameOf)];
  const outside = main.find((file) => file.startsWith('../'));
  if (outside !== undefined)
    throw new PlatformError(
      'invalid_request',
      `${outside} lies outside ${root}. All files of an application lie in one folder: that of the first Compose file, or the one given with --root`,
    );
  return { root, main };
};

/** The files of --env-file; without any, `.env` beside the first file when there is one. As Compose does. */
const variableFiles = ({ folder, envFiles }: BundleRequest, directory: string): { name: string; text: string }[] => {
  const beside = join(directory, '.env');
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
