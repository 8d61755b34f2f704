import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createStepBudget, ignoredPaths, ignoreStepsMax } from './ignore-patterns.ts';

const paths = [
  'a.md',
  'b.txt',
  'docs/a.md',
  'docs/api/x.md',
  'src/a.ts',
  'src/deep/er/b.ts',
  'src/deep/c.log',
  'z[1].md',
];

/** Patterns, and which of the paths stay out. */
const table: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['# *.md\n\n  \n', []],
  ['*.md', ['a.md', 'z[1].md']],
  ['/a.md', ['a.md']],
  ['./a.md', ['a.md']],
  ['docs', ['docs/a.md', 'docs/api/x.md']],
  ['docs/', ['docs/a.md', 'docs/api/x.md']],
  ['docs/*', ['docs/a.md', 'docs/api/x.md']],
  ['docs/*.md', ['docs/a.md']],
  ['**/*.md', ['a.md', 'docs/a.md', 'docs/api/x.md', 'z[1].md']],
  ['src/**/b.ts', ['src/deep/er/b.ts']],
  ['src/**/a.ts', ['src/a.ts']],
  ['src/**', ['src/a.ts', 'src/deep/er/b.ts', 'src/deep/c.log']],
  ['**/deep', ['src/deep/er/b.ts', 'src/deep/c.log']],
  ['**/eep', []],
  ['*/*/*.log', ['src/deep/c.log']],
  ['s?c/a.ts', ['src/a.ts']],
  ['[a-b].*', ['a.md', 'b.txt']],
  ['[^a].*', ['b.txt']],
  ['z\\[1\\].md', ['z[1].md']],
  ['*\n!*.md', ['b.txt', 'docs/a.md', 'docs/api/x.md', 'src/a.ts', 'src/deep/er/b.ts', 'src/deep/c.log']],
  ['*\n!docs', ['a.md', 'b.txt', 'src/a.ts', 'src/deep/er/b.ts', 'src/deep/c.log', 'z[1].md']],
  ['docs\n!docs/api\ndocs/api/x.md', ['docs/a.md', 'docs/api/x.md']],
  ['src/deep\n!src/deep/er/b.ts', ['src/deep/c.log']],
  ['\uFEFFa.md\r\nb.txt\r\n', ['a.md', 'b.txt']],
  ['../a.md', []],
  ['docs/../a.md', ['a.md']],
];

for (const [text, ignored] of table)
  test(`ignoredPaths leaves out what ${JSON.stringify(text)} names`, () =>
    assert.deepEqual([...ignoredPaths(text, paths, createStepBudget())], ignored));

test('ignoredPaths takes no longer for a pattern made to be slow', () => {
  const budget = createStepBudget();
  const found = ignoredPaths(`${'*a'.repeat(100)}b`, ['a'.repeat(255)], budget);
  assert.equal(found.size, 0);
  assert.ok(ignoreStepsMax - budget.left < 100_000, `${ignoreStepsMax - budget.left} steps`);
});

test('ignoredPaths stops where its steps are used up', () => {
  const budget = { left: 1000 };
  const many = Array.from({ length: 100 }, (_, index) => `${'a'.repeat(50)}${index}`);
  ignoredPaths('**a**a**b', many, budget);
  assert.ok(budget.left <= 0 && budget.left > -100);
});

test('ignoredPaths never leaves out what an exception for everything gives back', () => {
  const pattern = fc.stringMatching(/^[a-c*?/[\]!.-]{0,12}$/);
  const path = fc.stringMatching(/^[a-c]{1,4}(?:\/[a-c.]{1,4}){0,3}$/);
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 6 }), fc.array(path, { maxLength: 6 }), (patterns, given) => {
      assert.equal(ignoredPaths([...patterns, '!**'].join('\n'), given, createStepBudget()).size, 0);
    }),
  );
});
