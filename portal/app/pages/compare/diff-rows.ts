// Two texts line by line, as rows of two sides; what did not change is folded away but for some lines around. Pure.
import { diffArrays, diffWordsWithSpace } from 'diff';

export type Side = { readonly number: number; readonly text: string };
export type DiffRow =
  | { readonly is: 'same'; readonly left: Side; readonly right: Side }
  /** At least one of the two: a line that went, one that came, or one that became another. */
  | { readonly is: 'different'; readonly left: Side | undefined; readonly right: Side | undefined }
  | { readonly is: 'folded'; readonly rows: readonly DiffRow[] };

export type TextPiece = { readonly text: string; readonly isDifferent: boolean };

/** Lines around a change that stay in sight. */
const contextLines = 3;
/** So few are not worth folding. */
const foldLinesMinimum = 4;
/** Texts that have nothing in common take long to compare; then all of one went and all of the other came. */
const diffTimeoutMs = 500;
const wordsLengthMaximum = 2_000;

const linesOf = (text: string): string[] => {
  if (text === '') return [];
  const lines = text.split('\n');
  // A last line that ends is not followed by another.
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

type Change = { readonly value: readonly string[]; readonly added?: boolean; readonly removed?: boolean };

const changesOf = (before: readonly string[], after: readonly string[]): readonly Change[] =>
  diffArrays([...before], [...after], { timeout: diffTimeoutMs }) ?? [
    { value: before, removed: true },
    { value: after, added: true },
  ];

/** Lines that went stand beside those that came in their place. */
const pair = (gone: readonly Side[], come: readonly Side[]): DiffRow[] =>
  Array.from({ length: Math.max(gone.length, come.length) }, (_, index) => ({
    is: 'different',
    left: gone[index],
    right: come[index],
  }));

const rowsOf = (changes: readonly Change[]): DiffRow[] => {
  const rows: DiffRow[] = [];
  let gone: Side[] = [];
  let come: Side[] = [];
  let left = 0;
  let right = 0;
  for (const change of changes) {
    if (change.removed === true) gone = [...gone, ...change.value.map((text) => ({ number: (left += 1), text }))];
    else if (change.added === true) come = [...come, ...change.value.map((text) => ({ number: (right += 1), text }))];
    else {
      rows.push(...pair(gone, come));
      gone = [];
      come = [];
      for (const text of change.value)
        rows.push({ is: 'same', left: { number: (left += 1), text }, right: { number: (right += 1), text } });
    }
  }
  return [...rows, ...pair(gone, come)];
};

/** Folds rows that are the same and further than some lines from a change. */
const fold = (rows: readonly DiffRow[]): readonly DiffRow[] => {
  const isNear = rows.map(() => false);
  for (const [index, row] of rows.entries())
    if (row.is === 'different')
      isNear.fill(true, Math.max(0, index - contextLines), Math.min(rows.length, index + contextLines + 1));
  const folded: DiffRow[] = [];
  for (let from = 0; from < rows.length;) {
    let to = from;
    while (to < rows.length && isNear[to] === isNear[from]) to += 1;
    const part = rows.slice(from, to);
    if (isNear[from] === true || part.length < foldLinesMinimum) folded.push(...part);
    else folded.push({ is: 'folded', rows: part });
    from = to;
  }
  return folded;
};

export const diffRows = (before: string, after: string): readonly DiffRow[] =>
  fold(rowsOf(changesOf(linesOf(before), linesOf(after))));

/** The words by which two lines differ, for each side. Lines without a counterpart, and very long ones, are left whole. */
export const piecesOf = (
  left: string | undefined,
  right: string | undefined,
): { readonly left: readonly TextPiece[]; readonly right: readonly TextPiece[] } => {
  const whole = (text: string | undefined): TextPiece[] => (text === undefined ? [] : [{ text, isDifferent: false }]);
  const isLong = (left?.length ?? 0) + (right?.length ?? 0) > wordsLengthMaximum;
  if (left === undefined || right === undefined || isLong) return { left: whole(left), right: whole(right) };
  const parts = diffWordsWithSpace(left, right);
  const side = (other: 'added' | 'removed', own: 'added' | 'removed'): TextPiece[] =>
    parts.filter((part) => !part[other]).map((part) => ({ text: part.value, isDifferent: part[own] }));
  return { left: side('added', 'removed'), right: side('removed', 'added') };
};
