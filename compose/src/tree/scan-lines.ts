// Follows the brackets, quotes and indentation of YAML line by line, without a parser and without recursion. It is close
// enough to tell how deep values nest and which lines go on with what an earlier one began, and no more is asked of it.

export type ScannedLine = {
  readonly index: number;
  /** It begins inside brackets or quotes that an earlier line opened. */
  readonly isInside: boolean;
  /** Where the value stands that the line begins, or goes on with. */
  readonly openedAt: number;
  /** The column at which values nest deeper than they may. */
  readonly tooDeepAt: number | undefined;
};

/** Shows each line that says something to `visit`, until it answers no. */
export const scanLines = (
  lines: readonly string[],
  nestingMax: number,
  visit: (line: ScannedLine) => boolean,
): void => {
  const scan: Scan = { indents: [], flow: 0, quote: '', scalarIndent: undefined, openedAt: 0, nestingMax };
  for (const [index, line] of lines.entries()) {
    const indent = line.length - line.trimStart().length;
    const isBlank = line.trim() === '';
    if (scan.scalarIndent !== undefined) {
      if (isBlank || indent > scan.scalarIndent) continue;
      scan.scalarIndent = undefined;
    }
    if (isBlank) continue;
    const isInside = scan.flow > 0 || scan.quote !== '';
    const tooDeepAt = scanLine(scan, line, indent);
    if (!visit({ index, isInside, openedAt: scan.openedAt, tooDeepAt })) return;
    if (scan.flow === 0 && scan.quote === '' && blockScalarHeader.test(line)) scan.scalarIndent = indent;
  }
};

/** Farther right than people write, and near enough that a text cannot grow much. */
const openedAtMax = 80;

/**
 * The text with every line that goes on inside brackets or quotes moved right of where they were opened, and by how much
 * each line was moved. The blanks mean nothing there. undefined: there is no such line, or one that stands absurdly far right.
 */
export const indentContinuations = (text: string): { text: string; added: readonly number[] } | undefined => {
  const lines = text.split('\n');
  const added: number[] = [];
  let isFine = true;
  scanLines(lines, Infinity, ({ index, isInside, openedAt }) => {
    isFine = openedAt <= openedAtMax;
    if (isInside) added[index] = openedAt + 1;
    return isFine;
  });
  if (!isFine || added.length === 0) return undefined;
  return { text: lines.map((line, index) => ' '.repeat(added[index] ?? 0) + line).join('\n'), added };
};

type Scan = {
  readonly indents: number[];
  readonly nestingMax: number;
  flow: number;
  quote: string;
  scalarIndent: number | undefined;
  openedAt: number;
};

const blockScalarHeader = /(?:^|[\s:?-])[|>](?:[+-]?[1-9]?|[1-9][+-])[ \t]*(?:#.*)?\r?$/;

const scanLine = (scan: Scan, line: string, indent: number): number | undefined => {
  let at = indent;
  let markers = 0;
  if (scan.flow === 0 && scan.quote === '') {
    while ((scan.indents.at(-1) ?? -1) >= indent) scan.indents.pop();
    scan.indents.push(indent);
    // `- - - x` and `? - x` open a level with each marker on one line.
    for (; /[-?]/.test(line[at] ?? '') && /\s/.test(line[at + 1] ?? ''); at += 2) {
      markers += 1;
      if (scan.indents.length + markers > scan.nestingMax) return at + 1;
    }
    scan.openedAt = at;
    if (scan.indents.length > scan.nestingMax) return indent + 1;
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
      if (scan.indents.length + markers + scan.flow > scan.nestingMax) return at + 1;
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
