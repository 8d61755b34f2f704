// From a problem's line and column to a stretch of the text. Pure; the text may have changed since the problem was found.
import type { Problem } from '@berth/contract/problems.ts';

/** The part of CodeMirror's document that is needed here. */
export type Lines = {
  readonly lines: number;
  readonly line: (number: number) => { readonly from: number; readonly to: number; readonly text: string };
};

export type PlacedProblem = {
  readonly from: number;
  readonly to: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly source?: string;
};

/** From the column to the end of the word there; a problem without a line stands at the first. */
export const placeOf = (problem: Problem, document: Lines): PlacedProblem => {
  const line = document.line(Math.min(Math.max(1, problem.line ?? 1), document.lines));
  const indent = line.text.length - line.text.trimStart().length;
  const start = Math.min(problem.column === undefined ? indent : problem.column - 1, Math.max(0, line.text.length - 1));
  const column = Math.max(0, start);
  const word = /^[^\s,\]}]+/.exec(line.text.slice(column))?.[0].length ?? line.text.length - column;
  return {
    from: Math.min(line.to, line.from + column),
    to: Math.min(line.to, line.from + column + word),
    severity: problem.severity,
    message: problem.message,
  };
};
