// `berth config`: reads Compose files as Compose itself would on this machine, and prints the whole model in long
// form. No server is asked. Exit code 0: accepted; 1: refused, with file:line:column lines on standard error.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { BundleSource, Problem } from '@berth/compose/bundle.ts';
import { publishNotes } from '@berth/compose/compile/refused.ts';
import { printModel } from '@berth/compose/print.ts';
import { resolveSimply } from '@berth/compose/resolve-with.ts';
import type { Failed, Resolved, ResolveOptions } from '@berth/compose/resolve-with.ts';
import { diskFiles, findFiles } from './files.ts';

export type ConfigFlags = {
  readonly file: readonly string[];
  readonly envFile: readonly string[];
  readonly profile: readonly string[];
  readonly format: 'json' | 'yaml';
  readonly projectName?: string;
  readonly projectDirectory?: string;
  readonly quiet?: boolean;
};

export type ConfigMachine = {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

/** The exit code. */
export const runConfig = async (machine: ConfigMachine, flags: ConfigFlags): Promise<number> => {
  const { environment, folder } = machine;
  const found = findFiles({
    folder,
    files: flags.file,
    envFiles: flags.envFile,
    environment,
    projectDirectory: flags.projectDirectory,
  });
  if (found === undefined) {
    machine.err('No Compose file was found here. Name one with -f, or create compose.yaml.\n');
    return 1;
  }
  const variables = Object.fromEntries(
    Object.entries({ PWD: folder, ...environment }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  let input: Uint8Array | undefined;
  const bundle = {
    files: diskFiles(folder, () => (input ??= readFileSync(0))),
    main: found.main,
    ...(flags.envFile.length === 0 ? {} : { envFiles: flags.envFile }),
  };
  const options: ResolveOptions = {
    variables,
    ...(flags.projectName === undefined ? {} : { projectName: flags.projectName }),
    defaultName: basename(resolve(folder, found.directory)),
    profiles: flags.profile,
    projectDirectory: found.directory,
    outside: 'read',
    ...(environment['HOME'] === undefined ? {} : { home: environment['HOME'] }),
  };
  const result = resolveSimply(bundle, options) ?? (await resolveFully(bundle, options));
  if ('problems' in result) {
    machine.err(result.problems.map(problemLine).join(''));
    return 1;
  }
  machine.err(result.warnings.map(problemLine).join(''));
  machine.err(publishNotes(result.model).map(noteLine).join(''));
  if (flags.quiet === true) return 0;
  machine.out(printModel(result.model, { format: flags.format, baseDirectory: folder }));
  return 0;
};

/** The full parser of YAML takes as long to load as most files take to read, and few need it. */
const resolveFully = async (bundle: BundleSource, options: ResolveOptions): Promise<Resolved | Failed> => {
  const { resolveModel } = await import('@berth/compose/resolve.ts');
  return resolveModel(bundle, options);
};

export const problemLine = (problem: Problem): string => {
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  return `${placeText(problem)}${kind}${problem.message}\n`;
};

/** Compose accepts the key, and publishing does not: worth knowing, and no reason to refuse here. */
const noteLine = (problem: Problem): string =>
  `${placeText(problem)}note: publishing refuses this: ${problem.message}\n`;

const placeText = ({ file, line, column }: Problem): string => {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return place === '' ? '' : `${place}: `;
};
