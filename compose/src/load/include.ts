// `include`: other sets of Compose files, read with their own folder and their own `.env` under the caller's
// variables, and brought in whole. What both define must be the same.
import { readDotenv } from '#interpolation/dotenv.ts';
import type { Lookup } from '#interpolation/template.ts';
import type { Entry, MapNode, Node, Path, Place } from '#tree/node.ts';
import { get, isNull, isSame, itemsOf, map, mapValues, scalar, set, textOf, update, without } from '#tree/node.ts';
import { fileName, folderOf, nameBuildFolders } from './paths.ts';
import type { Scope, Session } from './session.ts';
import { filesReadMax, readText } from './session.ts';

/** Reads a set of files to one tree; the loader hands itself over. */
export type LoadFiles = (
  session: Session,
  scope: Scope,
  files: readonly NamedFile[],
  chain: readonly string[],
) => MapNode | undefined;

export type NamedFile = { readonly name: string; readonly place: Place | undefined; readonly path: Path };

const chainMax = 20;

export const applyInclude = (
  session: Session,
  scope: Scope,
  load: LoadFiles,
  root: MapNode,
  chain: readonly string[],
): MapNode => {
  const include = get(root, 'include');
  let result = without(root, 'include');
  if (include === undefined || isNull(include)) return result;
  if (include.kind !== 'list') {
    session.report.error(include.place, ['include'], 'wrong_type', '"include" must be a list of files.');
    return result;
  }
  for (const [index, item] of include.items.entries()) {
    const included = loadIncluded(session, scope, load, item, ['include', index], chain);
    if (included !== undefined) result = bringIn(session, result, included, item.place);
  }
  return result;
};

const loadIncluded = (
  session: Session,
  scope: Scope,
  load: LoadFiles,
  item: Node,
  path: Path,
  chain: readonly string[],
): MapNode | undefined => {
  const { report } = session;
  const pathNode = item.kind === 'map' ? get(item, 'path') : item;
  const written = pathNode?.kind === 'list' ? pathNode.items : pathNode === undefined ? [] : [pathNode];
  const files: NamedFile[] = [];
  for (const node of written) {
    const name = resolveName(session, scope.directory, node, path);
    if (name === undefined) return undefined;
    files.push({ name, place: node.place, path });
  }
  const [first] = files;
  if (first === undefined) {
    report.error(item.place, path, 'missing_key', 'An include needs "path": the file or files to include.');
    return undefined;
  }
  session.included += 1;
  if (session.included > filesReadMax) {
    report.error(item.place, path, 'too_many_files', `More than ${filesReadMax} files are included here. Use fewer.`);
    return undefined;
  }
  const circle = files.find(({ name }) => chain.includes(name));
  if (circle !== undefined || chain.length > chainMax) {
    const message = `Files include one another in a circle: ${[...chain, (circle ?? first).name].join(' → ')}. Break it.`;
    report.error(item.place, path, 'include_cycle', message);
    return undefined;
  }
  const directoryNode = get(item, 'project_directory');
  const directory =
    directoryNode === undefined ? folderOf(first.name) : resolveName(session, scope.directory, directoryNode, path);
  if (directory === undefined) return undefined;
  const lookup = includeLookup(session, scope, directory, get(item, 'env_file'), path);
  const included = load(session, { directory, lookup }, files, [...chain]);
  if (included === undefined) return undefined;
  return fillBareVariables(nameBuildFolders(session, directory, included), lookup);
};

/** `environment: [A]` takes the value the include's own environment files give. */
const fillBareVariables = (root: MapNode, lookup: Lookup): MapNode =>
  update(root, 'services', (services) =>
    services.kind === 'map'
      ? mapValues(services, (service) =>
          service.kind === 'map' ? update(service, 'environment', (node) => fillBare(node, lookup)) : service,
        )
      : services,
  );

const fillBare = (node: Node, lookup: Lookup): Node => {
  if (node.kind === 'map')
    return mapValues(node, (value, key) => {
      const given = isNull(value) ? lookup(key) : undefined;
      return given === undefined ? value : scalar(given, value.place);
    });
  if (node.kind !== 'list') return node;
  const items = node.items.map((item) => {
    const text = textOf(item);
    const given = text === undefined || text.includes('=') ? undefined : lookup(text);
    return given === undefined ? item : scalar(`${text}=${given}`, item.place);
  });
  return { ...node, items };
};

const resolveName = (session: Session, directory: string, node: Node, path: Path): string | undefined => {
  const text = textOf(node);
  if (text === undefined || text === '') {
    session.report.error(node.place, path, 'wrong_type', 'A path of an include must be text. Name a file.');
    return undefined;
  }
  return fileName(session, directory, text, { place: node.place, path });
};

/** The caller's variables win; the environment files of the include fill in what they leave open. */
const includeLookup = (
  session: Session,
  scope: Scope,
  directory: string,
  envFile: Node | undefined,
  path: Path,
): Lookup => {
  const values = new Map<string, string>();
  const named = envFile?.kind === 'list' ? itemsOf(envFile) : envFile === undefined ? [] : [envFile];
  const lookup: Lookup = (name) => scope.lookup(name) ?? values.get(name);
  const read = (name: string, place: Place | undefined, isRequired: boolean): void => {
    const text = readText(session, name, { place, path, isRequired });
    if (text === undefined) return;
    for (const [key, value] of readDotenv(text, dotenvOptions(session, lookup, name))) values.set(key, value);
  };
  if (envFile === undefined) read(directory === '.' ? '.env' : `${directory}/.env`, undefined, false);
  for (const node of named) {
    const name = resolveName(session, scope.directory, node, path);
    if (name !== undefined) read(name, node.place, true);
  }
  return lookup;
};

export const dotenvOptions = (
  session: Session,
  lookup: Lookup,
  file: string,
  isRaw = false,
): Parameters<typeof readDotenv>[1] => ({
  lookup,
  isRaw,
  produced: session.produced,
  fault: ({ code, message, line, isWarning }) => {
    const place = { file, line, column: 1 };
    if (isWarning === true) session.report.warn(place, [], code, message);
    else session.report.error(place, [], code, message);
  },
  unset: (name, line) => {
    if (!session.unset.has(name)) session.unset.set(name, { place: { file, line, column: 1 }, path: [] });
  },
});

const sections = ['services', 'volumes', 'networks', 'secrets', 'configs', 'models'] as const;

const bringIn = (session: Session, root: MapNode, included: MapNode, place: Place): MapNode => {
  let result = root;
  for (const section of sections) {
    const theirs = get(included, section);
    if (theirs?.kind !== 'map') continue;
    const ours = get(result, section);
    const entries = new Map<string, Entry>(ours?.kind === 'map' ? ours.entries : []);
    for (const [name, entry] of theirs.entries) {
      const old = entries.get(name);
      if (old !== undefined && !isSame(old.value, entry.value)) {
        const where = `${entry.place.file}:${entry.place.line}`;
        const message = `"${name}" in ${section} is also defined in ${where}, with other content. Rename one of them.`;
        session.report.error(old.place, [section, name], 'include_conflict', message);
      }
      entries.set(name, old ?? entry);
    }
    result = set(result, section, map(entries, ours?.place ?? place));
  }
  return result;
};
