// The small changes of shape that many keys share: a text for a list of one, `KEY=value` lists for mappings, numbers
// for text, sizes and durations in their one spelling. A value of the wrong kind is left for the schema's verdict.
import { durationText, readDuration } from '#values/durations.ts';
import { readSize } from '#values/sizes.ts';
import { shellOperator, splitWords } from '#values/words.ts';
import type { Entry, MapNode, Node, Path } from '#tree/node.ts';
import { get, isNull, itemsOf, list, map, mapValues, numberOf, scalar, scalarText, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';

/** One key's long form; undefined drops the key. */
export type Shape = (report: Report, node: Node, path: Path) => Node | undefined;

export const asText: Shape = (_report, node) =>
  node.kind === 'scalar' && node.value !== null && typeof node.value !== 'string'
    ? scalar(scalarText(node), node.place)
    : node;

export const asList: Shape = (_report, node) =>
  node.kind === 'scalar' && !isNull(node) ? list([node], node.place) : node;

export const eachText: Shape = (report, node, path) => {
  const items = asList(report, node, path);
  if (items?.kind !== 'list') return items;
  return { ...items, items: items.items.map((item) => asText(report, item, path) ?? item) };
};

/** Values of a mapping as text; null stays where it means something. */
export const textValues: Shape = (report, node, path) =>
  node.kind === 'map' ? mapValues(node, (value) => asText(report, value, path)) : node;

/** `[A=1, B]` or `{A: 1}` → a mapping of texts, with `missing` where there is no `=` or no value. */
export const pairs =
  (missing: string | null): Shape =>
  (report, node, path) => {
    if (node.kind === 'map') {
      return mapValues(node, (value) => (isNull(value) ? scalar(missing, value.place) : asText(report, value, path)));
    }
    if (node.kind !== 'list') return node;
    const entries = new Map<string, Entry>();
    for (const item of node.items) {
      const text = textOf(item);
      if (text === undefined) continue;
      const equals = text.indexOf('=');
      const key = equals < 0 ? text : text.slice(0, equals);
      const value = equals < 0 ? missing : text.slice(equals + 1);
      entries.set(key, { place: item.place, value: scalar(value, item.place) });
    }
    return map(entries, node.place);
  };

export const duration: Shape = (report, node, path) => {
  const text = textOf(node);
  if (text === undefined) return node;
  const value = readDuration(text);
  if (value === undefined) {
    const message = `"${path.at(-1)}" is "${text}"; write a duration with its unit, such as 30s, 1m30s or 500ms.`;
    report.error(node.place, path, 'bad_duration', message);
    return node;
  }
  return { ...scalar(durationText(value), node.place) };
};

/** Bytes as text, the way Compose prints them. */
export const size: Shape = (report, node, path) => {
  const number = numberOf(node);
  if (number !== undefined) return scalar(String(Math.trunc(number)), node.place);
  const text = textOf(node);
  if (text === undefined) return node;
  const value = readSize(text);
  if (value === undefined) {
    const message = `"${path.at(-1)}" is "${text}"; write a size such as 512m, 2g or a number of bytes.`;
    report.error(node.place, path, 'bad_size', message);
    return node;
  }
  return scalar(String(value), node.place);
};

/** A command line split into words; null keeps the image's own, an empty text clears it. */
export const commandLine: Shape = (report, node, path) => {
  const text = textOf(node);
  if (text === undefined) return node;
  const { words, fault } = splitWords(text);
  if (fault !== undefined) report.error(node.place, path, 'bad_command', fault);
  const operator = shellOperator(words);
  if (operator !== undefined && !startsShell(words)) {
    const message = `No shell runs this command, so "${operator}" is passed on as a word. Use ["sh", "-c", "…"] for a shell.`;
    report.warn(node.place, path, 'shell_syntax', message);
  }
  return list(
    words.map((word) => scalar(word, node.place)),
    node.place,
  );
};

const startsShell = (words: readonly string[]): boolean => /(?:^|\/)(?:ba|da|a|z)?sh$/.test(words[0] ?? '');

/** Applies a shape to each key of a mapping that has one. */
export const fields =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (report, node, path) => {
    if (node.kind !== 'map') return node;
    let result: MapNode = node;
    const entries = new Map<string, Entry>();
    for (const [key, entry] of node.entries) {
      const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined;
      const value = shape === undefined ? entry.value : shape(report, entry.value, [...path, key]);
      if (value !== undefined) entries.set(key, { place: entry.place, value });
    }
    result = { ...node, entries };
    return result;
  };

export const each =
  (shape: Shape): Shape =>
  (report, node, path) => {
    if (node.kind === 'list') {
      const items = node.items.map((item, index) => shape(report, item, [...path, index]));
      return { ...node, items: items.filter((item) => item !== undefined) };
    }
    return node.kind === 'map' ? mapValues(node, (value, key) => shape(report, value, [...path, key])) : node;
  };

/** The same for variables, whose names end where the `=` begins. */
export const variables: Shape = (report, node, path) => {
  for (const [index, item] of itemsOf(node).entries()) {
    const name = textOf(item)?.split('=', 1)[0] ?? '';
    if (!/\s$/.test(name)) continue;
    const message = `The name "${name}" ends in a blank. Remove the blank before "=".`;
    report.error(item.place, [...path, index], 'bad_name', message);
  }
  return pairs(null)(report, node, path);
};

/** A list of names → a mapping from name to a value. */
export const namesAsMap =
  (value: (name: Node) => Node): Shape =>
  (_report, node) => {
    if (node.kind !== 'list') return node;
    const entries = new Map<string, Entry>();
    for (const item of node.items) {
      const name = textOf(item);
      if (name !== undefined) entries.set(name, { place: item.place, value: value(item) });
    }
    return map(entries, node.place);
  };

/** `h:1.2.3.4`, `h=1.2.3.4`, `v6:::1`, `v6=[::1]` and mappings → a list of `host=address`. */
export const extraHosts: Shape = (report, node, path) => {
  const items: Node[] = [];
  const add = (host: string, address: string, at: Node): void => {
    if (address === '')
      report.warn(
        at.place,
        path,
        'ambiguous_value',
        `The host "${host}" has no address, and is left out when this is published. Give it one.`,
      );
    items.push(scalar(`${host}=${address.replace(/^\[(.*)\]$/, '$1')}`, at.place));
  };
  if (node.kind === 'map') {
    for (const [host, { value }] of node.entries)
      for (const address of value.kind === 'list' ? value.items : [value]) add(host, textOf(address) ?? '', address);
    return list(items, node.place);
  }
  if (node.kind !== 'list') return node;
  for (const item of node.items) {
    const text = textOf(item) ?? '';
    const match = /^([^=]+)=(.*)$/.exec(text) ?? /^([^:]+):(.*)$/.exec(text);
    if (match === null) {
      const message = `"${text}" is no host and address. Write "name:address" or "name=address".`;
      report.error(item.place, path, 'bad_address', message);
    } else for (const address of (match[2] ?? '').split(',')) add((match[1] ?? '').trim(), address.trim(), item);
  }
  return list(items, node.place);
};

/** The old `external: {name: x}` as `external: true` and `name: x`. */
export const externalName = (node: MapNode): MapNode => {
  const external = get(node, 'external');
  if (external?.kind !== 'map') return node;
  const name = get(external, 'name');
  const entries = new Map(node.entries);
  entries.set('external', { place: external.place, value: scalar(true, external.place) });
  if (name !== undefined) entries.set('name', { place: name.place, value: name });
  return { ...node, entries };
};
