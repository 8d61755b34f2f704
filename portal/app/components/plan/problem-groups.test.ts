import type { Problem } from '@berth/contract/problems.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countProblems, groupProblems } from './problem-groups.ts';

const problem = (message: string, change: Partial<Problem> = {}): Problem => ({
  severity: 'error',
  code: 'unknown_key',
  message,
  ...change,
});
const problems = [
  problem('plan'),
  problem('b late', { file: 'b.yml', line: 9 }),
  problem('b warning', { file: 'b.yml', line: 1, severity: 'warning' }),
  problem('b early', { file: 'b.yml', line: 2 }),
  problem('a', { file: 'a.yml', line: 1 }),
  problem('lost', { file: 'gone.yml', line: 1 }),
];

test('groupProblems groups by file in the order of files, errors first, then by line', () =>
  assert.deepEqual(
    groupProblems(problems, ['a.yml', 'b.yml', 'c.env']).map((group) => [
      group.file,
      group.problems.map(({ message }) => message),
    ]),
    [
      ['a.yml', ['a']],
      ['b.yml', ['b early', 'b late', 'b warning']],
      [undefined, ['plan', 'lost']],
    ],
  ));
test('groupProblems loses none', () =>
  assert.equal(
    groupProblems(problems, ['a.yml']).reduce((sum, group) => sum + group.problems.length, 0),
    problems.length,
  ));
test('countProblems tells errors from warnings', () =>
  assert.deepEqual(countProblems(problems), { errors: 5, warnings: 1 }));
