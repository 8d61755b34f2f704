import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastCheck from 'fast-check';
import { diffRows, piecesOf, type DiffRow } from './diff-rows.ts';

const draw = (rows: readonly DiffRow[]): string[] =>
  rows.map((row) => {
    if (row.is === 'folded') return `(${row.rows.length})`;
    return `${row.is === 'same' ? ' ' : '*'} ${row.left?.number ?? '-'}:${row.left?.text ?? ''} ${row.right?.number ?? '-'}:${row.right?.text ?? ''}`;
  });
const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('');

const table: Record<string, { before: string; after: string; rows: string[] }> = {
  'nothing for two empty texts': { before: '', after: '', rows: [] },
  'a new text as lines that came': { before: '', after: 'a\nb\n', rows: ['* -: 1:a', '* -: 2:b'] },
  'a removed text as lines that went': { before: 'a\n', after: '', rows: ['* 1:a -:'] },
  'a changed line beside what it became': {
    before: 'a\nb\nc\n',
    after: 'a\nB\nc\n',
    rows: ['  1:a 1:a', '* 2:b 2:B', '  3:c 3:c'],
  },
  'more lines that came than went': {
    before: 'a\nx\n',
    after: 'a\ny\nz\n',
    rows: ['  1:a 1:a', '* 2:x 2:y', '* -: 3:z'],
  },
  'what did not change folded away': {
    before: numbers(1, 20),
    after: numbers(1, 19) + 'twenty\n',
    rows: ['(16)', '  17:17 17:17', '  18:18 18:18', '  19:19 19:19', '* 20:20 20:twenty'],
  },
  'a short stretch without folding': {
    before: `x\n${numbers(1, 9)}y\n`,
    after: `X\n${numbers(1, 9)}Y\n`,
    rows: [
      '* 1:x 1:X',
      ...Array.from({ length: 9 }, (_, index) => `  ${index + 2}:${index + 1} ${index + 2}:${index + 1}`),
      '* 11:y 11:Y',
    ],
  },
};
for (const [name, row] of Object.entries(table))
  test(`diffRows shows ${name}`, () => assert.deepEqual(draw(diffRows(row.before, row.after)), row.rows));

const unfold = (rows: readonly DiffRow[]): readonly DiffRow[] =>
  rows.flatMap((row) => (row.is === 'folded' ? unfold(row.rows) : [row]));

test('diffRows loses no line of either side', () => {
  const text = fastCheck.array(fastCheck.constantFrom('a', 'b', 'c', '  d', ''), { maxLength: 40 });
  fastCheck.assert(
    fastCheck.property(text, text, (before, after) => {
      const rows = unfold(
        diffRows(before.map((line) => `${line}\n`).join(''), after.map((line) => `${line}\n`).join('')),
      );
      const side = (which: 'left' | 'right') =>
        rows.flatMap((row) => (row.is === 'folded' || row[which] === undefined ? [] : [row[which].text]));
      assert.deepEqual(side('left'), before);
      assert.deepEqual(side('right'), after);
    }),
  );
});

test('diffRows of two large texts that have nothing in common comes soon', () => {
  const some = Array.from({ length: 12_000 }, (_, index) => `a${index}`).join('\n');
  const other = Array.from({ length: 12_000 }, (_, index) => `b${index}`).join('\n');
  assert.equal(diffRows(some, other).length, 12_000);
});

test('piecesOf marks the words that differ, on each side', () => {
  const { left, right } = piecesOf('image: web:1', 'image: web:2');
  assert.equal(left.map((piece) => piece.text).join(''), 'image: web:1');
  assert.deepEqual(
    left.filter((piece) => piece.isDifferent).map((piece) => piece.text),
    ['1'],
  );
  assert.deepEqual(
    right.filter((piece) => piece.isDifferent).map((piece) => piece.text),
    ['2'],
  );
});
test('piecesOf leaves a line without a counterpart whole', () =>
  assert.deepEqual(piecesOf(undefined, 'new'), { left: [], right: [{ text: 'new', isDifferent: false }] }));
