// Puts environment and label files into the services that name them, and gives names without a value the caller's.
import { readDotenv } from '#interpolation/dotenv.ts';
import type { Lookup } from '#interpolation/template.ts';
import { dotenvOptions } from '#load/include.ts';
import { fileName } from '#load/paths.ts';
import type { Session } from '#load/session.ts';
import { readText } from '#load/session.ts';
import { nodesMax, spendNodes } from '#tree/limits.ts';
import type { Entry, MapNode, Node, Path } from '#tree/node.ts';
import { get, isNull, itemsOf, map, scalar, set, textOf, without } from '#tree/node.ts';

/** The service with `env_file` and `label_file` read into `environment` and `labels`. */
export const resolveEnvironment = (session: Session, lookup: Lookup, service: MapNode, path: Path): MapNode => {
  let result = service;
  const own = inherit(get(service, 'environment'), lookup);
  const fromFiles = readEnvFiles(session, lookup, service, own, path);
  const merged = overlay(fromFiles, own, service);
  if (merged.entries.size > 0) result = set(result, 'environment', merged);
  const labelFiles = get(service, 'label_file');
  if (labelFiles !== undefined) {
    const labels = readLabelFiles(session, lookup, labelFiles, [...path, 'label_file']);
    const all = overlay(labels, get(service, 'labels'), service);
    if (all.entries.size > 0) result = set(result, 'labels', all);
  }
  return without(result, 'env_file', 'label_file');
};

const inherit = (environment: Node | undefined, lookup: Lookup): MapNode | undefined => {
  if (environment?.kind !== 'map') return undefined;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of environment.entries) {
    const value = isNull(entry.value) ? lookup(key) : undefined;
    entries.set(key, value === undefined ? entry : { place: entry.place, value: scalar(value, entry.value.place) });
  }
  return { ...environment, entries };
};

const overlay = (base: ReadonlyMap<string, Entry>, over: Node | undefined, at: Node): MapNode => {
  const entries = new Map(base);
  if (over?.kind === 'map') for (const [key, entry] of over.entries) entries.set(key, entry);
  return map(entries, over?.place ?? at.place);
};

const readEnvFiles = (
  session: Session,
  lookup: Lookup,
  service: MapNode,
  own: MapNode | undefined,
  path: Path,
): ReadonlyMap<string, Entry> => {
  const values = new Map<string, Entry>();
  const find: Lookup = (name) => lookup(name) ?? textOf(get(own, name)) ?? textOf(values.get(name)?.value);
  for (const [index, item] of itemsOf(get(service, 'env_file')).entries()) {
    const at: Path = [...path, 'env_file', index];
    const file = get(item, 'path') ?? item;
    const required = get(item, 'required');
    const isRequired = !(required?.kind === 'scalar' && required.value === false);
    const format = textOf(get(item, 'format'));
    if (format !== undefined && format !== '' && format !== 'raw') {
      const message = `"${format}" is no format of an environment file. Use raw, or leave it out.`;
      session.report.error(item.place, [...at, 'format'], 'invalid_value', message);
    }
    addFile(session, { values, lookup: find, file, at, isRequired, isRaw: format === 'raw' });
  }
  return values;
};

type FileToAdd = {
  readonly values: Map<string, Entry>;
  readonly lookup: Lookup;
  readonly file: Node;
  readonly at: Path;
  readonly isRequired: boolean;
  readonly isRaw: boolean;
};

const addFile = (session: Session, { values, lookup, file, at, isRequired, isRaw }: FileToAdd): void => {
  const name = fileName(session, '.', textOf(file) ?? '', { place: file.place, path: at });
  if (name === undefined || session.budget.used > nodesMax) return;
  const text = readText(session, name, { place: file.place, path: at, isRequired });
  if (text === undefined) return;
  const place = { file: name, line: 1, column: 1 };
  const read = readDotenv(text, dotenvOptions(session, lookup, name, isRaw));
  if (!spendNodes(session.report, session.budget, { place: file.place, path: at }, read.size)) return;
  for (const [key, value] of read) values.set(key, { place, value: scalar(value, place) });
};

const readLabelFiles = (session: Session, lookup: Lookup, node: Node, path: Path): ReadonlyMap<string, Entry> => {
  const values = new Map<string, Entry>();
  for (const [index, file] of itemsOf(node).entries())
    addFile(session, { values, lookup, file, at: [...path, index], isRequired: true, isRaw: false });
  return values;
};
