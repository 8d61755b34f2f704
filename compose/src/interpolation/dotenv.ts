// Reads environment files by Compose's own rules, which differ from every dotenv package: `#` starts a comment only
// after a blank, single quotes are literal, double quotes and bare values expand, both kinds of quotes span lines.
import type { Lookup, TemplateContext, TemplateFault } from './template.ts';
import { fillTemplate } from './template.ts';

export type DotenvFault = TemplateFault & { readonly line: number };

export type DotenvOptions = {
  /** The caller's variables; they win over earlier lines in `${…}`, and give a line without `=` its value. */
  readonly lookup: Lookup;
  /** `raw`: a line is NAME=value and nothing in it has a meaning. */
  readonly isRaw: boolean;
  readonly fault: (fault: DotenvFault) => void;
  readonly unset: (name: string, line: number) => void;
  readonly produced: { characters: number };
};

/** The variables in file order; null for a name without a value that the caller does not set either. */
export const readDotenv = (text: string, options: DotenvOptions): ReadonlyMap<string, string> => {
  const clean = text.replace(/^\uFEFF/, '');
  const values = new Map<string, string>();
  return options.isRaw ? readRaw(clean, options, values) : readLines(clean, options, values);
};

type Values = Map<string, string>;

const readRaw = (text: string, options: DotenvOptions, values: Values): Values => {
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const equals = trimmed.indexOf('=');
    const name = equals < 0 ? trimmed.trim() : trimmed.slice(0, equals);
    const value = equals < 0 ? options.lookup(name) : trimmed.slice(equals + 1);
    if (value !== undefined) values.set(name, value);
  }
  return values;
};

type Scan = { readonly text: string; at: number; line: number };

const readLines = (text: string, options: DotenvOptions, values: Values): Values => {
  const scan: Scan = { text, at: 0, line: 1 };
  while (scan.at < text.length) {
    skipBlank(scan);
    if (scan.at >= text.length) break;
    if (text[scan.at] === '#') {
      skipLine(scan);
      continue;
    }
    if (!readAssignment(scan, options, values)) break;
  }
  return values;
};

const skipBlank = (scan: Scan): void => {
  for (; scan.at < scan.text.length && /\s/.test(scan.text[scan.at] ?? ''); scan.at += 1)
    if (scan.text[scan.at] === '\n') scan.line += 1;
};

const skipLine = (scan: Scan): void => {
  const end = scan.text.indexOf('\n', scan.at);
  scan.at = end < 0 ? scan.text.length : end;
};

const namePattern = /(?:export[ \t]+)?([^\s=:#]*)[ \t\r]*(=|:|\n|$|#)?/y;

const readAssignment = (scan: Scan, options: DotenvOptions, values: Values): boolean => {
  namePattern.lastIndex = scan.at;
  const match = namePattern.exec(scan.text);
  const [all = '', name = '', separator] = match ?? [];
  const lineEnd = scan.text.indexOf('\n', scan.at);
  const line = scan.text.slice(scan.at, lineEnd < 0 ? undefined : lineEnd);
  if (separator === undefined || name === '' || !/^[\p{L}\p{N}_.[\]-]+$/u.test(name)) {
    const message = `The line "${line.slice(0, 40)}" is not NAME=value. A name holds letters, digits, "_", "." and "-".`;
    options.fault({ code: 'env_file_syntax', message, line: scan.line });
    return false;
  }
  if (separator !== '=' && separator !== ':') {
    const inherited = options.lookup(name);
    if (inherited !== undefined) values.set(name, inherited);
    skipLine(scan);
    return true;
  }
  scan.at += all.length;
  while (/[ \t]/.test(scan.text[scan.at] ?? '')) scan.at += 1;
  const value = readValue(scan, options, values);
  if (value === undefined) return false;
  values.set(name, value);
  return true;
};

const readValue = (scan: Scan, options: DotenvOptions, values: Values): string | undefined => {
  const quote = scan.text[scan.at];
  if (quote === '"' || quote === "'") return readQuoted(scan, quote, options, values);
  const start = scan.at;
  const line = scan.line;
  skipLine(scan);
  const raw = scan.text.slice(start, scan.at);
  const comment = /\s#/.exec(raw);
  // A value that begins with # is a value: only a blank after some value starts a comment.
  const value = (comment === null || raw.startsWith('#') ? raw : raw.slice(0, comment.index)).trimEnd();
  return expand(value, options, values, line);
};

const readQuoted = (scan: Scan, quote: string, options: DotenvOptions, values: Values): string | undefined => {
  const line = scan.line;
  const start = scan.at + 1;
  let end = start;
  while (end < scan.text.length && scan.text[end] !== quote) end += scan.text[end] === '\\' ? 2 : 1;
  if (end >= scan.text.length) {
    options.fault({ code: 'env_file_syntax', message: `The quote ${quote} is never closed. Close it.`, line });
    return undefined;
  }
  const inner = scan.text.slice(start, end);
  scan.line += inner.split('\n').length - 1;
  // What follows the quote on its line is read as a line of its own: mostly a comment.
  scan.at = end + 1;
  if (quote === "'") return inner.replaceAll("\\'", "'");
  return expandQuoted(inner, options, values, line);
};

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const expandQuoted = (inner: string, options: DotenvOptions, values: Values, line: number): string => {
  // An escaped dollar must survive the filling of variables, where $$ stands for it.
  const unescaped = inner.replace(/\\([\s\S])/g, (whole: string, character: string) => {
    if (character === '$') return '$$';
    return escapes[character] ?? (character === '"' || character === '\\' ? character : whole);
  });
  return expand(unescaped, options, values, line);
};

const expand = (value: string, options: DotenvOptions, values: Values, line: number): string => {
  const context: TemplateContext = {
    lookup: (name) => options.lookup(name) ?? values.get(name),
    fault: (fault) => options.fault({ ...fault, line }),
    unset: (name) => options.unset(name, line),
    produced: options.produced,
  };
  return fillTemplate(context, value);
};
