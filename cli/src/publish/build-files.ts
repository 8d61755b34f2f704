// The folder an image is built from: what of it goes along, by `.dockerignore` as an engine reads it. What is ignored is
// not even looked at where that can be known, since a folder of packages holds more files than all the rest.
import { lstatSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { contextBytesMax, contextFilesMax, nameInContext } from '@berth/compose/build-context.ts';
import { cleanPath } from '@berth/compose/load/paths.ts';
import type { Node, Place } from '@berth/compose/tree/node.ts';
import { entriesOf, get, textOf } from '@berth/compose/tree/node.ts';
import { createReport, type Report } from '@berth/compose/tree/report.ts';
import type { Problem } from '@berth/compose/bundle.ts';
import { createStepBudget, ignoredPaths, type StepBudget } from '@berth/compose/values/ignore-patterns.ts';
import { bytesText } from '#output/words.ts';
import type { DiskSource } from './disk-source.ts';

/**
 * Takes the files of every build of the model. What leads out of the folder, or is not there, is left for the Compose
 * library to refuse; it knows the rule.
 */
export const takeBuilds = (root: string, model: Node, source: DiskSource): readonly Problem[] => {
  const report = createReport();
  const budget = createStepBudget();
  for (const [service, { value }] of entriesOf(get(model, 'services'))) {
    const build = get(value, 'build');
    if (build?.kind === 'map') takeBuild({ root, source, report, budget }, service, build);
  }
  return report.problems;
};

type Taking = {
  readonly root: string;
  readonly source: DiskSource;
  readonly report: Report;
  readonly budget: StepBudget;
};

type Folder = {
  readonly context: string;
  readonly place: Place;
  readonly path: readonly string[];
  /** Its patterns, and the files that go along whatever they say. */
  readonly ignore: string;
  readonly always: readonly string[];
};

const takeBuild = (taking: Taking, service: string, build: Node): void => {
  const { source } = taking;
  const given = get(build, 'context');
  const context = cleanPath(textOf(given) ?? '.');
  if (/^(?:\/|~|\.\.(?:\/|$)|[a-z][a-z0-9+.-]*:)/i.test(context) || /[\\\0]/.test(context)) return;
  const dockerfile = takeDockerfile(source, build, context);
  const always = [...(dockerfile === undefined ? [] : [dockerfile, `${dockerfile}.dockerignore`]), '.dockerignore'];
  const ignoreFile = always.find(
    (name) => name.endsWith('.dockerignore') && source.take(nameInContext(context, name)) !== undefined,
  );
  const ignored = ignoreFile === undefined ? undefined : source.take(nameInContext(context, ignoreFile));
  takeFolder(taking, {
    context,
    place: given?.place ?? build.place,
    path: ['services', service, 'build', 'context'],
    ignore: typeof ignored === 'string' ? ignored : '',
    always,
  });
};

/** Its path in the context; undefined when it lies beside it or is written in the Compose file. */
const takeDockerfile = (source: DiskSource, build: Node, context: string): string | undefined => {
  if (get(build, 'dockerfile_inline') !== undefined) return undefined;
  const name = cleanPath(nameInContext(context, textOf(get(build, 'dockerfile')) || 'Dockerfile'));
  source.take(name);
  if (context === '.') return name;
  return name.startsWith(`${context}/`) ? name.slice(context.length + 1) : undefined;
};

const fewer = 'List in .dockerignore what the build does not need.';

const takeFolder = ({ root, source, report, budget }: Taking, folder: Folder): void => {
  const { context, place, path } = folder;
  const at = join(root, context);
  if (statSync(at, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  if (relative(realpathSync(root), realpathSync(at)).split(sep)[0] === '..') {
    const message = `The folder "${context}" is a link to one outside. Put a copy in its place.`;
    report.error(place, path, 'outside_bundle', message);
    return;
  }
  const found = listFiles(at, folder, budget);
  const refuse = (what: string): void =>
    report.error(place, path, 'too_much_to_build', `The folder "${context}" of the build has ${what}. ${fewer}`);
  if (found === undefined) return refuse(`more than ${entriesMax} files`);
  if (budget.left <= 0)
    return report.error(place, path, 'too_much_to_build', 'The patterns in .dockerignore are too many.');
  if (found.length > contextFilesMax) return refuse(`${found.length} files; ${contextFilesMax} are allowed`);
  const bytes = found.reduce((sum, name) => sum + (statSync(join(at, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  if (bytes > contextBytesMax) return refuse(`${bytesText(bytes)}; ${bytesText(contextBytesMax)} are allowed`);
  for (const name of found) {
    if (source.take(nameInContext(context, name)) !== undefined || !leadsToNoFile(join(at, name))) continue;
    const message = `"${name}" in the folder "${context}" of the build is a link to a folder, or to nothing. Put a copy in its place, or list it in .dockerignore.`;
    report.error(place, path, 'file_missing', message);
  }
};

const leadsToNoFile = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true &&
  statSync(path, { throwIfNoEntry: false })?.isFile() !== true;

/** Files and links looked at in one folder, ignored ones too. */
const entriesMax = 100_000;

/** Paths in the folder; undefined when they are too many. */
const listFiles = (at: string, { ignore, always }: Folder, budget: StepBudget): readonly string[] | undefined => {
  // An exception may lie in a folder that is ignored.
  const isPruned = !/^\s*!/m.test(ignore);
  const files: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const names = readdirSync(join(at, folder), { withFileTypes: true }).map((entry) => ({
      entry,
      name: folder === '' ? entry.name : `${folder}/${entry.name}`,
    }));
    const inner = names.filter(({ entry }) => entry.isDirectory()).map(({ name }) => name);
    const pruned = isPruned ? ignoredPaths(ignore, inner, budget) : new Set<string>();
    folders.push(...inner.filter((name) => !pruned.has(name)));
    files.push(...names.filter(({ entry }) => isSent(entry)).map(({ name }) => name));
    if (files.length + folders.length > entriesMax) return undefined;
  }
  const ignored = ignoredPaths(ignore, files, budget);
  return files.filter((name) => !ignored.has(name) || always.includes(name)).toSorted();
};

/** Sockets and the like are nothing to build from. */
const isSent = (entry: Dirent): boolean => entry.isFile() || entry.isSymbolicLink();
