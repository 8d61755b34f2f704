import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missedLines } from './missed-lines.ts';

const long = 'x'.repeat(1_500);
const rows: Record<string, { printed: string[]; kept: string[]; missed: string[] }> = {
  'gives all where nothing was printed': { printed: [], kept: ['a', 'b'], missed: ['a', 'b'] },
  'gives nothing where all was printed': { printed: ['a', 'b'], kept: ['a', 'b'], missed: [] },
  'gives nothing where more was printed than is kept': { printed: ['a', 'b', 'c'], kept: ['b', 'c'], missed: [] },
  'gives what comes after the overlap': { printed: ['a', 'b', 'c'], kept: ['b', 'c', 'd'], missed: ['d'] },
  'takes the longest overlap': { printed: ['a', 'a', 'a'], kept: ['a', 'a', 'a', 'a'], missed: ['a'] },
  'gives all where nothing overlaps': { printed: ['a'], kept: ['b', 'c'], missed: ['b', 'c'] },
  'knows a line that was cut': { printed: [long], kept: [long.slice(0, 1_000), 'b'], missed: ['b'] },
};
for (const [name, { printed, kept, missed }] of Object.entries(rows))
  test(`missedLines ${name}`, () => assert.deepEqual(missedLines(printed, kept), missed));
