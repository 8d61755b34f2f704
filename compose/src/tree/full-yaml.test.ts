import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFullYaml } from './full-yaml.ts';
import type { Node } from './node.ts';
import { createReport } from './report.ts';
import { indentContinuations } from './scan-lines.ts';

type Read = { readonly documents: readonly unknown[]; readonly problems: readonly string[] };

const plain = (node: Node): unknown => {
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
  return node.value;
};

const read = (text: string): Read => {
  const report = createReport();
  const documents = readFullYaml(report, { used: 0 }, 'a', text).map(plain);
  return { documents, problems: report.problems.map(({ code, line, column }) => `${code} ${line}:${column}`) };
};

const accepted: Record<string, readonly [string, unknown]> = {
  'a quoted text that goes on below its key': ['a:\n  b: "c\n  d"\n  e: f\n', { a: { b: 'c d', e: 'f' } }],
  'a quoted text that goes on at the margin': ["a:\n  - 'b\nc'\n  - d\n", { a: ['b c', 'd'] }],
  'an empty line in a quoted text': ['a:\n  b: "c\n\n  d"\n', { a: { b: 'c\nd' } }],
  'brackets that go on below their key': ['a:\n  b: [c,\n  d\n  ]\n  e: f\n', { a: { b: ['c', 'd'], e: 'f' } }],
  'braces that end at the margin': ['a:\n  b: {c: d,\n e: "}"\n}\n  f: g\n', { a: { b: { c: 'd', e: '}' }, f: 'g' } }],
  'a comment at the margin inside brackets': ['a:\n  b: [c,\n# [\n  d]\n', { a: { b: ['c', 'd'] } }],
  'an apostrophe in a plain text before': ["a: it's\nb:\n  c: ['d',\n  'e']\n", { a: "it's", b: { c: ['d', 'e'] } }],
  'brackets in a block of text before': ['a: |\n  [ "\nb:\n  c: [d,\n  e]\n', { a: '[ "\n', b: { c: ['d', 'e'] } }],
  'a block of text that the file cuts off': ['a: |\n  b\n  c', { a: 'b\nc' }],
  'a folded text that the file cuts off': ['a: >\n  b\n  c', { a: 'b c' }],
  'a text kept whole that the file cuts off': ['a: |+\n  b\n\n  c', { a: 'b\n\nc' }],
  'a block of text before blanks': ['a: |\n  b\n  ', { a: 'b\n' }],
  'a block of text before a comment': ['a:\n  b: |\n    c\n # d', { a: { b: 'c\n' } }],
};

for (const [name, [text, value]] of Object.entries(accepted))
  test(`readFullYaml reads ${name}, as Compose does`, () =>
    assert.deepEqual(read(text), { documents: [value], problems: [] }));

test('readFullYaml refuses what is not closed, at its place', () => {
  assert.deepEqual(read('a: {b: c\n').problems, ['yaml_syntax 2:1']);
  assert.deepEqual(read('a:\n  b: [c,\n  d\n  e: f\n').documents, []);
  assert.deepEqual(read('a:\n  b: "c\n  d\n').documents, []);
});

test('readFullYaml counts columns as they are written, in lines that stand too far left as well', () => {
  assert.deepEqual(read('a:\n  b: [c,\n  *d,\n      *e]\nf: *g\n').problems, [
    'unknown_alias 3:3',
    'unknown_alias 4:7',
    'unknown_alias 5:4',
  ]);
});

test('indentContinuations moves nothing but lines inside brackets and quotes, and never far', () => {
  assert.equal(indentContinuations('a: b\nc: |\n  [ "\n d: e\n'), undefined);
  assert.equal(indentContinuations(`${' '.repeat(100)}a: [\nb]\n`), undefined);
  const piece = fc.constantFrom('a: ', '- ', '[', ']', '"', "'", '\n', '\n  ', 'b', ' # c', '|', '{', '}');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const moved = indentContinuations(text);
      if (moved === undefined) return;
      const before = text.split('\n');
      for (const [index, line] of moved.text.split('\n').entries()) {
        assert.equal(line.slice(moved.added[index] ?? 0), before[index]);
        assert.equal(line.slice(0, moved.added[index] ?? 0).trim(), '');
      }
    }),
  );
});
