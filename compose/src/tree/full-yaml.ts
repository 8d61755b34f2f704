// Text of a YAML file → trees with places, one per document, for every file that is YAML. The reader is a hybrid, as
// Compose's own: see values/plain-scalar.ts. Duplicate keys, foreign tags and endless aliases are refused, with their place.
import { Composer, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, Lexer, Parser } from 'yaml';
import type { Document, Pair, ParsedNode, Scalar as YamlScalar, YAMLMap, YAMLSeq } from 'yaml';
import { readPlainScalar } from '#values/plain-scalar.ts';
import type { NodeBudget } from './limits.ts';
import { nestingMax, nodesMax, reportTooDeep, spendNodes } from './limits.ts';
import type { Entry, MapNode, MergeTag, Node, Path, Place, ScalarNode } from './node.ts';
import { list, map, scalar } from './node.ts';
import type { FullReader } from './read-yaml.ts';
import { indentContinuations } from './scan-lines.ts';
import type { Report } from './report.ts';

/** The documents of a text that is within the limits. */
export const readFullYaml: FullReader = (report, budget, file, text) => {
  const strict = parseText(report, file, text, undefined);
  if (strict === undefined) return [];
  const { documents, ...source } = hasFaults(strict) ? (parseIndented(report, file, text) ?? strict) : strict;
  const nodes: Node[] = [];
  for (const document of documents) {
    const reader: Reader = { report, budget, file, ...source, anchors: new Map(), open: new Set(), deepest: 0 };
    if (!reportSyntax(reader, document)) return [];
    nodes.push(readNode(reader, document.contents, [], 0));
  }
  return report.hasErrors() ? [] : nodes;
};

type Parsed = {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** Blanks put before lines, by index, which no place may count. */
  readonly added: readonly number[] | undefined;
  /** Where the text ends, if its last line says something and no line break follows; else nowhere. */
  readonly openEnd: number | undefined;
};

const parseText = (
  report: Report,
  file: string,
  text: string,
  added: readonly number[] | undefined,
): Parsed | undefined => {
  const lines = new LineCounter();
  const documents = composeDocuments(report, file, text, lines);
  const openEnd = /[^\s][^\n]*$/.test(text.slice(text.lastIndexOf('\n') + 1)) ? text.length : undefined;
  return documents === undefined ? undefined : { documents, lines, added, openEnd };
};

const hasFaults = ({ documents }: Parsed): boolean =>
  documents.some(({ errors }) => errors.some(({ message }) => !toleratedFaults.test(message)));

/**
 * Compose's own reader does not look at how far right a line stands that goes on inside brackets or quotes, and many
 * files have such lines too far left. undefined: that is not what is wrong with the file.
 */
const parseIndented = (report: Report, file: string, text: string): Parsed | undefined => {
  const indented = indentContinuations(text);
  if (indented === undefined) return undefined;
  const parsed = parseText(report, file, indented.text, indented.added);
  return parsed === undefined || hasFaults(parsed) ? undefined : parsed;
};

/** Each document is merged over those before it, which costs as much as all of them. */
export const documentsMax = 20;

/** Parses token by token and stops at a depth that the recursive steps after it could not bear. */
const composeDocuments = (
  report: Report,
  file: string,
  text: string,
  lines: LineCounter,
): readonly Document.Parsed[] | undefined => {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, lineCounter: lines, stringKeys: false });
  const documents: Document.Parsed[] = [];
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (parser.stack.length > nestingMax * 2 + 4) {
      const { line, col } = lines.linePos(offset);
      reportTooDeep(report, { file, line, column: col });
      return undefined;
    }
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (documents.length > documentsMax) {
      const { line, col } = lines.linePos(offset);
      const message = `The file holds more than ${documentsMax} documents. Put them together.`;
      report.error({ file, line, column: col }, [], 'too_many_documents', message);
      return undefined;
    }
    offset = parser.offset;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(false, text.length));
  return documents;
};

type Reader = {
  readonly report: Report;
  readonly budget: NodeBudget;
  readonly file: string;
  readonly lines: LineCounter;
  readonly added: readonly number[] | undefined;
  readonly openEnd: number | undefined;
  readonly anchors: Map<string, { node: Node; size: number; height: number }>;
  readonly open: Set<string>;
  /** The deepest level met since the anchor now being read began, aliases included. */
  deepest: number;
};

/** A fault of form that Compose's own reader lets pass. */
const toleratedFaults = /^Comments must be separated from other tokens/;

