// What stands on one line of simple YAML: keys, plain and quoted values, lists and mappings in brackets. Each reader gives
// undefined for anything it does not know for certain.
import { readPlainScalar } from '#values/plain-scalar.ts';
import type { Entry, Node, Place } from './node.ts';
import { list, map, scalar } from './node.ts';

/** A line without its indentation. */
export type Line = { readonly number: number; readonly indent: number; readonly text: string };

export const placeIn = (file: string, line: Line, at: number): Place => ({
  file,
  line: line.number,
  column: line.indent + at + 1,
});

const plainKey = /^([A-Za-z_./$][A-Za-z0-9_./$@-]*|<<):(?= |$)/;
const quotedKey = /^(?:"([^"\\]*)"|'([^']*)'):(?= |$)/;

/** The key at the start of a line, and where it ends. */
export const keyOf = (line: Line): { readonly name: string; readonly end: number } | undefined => {
  const plain = plainKey.exec(line.text);
  if (plain !== null) {
    const name = plain[1] ?? '';
    return isPlainKey(name) ? { name, end: plain[0].length } : undefined;
  }
  const quoted = quotedKey.exec(line.text);
  const name = quoted?.[1] ?? quoted?.[2];
  return quoted === null || name === undefined || name === '__proto__' ? undefined : { name, end: quoted[0].length };
};

const isPlainKey = (name: string): boolean => name !== '__proto__' && readPlainScalar(name).value === name;

/** A value with a name, how many values it is made of, and how deep it goes at most. */
export type Anchored = { readonly node: Node; readonly size: number; readonly height: number };
export type Anchors = (name: string) => Anchored | undefined;

const anchorText = /^ *&([A-Za-z0-9_.-]+)(?= |$)/;

/** The anchor that stands at a column, and where it ends. */
export const anchorOf = (line: Line, from: number): { readonly name: string; readonly end: number } | undefined => {
  if (line.text.indexOf('&', from) < 0) return undefined;
  const match = anchorText.exec(line.text.slice(from));
  return match === null ? undefined : { name: match[1] ?? '', end: from + match[0].length };
};

type Context = { readonly file: string; readonly line: Line; readonly anchors: Anchors };

type Value = { readonly node: Node; readonly nodes: number };

/** `none`: nothing but a comment is left of the line. */
export const valueOf = (context: Context, from: number): Value | 'none' | undefined => {
  const { file, line } = context;
  const { text } = line;
  let at = from;
  while (text.charCodeAt(at) === 32) at += 1;
  if (at === text.length || (text[at] === '#' && at > from)) return 'none';
  const first = text[at] ?? '';
  if (first === '[' || first === '{') {
    const flow: Flow = { ...context, at, nodes: 0 };
    const node = readFlow(flow, 0);
    return node !== undefined && isLineEnd(text, flow.at) ? { node, nodes: flow.nodes } : undefined;
  }
  if (first === '"' || first === "'") {
    const quoted = readQuoted(text, at);
    if (quoted === undefined || !isLineEnd(text, quoted.end)) return undefined;
    return { node: scalar(quoted.value, placeIn(file, line, at)), nodes: 1 };
  }
  if (first === '*') return aliasOf(context, at);
  const comment = text.indexOf(' #', at);
  const plain = withoutBlanks(comment < 0 ? text.slice(at) : text.slice(at, comment));
  if (!startsPlain(plain) || plain.includes(': ') || plain.endsWith(':')) return undefined;
  return { node: plainNode(plain, placeIn(file, line, at)), nodes: 1 };
};

const aliasText = /\*([A-Za-z0-9_.-]+)/y;

/** An alias counts as much as what it stands for, and one more. */
const aliasOf = ({ line: { text }, anchors }: Context, at: number): Value | undefined => {
  aliasText.lastIndex = at;
  const anchored = anchors(aliasText.exec(text)?.[1] ?? '');
  if (anchored === undefined || !isLineEnd(text, aliasText.lastIndex)) return undefined;
  return { node: anchored.node, nodes: anchored.size + 1 };
};

/** Of all the blanks of Unicode, only this one is a blank to YAML. */
const withoutBlanks = (text: string): string => {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 32) end -= 1;
  return text.slice(0, end);
};

const plainNode = (text: string, place: Place): Node => ({ kind: 'scalar', place, ...readPlainScalar(text) });

const isLineEnd = (text: string, at: number): boolean => /^ *(?: #.*)?$/.test(text.slice(at));

/** Indicators start something else; `-`, `?` and `:` only before a blank, and of these only `-x` is common. */
const startsPlain = (text: string): boolean =>
  /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|-[^\s,[\]{}])/.test(text) || text === '~';

type Quoted = { readonly value: string; readonly end: number };

