import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableLog } from './printable.ts';
import { problemLines } from './problems.ts';

test('printable makes one harmless line of what could steer a terminal', () =>
  assert.equal(printable('a\nb\u001B[2Jc\u202Ed'), 'a b\uFFFD[2Jc\uFFFDd'));

test('printableLog keeps colours and ends them with the line', () =>
  assert.equal(printableLog('\u001B[31mred'), '\u001B[31mred\u001B[0m'));

test('printableLog takes out what moves the cursor or sets a title', () =>
  assert.equal(printableLog('a\tb\u001B[2J\u001B]0;title\u0007c\rd'), 'a\tb[2J]0;titlecd'));

const problem = { severity: 'error' as const, message: 'Mend it.' };
const places: Record<string, { problem: Parameters<typeof problemLines>[0][number]; line: string }> = {
  'begins with file, line and column': {
    problem: { ...problem, file: 'compose.yaml', line: 3, column: 7 },
    line: 'compose.yaml:3:7: Mend it.\n',
  },
  'names only the file when the whole of it is meant': {
    problem: { ...problem, file: 'x.env', line: 0, column: 0 },
    line: 'x.env: Mend it.\n',
  },
  'falls back to the place in the model': {
    problem: { ...problem, path: 'services.web' },
    line: 'services.web: Mend it.\n',
  },
  'marks a warning': { problem: { ...problem, severity: 'warning' }, line: 'warning: Mend it.\n' },
};
for (const [name, row] of Object.entries(places))
  test(`problemLines ${name}`, () => assert.equal(problemLines([row.problem]), row.line));