const reportSyntax = (reader: Reader, document: Document.Parsed): boolean => {
  let isFine = true;
  for (const fault of document.errors) {
    if (toleratedFaults.test(fault.message)) continue;
    isFine = false;
    const message = fault.message.replace(/ at line \d+, column \d+:?[\s\S]*$/, '').replace(/\.$/, '');
    reader.report.error(placeAt(reader, fault.pos[0]), [], 'yaml_syntax', `This is not YAML: ${message}.`);
  }
  return isFine;
};

const placeAt = (reader: Reader, offset: number): Place => {
  const { line, col } = reader.lines.linePos(offset);
  const column = col - (reader.added?.[line - 1] ?? 0);
  return { file: reader.file, line: Math.max(line, 1), column: Math.max(column, 1) };
};

type AnyNode = ParsedNode | null;

const readNode = (reader: Reader, node: AnyNode, path: Path, offset: number): Node => {
  const place = placeAt(reader, node?.range[0] ?? offset);
  if (!spend(reader, place, path, 1)) return scalar(null, place);
  if (node === null) return scalar(null, place);
  if (isAlias(node)) return readAlias(reader, node.source, place, path);
  reader.deepest = Math.max(reader.deepest, path.length);
  const anchor = node.anchor;
  if (anchor === undefined) return readValue(reader, node, place, path);
  const before = { used: reader.budget.used, deepest: reader.deepest };
  reader.deepest = path.length;
  reader.open.add(anchor);
  const value = readValue(reader, node, place, path);
  reader.open.delete(anchor);
  const height = reader.deepest - path.length;
  reader.anchors.set(anchor, { node: value, size: reader.budget.used - before.used + 1, height });
  reader.deepest = Math.max(reader.deepest, before.deepest);
  return value;
};

const spend = (reader: Reader, place: Place, path: Path, count: number): boolean =>
  spendNodes(reader.report, reader.budget, { place, path }, count);

const readAlias = (reader: Reader, name: string, place: Place, path: Path): Node => {
  const anchor = reader.anchors.get(name);
  if (anchor === undefined || reader.open.has(name)) {
    const why = reader.open.has(name) ? 'stands inside the value it names' : 'names no anchor before it';
    reader.report.error(place, path, 'unknown_alias', `The alias *${name} ${why}. Define &${name} first, elsewhere.`);
    return scalar(null, place);
  }
  reader.deepest = Math.max(reader.deepest, path.length + anchor.height);
  if (reader.deepest > nestingMax) {
    reportTooDeep(reader.report, place);
    return scalar(null, place);
  }
  return spend(reader, place, path, anchor.size) ? anchor.node : scalar(null, place);
};

const readValue = (reader: Reader, node: ParsedNode, place: Place, path: Path): Node => {
  const tag = readTag(reader, node.tag, place, path);
  if (isSeq(node)) return withTag(readList(reader, node, place, path), tag.merge);
  if (isMap(node)) return withTag(readMap(reader, node, place, path), tag.merge);
  if (isScalar(node)) return withTag(readScalar(reader, node, place, tag.core), tag.merge);
  return scalar(null, place);
};

const withTag = <N extends Node>(node: N, tag: MergeTag | undefined): N =>
  tag === undefined ? node : { ...node, tag };

const readTag = (
  reader: Reader,
  tag: string | undefined,
  place: Place,
  path: Path,
): { merge?: MergeTag; core?: string } => {
  if (tag === undefined || tag === '!') return {};
  if (tag === '!reset') return { merge: 'reset' };
  if (tag === '!override') return { merge: 'override' };
  const core = /^(?:tag:yaml\.org,2002:|!!)(str|int|bool|float|null|map|seq|merge|timestamp)$/.exec(tag)?.[1];
  if (core !== undefined) return { core };
  const shown = tag.replace('tag:yaml.org,2002:', '!!');
  const message = `The tag ${shown} means nothing to Compose. Remove it, or use !reset or !override.`;
  reader.report.error(place, path, 'unknown_tag', message);
  return {};
};

const readScalar = (reader: Reader, node: YamlScalar, place: Place, core: string | undefined): ScalarNode => {
  const given = typeof node.value === 'string' ? node.value : '';
  // A block that the end of the file cuts off has no line break at its end, which the parser adds.
  const isCutOff = node.type?.startsWith('BLOCK') === true && node.range?.[1] === reader.openEnd;
  const text = isCutOff ? given.replace(/\n$/, '') : given;
  const isPlain = node.type === 'PLAIN' || node.type === undefined || node.type === null;
  if (core === 'str' || (core === undefined && !isPlain)) return scalar(text, place);
  const plain = readPlainScalar(text);
  return { kind: 'scalar', place, ...plain };
};

