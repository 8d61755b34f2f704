// Reads the plain and common part of YAML by itself, many times faster than a full parser: block mappings and lists,
// values on one line, simple texts over several, comments, anchors and `<<`. It never guesses. Whatever it does not know
// for certain, anything malformed included, makes it give up, and the full parser reads the file and words the faults.
import { nodesMax } from './limits.ts';
import type { Entry, MapNode, Node } from './node.ts';
import { list, map, scalar } from './node.ts';
import { blockTextOf } from './simple-texts.ts';
import type { Anchored, Anchors, Line } from './simple-values.ts';
import { anchorOf, keyOf, placeIn, valueOf } from './simple-values.ts';

export type SimpleDocument = { readonly root: MapNode; readonly nodes: number };

/** undefined: the file needs the full parser. */
export const readSimpleYaml = (file: string, text: string): SimpleDocument | undefined => {
  if (!knownText.test(text) || documentMarks.test(text)) return undefined;
  const raw = text.split('\n');
  const reader: Reader = {
    file,
    raw,
    lines: linesOf(raw),
    at: 0,
    nodes: 0,
    deepest: 0,
    anchors: new Map(),
    isSimple: true,
  };
  const first = reader.lines[0];
  if (first === undefined || first.indent !== 0) return undefined;
  const root = readBlock(reader, first, 0);
  if (!reader.isSimple || reader.at < reader.lines.length || root.kind !== 'map') return undefined;
  return { root, nodes: reader.nodes };
};

/** Printable text without tabs; other characters have rules of their own. */
const knownText = /^[\n\x20-\x7E\u00A0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]*$/;
const documentMarks = /^(?:---|\.\.\.|%)/m;

type Reader = {
  readonly file: string;
  readonly raw: readonly string[];
  /** Lines that hold something. */
  readonly lines: Line[];
  at: number;
  nodes: number;
  /** The deepest level met since the anchor now being read began. */
  deepest: number;
  readonly anchors: Map<string, Anchored>;
  isSimple: boolean;
};

const linesOf = (raw: readonly string[]): Line[] => {
  const lines: Line[] = [];
  let number = 0;
  for (const line of raw) {
    number += 1;
    let indent = 0;
    while (line.charCodeAt(indent) === 32) indent += 1;
    if (indent === line.length || line.charCodeAt(indent) === 35) continue;
    lines.push({ number, indent, text: indent === 0 ? line : line.slice(indent) });
  }
  return lines;
};

const giveUp = (reader: Reader, line: Line): Node => {
  reader.isSimple = false;
  reader.at = reader.lines.length;
  return scalar(null, placeIn(reader.file, line, 0));
};

/** Deeper ones are rare, and how deep is too deep is for the full parser to say. */
const depthMax = 20;

const isListItem = (line: Line): boolean =>
  line.text.charCodeAt(0) === 45 && (line.text.length === 1 || line.text.charCodeAt(1) === 32);

/** The list or mapping that starts at the current line. */
const readBlock = (reader: Reader, line: Line, depth: number): Node => {
  if (depth > depthMax || reader.nodes > nodesMax) return giveUp(reader, line);
  reader.deepest = Math.max(reader.deepest, depth);
  return isListItem(line) ? readList(reader, line, depth) : readMap(reader, line, depth);
};

const readMap = (reader: Reader, first: Line, depth: number): Node => {
  const entries = new Map<string, Entry>();
  let merged: Node | undefined;
  reader.nodes += 1;
  for (
    let line: Line | undefined = first;
    line !== undefined && line.indent === first.indent;
    line = reader.lines[reader.at]
  ) {
    const key = isListItem(line) ? undefined : keyOf(line);
    const isMerge = key?.name === '<<';
    if (key === undefined || entries.has(key.name) || (isMerge && merged !== undefined)) return giveUp(reader, line);
    const place = placeIn(reader.file, line, 0);
    reader.at += 1;
    // A list may stand as far left as the key it belongs to.
    const value = readValue(reader, line, key.end, { depth, listIndent: line.indent });
    if (isMerge) merged = value;
    else entries.set(key.name, { place, value });
    if (!reader.isSimple) return value;
  }
  const next = reader.lines[reader.at];
  if (next !== undefined && next.indent > first.indent) return giveUp(reader, next);
  if (merged !== undefined && !mergeInto(reader, entries, merged)) return giveUp(reader, first);
  return map(entries, placeIn(reader.file, first, 0));
};

