import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, type Lines } from './yaml-editor-problems.ts';

const documentOf = (text: string): Lines => {
  const texts = text.split('\n');
  return {
    lines: texts.length,
    line: (number) => {
      const from = texts.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
      const line = texts[number - 1] ?? '';
      return { from, to: from + line.length, text: line };
    },
  };
};

const text = 'services:\n  web:\n    imge: nginx\n';
const table: Record<string, { line?: number; column?: number; marks: string }> = {
  'the word at the column': { line: 3, column: 5, marks: 'imge:' },
  'the first word of the line when there is no column': { line: 2, marks: 'web:' },
  'the first line when there is no line': { marks: 'services:' },
  'the last line when the text has become shorter': { line: 99, column: 5, marks: '' },
  'the last character when the line has become shorter': { line: 2, column: 80, marks: ':' },
};
for (const [name, { line, column, marks }] of Object.entries(table))
  test(`placeOf marks ${name}`, () => {
    const place = placeOf(
      {
        severity: 'error',
        code: 'unknown_key',
        message: 'unknown',
        ...(line === undefined ? {} : { line }),
        ...(column === undefined ? {} : { column }),
      },
      documentOf(text),
    );
    assert.equal(text.slice(place.from, place.to), marks);
  });