const readList = (reader: Reader, node: YAMLSeq, place: Place, path: Path): Node => {
  const items: Node[] = [];
  for (const [index, item] of node.items.entries()) {
    const child = [...path, index];
    if (isPair(item)) items.push(readMap(reader, { items: [item] }, place, child));
    else items.push(readNode(reader, parsed(item), child, node.range?.[0] ?? 0));
    if (reader.budget.used > nodesMax) break;
  }
  return list(items, place);
};

// The types of the yaml package lose track of "this was parsed" inside collections; parsed nodes always have ranges.
const parsed = (value: unknown): AnyNode => value as AnyNode;

const readMap = (reader: Reader, node: Pick<YAMLMap, 'items'>, place: Place, path: Path): MapNode => {
  const entries = new Map<string, Entry>();
  const merges: Node[] = [];
  let merged: Place | undefined;
  for (const pair of node.items) {
    const at = placeAt(reader, parsed(pair.key)?.range[0] ?? 0);
    if (isMergeKey(pair)) {
      if (merged !== undefined) reportDuplicate(reader, '<<', at, merged, path);
      merged = at;
      merges.push(readNode(reader, parsed(pair.value), [...path, '<<'], endOf(pair)));
      continue;
    }
    const key = readKey(reader, pair, at, path);
    const value = readNode(reader, parsed(pair.value), [...path, key ?? '?'], endOf(pair));
    if (reader.budget.used > nodesMax) break;
    if (key === undefined) continue;
    const first = entries.get(key);
    if (first !== undefined) reportDuplicate(reader, key, at, first.place, path);
    entries.set(key, { place: at, value });
  }
  for (const source of merges) mergeInto(reader, entries, source, path);
  return map(entries, place);
};

const endOf = (pair: Pair): number => parsed(pair.key)?.range[1] ?? 0;

const isMergeKey = (pair: Pair): boolean =>
  isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN' && pair.key.tag === undefined;

const reportDuplicate = (reader: Reader, key: string, at: Place, first: Place, path: Path): void => {
  const hint = key === '<<' ? ' Merge several with `<<: [*a, *b]`.' : ' Keep one of them.';
  const message = `The key "${key}" is already given in line ${first.line}.${hint}`;
  reader.report.error(at, [...path, key], 'duplicate_key', message);
};

const readKey = (reader: Reader, pair: Pair, at: Place, path: Path): string | undefined => {
  const key = parsed(pair.key);
  if (isScalar(key)) {
    const { value } = readScalar(reader, key, at, readTag(reader, key.tag, at, path).core);
    if (typeof value === 'string') return plainKey(reader, value, at, path);
    const shown = value === null ? 'An empty key' : `The key ${String(value)}`;
    reader.report.error(at, path, 'key_not_text', `${shown} is not text. Put it in quotes.`);
    return undefined;
  }
  if (isAlias(key)) {
    const anchor = readAlias(reader, key.source, at, path);
    if (anchor.kind === 'scalar' && typeof anchor.value === 'string') return plainKey(reader, anchor.value, at, path);
  }
  reader.report.error(at, path, 'key_not_text', 'A list or a mapping cannot be a key. Use text.');
  return undefined;
};

/** One key has a meaning of its own to JavaScript, and no use in a Compose file. */
const plainKey = (reader: Reader, key: string, at: Place, path: Path): string | undefined => {
  if (key !== '__proto__') return key;
  reader.report.error(at, path, 'bad_name', 'The key "__proto__" cannot be used. Choose another name.');
  return undefined;
};

/** `<<`: own keys win whatever the order, earlier mappings win over later ones, and nothing is merged deeper. */
const mergeInto = (reader: Reader, entries: Map<string, Entry>, source: Node, path: Path): void => {
  const sources = source.kind === 'list' ? source.items : [source];
  for (const item of sources) {
    if (item.kind !== 'map') {
      const message = 'Only a mapping, or a list of mappings, can be merged with <<.';
      reader.report.error(item.place, [...path, '<<'], 'wrong_type', message);
      continue;
    }
    if (!spend(reader, item.place, path, item.entries.size)) return;
    for (const [key, entry] of item.entries) if (!entries.has(key)) entries.set(key, entry);
  }
};