/** Own keys win whatever the order, and of several mappings the first. */
const mergeInto = (reader: Reader, entries: Map<string, Entry>, merged: Node): boolean => {
  for (const source of merged.kind === 'list' ? merged.items : [merged]) {
    if (source.kind !== 'map') return false;
    reader.nodes += source.entries.size;
    if (reader.nodes > nodesMax) return false;
    for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
  }
  return true;
};

const readList = (reader: Reader, first: Line, depth: number): Node => {
  const items: Node[] = [];
  reader.nodes += 1;
  let line: Line | undefined = first;
  while (line !== undefined && line.indent === first.indent && isListItem(line)) {
    let start = 1;
    while (line.text.charCodeAt(start) === 32) start += 1;
    const rest: Line = { number: line.number, indent: line.indent + start, text: line.text.slice(start) };
    if (rest.text !== '' && (isListItem(rest) || keyOf(rest) !== undefined)) {
      // `- a: 1` and `- - a`: the rest of the line is the first line of a block of its own.
      reader.lines[reader.at] = rest;
      items.push(readBlock(reader, rest, depth + 1));
    } else {
      reader.at += 1;
      items.push(readValue(reader, line, start, { depth, listIndent: line.indent + 1 }));
    }
    if (!reader.isSimple) break;
    line = reader.lines[reader.at];
  }
  if (line !== undefined && line.indent > first.indent) return giveUp(reader, line);
  return list(items, placeIn(reader.file, first, 0));
};

type Where = { readonly depth: number; readonly listIndent: number };

/** The value that begins at a column of a line, with its anchor if it has one. */
const readValue = (reader: Reader, line: Line, start: number, where: Where): Node => {
  const anchor = anchorOf(line, start);
  if (anchor === undefined) return readPlainValue(reader, line, start, where);
  // What has a name already cannot get another one.
  if (/^ *\*/.test(line.text.slice(anchor.end))) return giveUp(reader, line);
  const before = { nodes: reader.nodes, deepest: reader.deepest };
  reader.anchors.delete(anchor.name);
  reader.deepest = where.depth;
  // Only what stands deeper belongs to the anchor for certain.
  const node = readPlainValue(reader, line, anchor.end, { depth: where.depth, listIndent: -1 });
  const isEmpty = node.kind === 'scalar' && node.value === null;
  if (isEmpty || !reader.isSimple) return giveUp(reader, line);
  const height = reader.deepest - where.depth + flowHeight;
  reader.anchors.set(anchor.name, { node, size: reader.nodes - before.nodes, height });
  reader.deepest = Math.max(reader.deepest, before.deepest);
  return node;
};

/** What brackets on one line may add to how deep a value is. */
const flowHeight = 12;

const readPlainValue = (reader: Reader, line: Line, start: number, { depth, listIndent }: Where): Node => {
  const next = reader.lines[reader.at];
  const isDeeper = next !== undefined && next.indent > line.indent;
  const anchors: Anchors = (name) => {
    const anchored = reader.anchors.get(name);
    if (anchored === undefined || depth + anchored.height > depthMax + flowHeight) return undefined;
    reader.deepest = Math.max(reader.deepest, depth + anchored.height);
    return anchored;
  };
  const value = valueOf({ file: reader.file, line, anchors }, start);
  if (value === undefined) return readText(reader, line, start);
  if (value !== 'none') {
    reader.nodes += value.nodes;
    // Deeper lines go on with this value, or are a fault.
    return isDeeper || reader.nodes > nodesMax ? giveUp(reader, line) : value.node;
  }
  if (next !== undefined && (isDeeper || (next.indent === listIndent && isListItem(next))))
    return readBlock(reader, next, depth + 1);
  reader.nodes += 1;
  let at = start;
  while (line.text.charCodeAt(at) === 32) at += 1;
  return scalar(null, placeIn(reader.file, line, at));
};

/** A text of several lines after `|` or `>`. */
const readText = (reader: Reader, line: Line, start: number): Node => {
  const text = blockTextOf(reader.raw, line, start);
  if (text === undefined) return giveUp(reader, line);
  reader.nodes += 1;
  // Each turn takes one line.
  while ((reader.lines[reader.at]?.number ?? Infinity) <= text.lastNumber) reader.at += 1;
  return scalar(text.value, placeIn(reader.file, line, text.at));
};