const doubleQuoted = /"((?:[^"\\]|\\["\\/nt])*)"/y;
const singleQuoted = /'((?:[^']|'')*)'/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

const readQuoted = (text: string, at: number): Quoted | undefined => {
  const pattern = text[at] === '"' ? doubleQuoted : singleQuoted;
  pattern.lastIndex = at;
  const inner = pattern.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const end = pattern.lastIndex;
  if (pattern === singleQuoted) return { value: inner.replaceAll("''", "'"), end };
  return { value: inner.replace(/\\(.)/g, (_all, character: string) => escapes[character] ?? character), end };
};

type Flow = Context & { at: number; nodes: number };

const flowDepthMax = 10;

const skipBlanks = (flow: Flow): void => {
  while (flow.line.text.charCodeAt(flow.at) === 32) flow.at += 1;
};

/** The list or mapping whose bracket stands at the cursor. */
const readFlow = (flow: Flow, depth: number): Node | undefined => {
  const { text } = flow.line;
  const place = placeIn(flow.file, flow.line, flow.at);
  const isMap = text[flow.at] === '{';
  const items: Node[] = [];
  const entries = new Map<string, Entry>();
  flow.nodes += 1;
  flow.at += 1;
  if (depth > flowDepthMax) return undefined;
  const close = isMap ? '}' : ']';
  skipBlanks(flow);
  // Each turn takes one character at least.
  while (flow.at < text.length && text[flow.at] !== close) {
    const taken = isMap ? takeEntry(flow, entries, depth) : takeItem(flow, items, depth);
    skipBlanks(flow);
    if (!taken) return undefined;
    if (text[flow.at] === ',') {
      flow.at += 1;
      skipBlanks(flow);
    } else if (text[flow.at] !== close) return undefined;
  }
  if (flow.at >= text.length) return undefined;
  flow.at += 1;
  return isMap ? map(entries, place) : list(items, place);
};

const takeItem = (flow: Flow, items: Node[], depth: number): boolean => {
  const node = readFlowValue(flow, depth);
  if (node === undefined) return false;
  items.push(node);
  return true;
};

const flowKey = /(?:([A-Za-z_./][A-Za-z0-9_./@-]*)|"([^"\\]*)"|'([^']*)'):(?= )/y;

const takeEntry = (flow: Flow, entries: Map<string, Entry>, depth: number): boolean => {
  const place = placeIn(flow.file, flow.line, flow.at);
  flowKey.lastIndex = flow.at;
  const match = flowKey.exec(flow.line.text);
  if (match === null) return false;
  const plain = match[1];
  const name = plain ?? match[2] ?? match[3] ?? '';
  if (name === '__proto__' || entries.has(name) || (plain !== undefined && !isPlainKey(plain))) return false;
  flow.at = flowKey.lastIndex;
  skipBlanks(flow);
  const next = flow.line.text[flow.at];
  if (next === ',' || next === '}') {
    flow.nodes += 1;
    entries.set(name, { place, value: scalar(null, placeIn(flow.file, flow.line, flow.at)) });
    return true;
  }
  const value = readFlowValue(flow, depth);
  if (value === undefined) return false;
  entries.set(name, { place, value });
  return true;
};

/** In brackets, `:` and `#` have more meanings than elsewhere, so a plain value with either is left to the full parser. */
const flowPlain = /[A-Za-z0-9_./$~(][^,[\]{}#:]*(?::[A-Za-z0-9_./$][^,[\]{}#:]*)*/y;

const readFlowValue = (flow: Flow, depth: number): Node | undefined => {
  const { text } = flow.line;
  const first = text[flow.at];
  if (first === '[' || first === '{') return readFlow(flow, depth + 1);
  const place = placeIn(flow.file, flow.line, flow.at);
  flow.nodes += 1;
  if (first === '*') return readFlowAlias(flow);
  if (first === '"' || first === "'") {
    const quoted = readQuoted(text, flow.at);
    if (quoted === undefined) return undefined;
    flow.at = quoted.end;
    return scalar(quoted.value, place);
  }
  flowPlain.lastIndex = flow.at;
  const plain = flowPlain.exec(text)?.[0];
  if (plain === undefined) return undefined;
  flow.at += plain.length;
  return plainNode(withoutBlanks(plain), place);
};

const readFlowAlias = (flow: Flow): Node | undefined => {
  const { text } = flow.line;
  aliasText.lastIndex = flow.at;
  const name = aliasText.exec(text)?.[1];
  if (name === undefined || !/[ ,\]}]/.test(text[aliasText.lastIndex] ?? '')) return undefined;
  flow.at = aliasText.lastIndex;
  const anchored = flow.anchors(name);
  flow.nodes += anchored?.size ?? 0;
  return anchored?.node;
};
