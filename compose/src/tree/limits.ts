// Looks at the raw text of a file before any YAML parser sees it. Deep nesting makes recursive parsers run out of
// stack, which can end a whole process, so size, lines and nesting are judged by a scan that cannot recurse.
import type { Path, Place } from './node.ts';
import type { Report } from './report.ts';

export const fileBytesMax = 256 * 1024;
export const fileLinesMax = 20_000;
export const nestingMax = 64;
/** Values of all files of a bundle together, each alias counted as often as it is used. */
export const nodesMax = 100_000;

/** Counts the values of all files of one bundle: those written, and those that aliases and `extends` repeat. */
export type NodeBudget = { used: number };

/** Takes values from the budget; says no, and reports it once, when there are none left. */
export const spendNodes = (
  report: Report,
  budget: NodeBudget,
  at: { readonly place: Place; readonly path: Path },
  count: number,
): boolean => {
  const wasFine = budget.used <= nodesMax;
  budget.used += count;
  if (budget.used <= nodesMax) return true;
  if (wasFine) {
    const message = `The files hold more than ${nodesMax} values, repeated ones counted as often as they are used. Use fewer.`;
    report.error(at.place, at.path, 'too_many_nodes', message);
  }
  return false;
};

/** Reports when a file is too large to be looked at. */
export const isSmallEnough = (report: Report, file: string, bytes: number, text: string): boolean => {
  if (bytes > fileBytesMax) {
    const place = { file, line: 1, column: 1 };
    report.error(place, [], 'too_large', `The file has ${bytes} bytes; ${fileBytesMax} are allowed. Split it up.`);
    return false;
  }
  if (text.split('\n', fileLinesMax + 1).length > fileLinesMax) {
    const place = { file, line: fileLinesMax + 1, column: 1 };
    report.error(place, [], 'too_many_lines', `The file has more than ${fileLinesMax} lines. Split it up.`);
    return false;
  }
  return true;
};

/** Reports when values nest deeper than the full parser can bear. */
export const isFlatEnough = (report: Report, file: string, text: string): boolean => {
  const deep = findDeepPlace(text.split('\n'));
  if (deep === undefined) return true;
  reportTooDeep(report, { file, ...deep });
  return false;
};

export const reportTooDeep = (report: Report, place: { file: string; line: number; column: number }): void =>
  report.error(place, [], 'too_deep', `Values nest more than ${nestingMax} deep here. Make the structure flatter.`);

type Scan = { readonly indents: number[]; flow: number; quote: string; scalarIndent: number | undefined };

const blockScalarHeader = /(?:^|[\s:?-])[|>](?:[+-]?[1-9]?|[1-9][+-])[ \t]*(?:#.*)?\r?$/;

/** The first place where brackets, indentation and markers on one line together nest too deep. */
const findDeepPlace = (lines: readonly string[]): { line: number; column: number } | undefined => {
  const scan: Scan = { indents: [], flow: 0, quote: '', scalarIndent: undefined };
  for (const [index, line] of lines.entries()) {
    const indent = line.length - line.trimStart().length;
    const isBlank = line.trim() === '';
    if (scan.scalarIndent !== undefined) {
      if (isBlank || indent > scan.scalarIndent) continue;
      scan.scalarIndent = undefined;
    }
    if (isBlank) continue;
    const column = scanLine(scan, line, indent);
    if (column !== undefined) return { line: index + 1, column };
    if (scan.flow === 0 && scan.quote === '' && blockScalarHeader.test(line)) scan.scalarIndent = indent;
  }
  return undefined;
};

const scanLine = (scan: Scan, line: string, indent: number): number | undefined => {
  let at = indent;
  let markers = 0;
  if (scan.flow === 0 && scan.quote === '') {
    while ((scan.indents.at(-1) ?? -1) >= indent) scan.indents.pop();
    scan.indents.push(indent);
    // `- - - x` and `? - x` open a level with each marker on one line.
    for (; /[-?]/.test(line[at] ?? '') && /\s/.test(line[at + 1] ?? ''); at += 2) {
      markers += 1;
      if (scan.indents.length + markers > nestingMax) return at + 1;
    }
    if (scan.indents.length > nestingMax) return indent + 1;
  }
  return scanFlow(scan, line, at, markers);
};

const scanFlow = (scan: Scan, line: string, from: number, markers: number): number | undefined => {
  for (let at = from; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (scan.quote !== '') {
      if (scan.quote === '"' && character === '\\') at += 1;
      else if (character === scan.quote) scan.quote = '';
      continue;
    }
    if (character === '#' && (at === 0 || /\s/.test(line[at - 1] ?? ''))) return undefined;
    if (character === '"' || character === "'") {
      if (startsValue(scan, line, at)) scan.quote = character;
    } else if (character === '[' || character === '{') {
      if (scan.flow === 0 && !startsValue(scan, line, at)) continue;
      scan.flow += 1;
      if (scan.indents.length + markers + scan.flow > nestingMax) return at + 1;
    } else if ((character === ']' || character === '}') && scan.flow > 0) scan.flow -= 1;
  }
  return undefined;
};

const lookBack = 200;

/** Whether a value can begin here; inside a plain scalar a bracket or a quote is only a character. */
const startsValue = (scan: Scan, line: string, at: number): boolean => {
  if (scan.flow > 0) return at === 0 || /[\s[{,:]/.test(line[at - 1] ?? '');
  return /(?:^|[:?-]\s)\s*(?:[&!]\S*\s+)*$/.test(line.slice(Math.max(0, at - lookBack), at));
};
