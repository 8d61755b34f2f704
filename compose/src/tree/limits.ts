// Looks at the raw text of a file before any YAML parser sees it. Deep nesting makes recursive parsers run out of
// stack, which can end a whole process, so size, lines and nesting are judged by a scan that cannot recurse.
import type { Path, Place } from './node.ts';
import type { Report } from './report.ts';
import { scanLines } from './scan-lines.ts';

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
  let deep: { line: number; column: number } | undefined;
  scanLines(text.split('\n'), nestingMax, ({ index, tooDeepAt }) => {
    if (tooDeepAt !== undefined) deep = { line: index + 1, column: tooDeepAt };
    return deep === undefined;
  });
  if (deep === undefined) return true;
  reportTooDeep(report, { file, ...deep });
  return false;
};

export const reportTooDeep = (report: Report, place: { file: string; line: number; column: number }): void =>
  report.error(place, [], 'too_deep', `Values nest more than ${nestingMax} deep here. Make the structure flatter.`);
