import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allCases } from '#conformance/all-cases.ts';
import { isFlatEnough } from './limits.ts';
import type { Node } from './node.ts';
import { readFullYaml } from './full-yaml.ts';
import { readYaml } from './read-yaml.ts';
import { createReport } from './report.ts';
import { readSimpleYaml } from './simple-yaml.ts';

type Shown = { readonly value: unknown; readonly place: string; readonly more: unknown };

/** A tree as data, with its places. */
const shown = (node: Node): Shown => {
  const place = `${node.place.line}:${node.place.column}`;
  if (node.kind === 'list') return { value: node.items.map(shown), place, more: node.tag };
  if (node.kind === 'map')
    return {
      value: [...node.entries].map(([key, entry]) => [
        key,
        `${entry.place.line}:${entry.place.column}`,
        shown(entry.value),
      ]),
      place,
      more: node.tag,
    };
  return { value: node.value, place, more: [node.isDate, node.isFloat, node.tag] };
};

/** true: the simple reader read it, and the full one says the same. */
const agree = (text: string): boolean => {
  const simple = readSimpleYaml('a', text);
  if (simple === undefined) return false;
  const report = createReport();
  assert.ok(isFlatEnough(report, 'a', text), text);
  const budget = { used: 0 };
  const documents = readFullYaml(report, budget, 'a', text);
  assert.deepEqual(report.problems, [], text);
  assert.equal(documents.length, 1, text);
  assert.deepEqual(shown(simple.root), shown(documents[0] ?? simple.root), text);
  assert.equal(simple.nodes, budget.used, text);
  return true;
};

test('readSimpleYaml reads most conformance cases, as the full reader does', () => {
  const texts = allCases().flatMap(({ files }) => Object.values(files));
  const read = texts.filter(agree);
  assert.ok(read.length > 200, `only ${read.length} of ${texts.length}`);
});

const mustRead: readonly string[] = [
  'a: 1\nb:\n  - x\n  - y: 1\n    z: 2\n  -\n    q: r\nc:\n- d\n- e\nf:\n',
  'a: "x\\ny" # c\nb: \'it\'\'s\'\nc: [a, "b", {d: e}]\nd: {}\ne: []\n',
  '# only\na:   # why\n  b: c#d\n\n  # between\n  e: http://h:80/p?q=1\n"k 1": -x\n',
  'a: |\n  b\n   c\n\n  # d\n\nb: >-\n  c\n  d\ne: |- # f\n    g\n',
  'x: &x\n  a: 1\n  b: [c]\ny: &y {d: e}\nz:\n  <<: [*x, *y]\n  a: 2\nw: *x\nv:\n  - *y\n  - &q s\n  - *q\nu:\n  <<: *x\n',
];

const simple: readonly string[] = [
  '- a\n',
  'a:\n  b: 1\n c: 2\n',
  'a: b: c\n',
  'a: b\n  c\n',
  'a: b\na: c\n',
  'a: *b\n',
  'a: &a\n  b: *a\n',
  'a: &a 1\nb: &a\n  c: *a\n',
  'a: &a\nb: 1\n',
  'a: &a\n- b\n',
  '- &a b: c\n',
  'a: &a b\nc: *ab\n',
  'a: >\n  b\n\n  c\n',
  'a: |\n   b\n  c\n',
  'a: |+\n  b\n\n',
  'a: |\n  b\n   \nc: d\n',
  'a: [b\n]\n',
  'a: {b: c: d}\n',
  'a: [b: c]\n',
  'a: @b\n',
  'a:\n  - b\n c\n',
  'a: - b\n',
  '- a: 1\n  b: 2\n- c\n',
  'a: "b" c\n',
  'a: b #\n',
  'a:b\n',
  'a: :b\n',
  'a: ?b\n',
  'yes: 1\nnull: 2\n',
  '080: a\n',
  'a:\n  b:\n    c:\n  d: e\nf: ~\n',
  'a: &x 1\nb: &y *x\n',
  'a: b\u00a0\nc: d\u3000 # e\n',
  'a: [b\u00a0, c]\n',
  'a:   # c\nb:  \nc: {d: , e: }\n',
  'a: |\n  b\n  c',
  'a: >-\n  b\n  c',
  'a: |\n  b\n  ',
  'a: "b\n  c"\n',
  'a: b\u0085\n',
];

test('readSimpleYaml gives up or agrees on what is easily read wrong', () => {
  for (const text of mustRead) assert.ok(agree(text), text);
  for (const text of simple) agree(text);
});

// prettier-ignore
const pieces = [
  'a', 'b', 'key', ': ', ':', '- ', '-', '\n', '\n  ', '\n    ', ' ', '#', ' # c', '"', "'", '"x"', "'y'", '[', ']', '{', '}', ', ',
  '|', '>', '&x ', '*x', '!t ', '?', '? ', '<<', '~', '1', '0x1', '1.5', 'true', 'no', '2020-01-01', '22:22', '\\', '\\n', '%', '@', '`', '$', '(', '=',
  'A: &x\n  B: 1\n', 'C: *x\n', '<<: *x\n', '  <<: *x\n', 'D: |\n  t\n', 'E: >-\n  u\n  v\n', '   deep\n', '\n\n', 'F: &y [a]\n', 'G: [*y, *x]\n', '- *x\n', '- &x z\n',
  'H:\n  - |\n   t\n   u\n', 'I: &x\n', '  # c\n', '<<: [*x, *y]\n', '    |-', '+', 'J: &z {a: 1}\n',
  'a: 1\n', 'b: x\n', 'c:\n', '  d: 2\n', '  - e\n', '- f\n', '    g: h\n', 'i: [j, k]\n', 'l: {m: n}\n', '  - o: p\n', 'q: "r: s"\n', "t: 'u'\n",
];
const piece = fc.constantFrom(...pieces);

const plainWords = fc.oneof(
  fc.constantFrom('a', "it's", 'x y', '0o7', '1_000', '010', '~', 'null', 'yes', 'True', '-1', '-x', '.5', '1e3', '22:22', 'a#b', 'a:b', '=', '2020-01-01', '~x', '$A', '${A:-b}', '(', '\u00a0', 'é', '.inf', '<<x', '0x1F', 'a ', 'a  # c'),
  fc.stringMatching(/^[a-z0-9_.:/@$=-]{1,8}$/),
); // prettier-ignore
const quotedWords = fc.oneof(
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.string({ maxLength: 8 }).map((text) => `'${text.replaceAll("'", "''")}'`),
);
const flowWords = fc.oneof(
  fc.array(fc.oneof(plainWords, quotedWords), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
  fc.array(fc.tuple(fc.constantFrom('a', 'b', "'c'", '"d e"'), fc.oneof(plainWords, quotedWords)), { maxLength: 3 })
    .map((items) => `{${items.map(([name, value]) => `${name}: ${value}`).join(', ')}}`),
); // prettier-ignore
const blockWords = fc
  .tuple(fc.constantFrom('|', '>', '|-', '>-', '|+'), fc.array(fc.constantFrom('a', ' b', 'c: d', '', '# e', '- f')))
  .map(([header, lines]) => ({ header, lines }));

/** A document before it is written down: what it holds, and in which of the ways each part is written. */
type Written =
  | { readonly word: string }
  | { readonly header: string; readonly lines: readonly string[] }
  | { readonly isList: boolean; readonly anchor: string; readonly gap: string; readonly items: readonly Written[] };

const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(plainWords, quotedWords, flowWords, fc.constantFrom('', '*x', '*y', '&x b', '[*x]')).map((word) => ({ word })),
    blockWords,
    fc.record({
      isList: fc.boolean(),
      anchor: fc.constantFrom('', '', '', ' &x', ' &y'),
      gap: fc.constantFrom('', '', '', ' # c', '\n', '\n    # c'),
      items: fc.array(tie('written'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})); // prettier-ignore

const writeDown = (part: Written, indent: number): string => {
  const margin = ' '.repeat(indent);
  if ('word' in part) return ` ${part.word}\n`;
  if ('header' in part) return ` ${part.header}\n${part.lines.map((line) => `${margin}  ${line}\n`).join('')}`;
  const names = ['a', '"b c"', 'd.e', "'f'", '<<'];
  const keyOf = (index: number): string => (part.isList ? '-' : `${names[(index + indent) % 5] ?? ''}:`);
  const lines = part.items.map((item, index) => `${margin}${keyOf(index)}${writeDown(item, indent + 2)}`);
  return `${part.anchor}${part.gap}\n${lines.join('')}`;
};

test('readSimpleYaml gives up or agrees on documents of every shape', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(written, { minLength: 1, maxLength: 3 }), fc.boolean(), (parts, isCutOff) => {
      const text = parts.map((part, index) => `k${index}:${writeDown(part, 2)}`).join('');
      if (agree(isCutOff ? text.slice(0, -1) : text)) read += 1;
    }),
    { numRuns: 5000 },
  );
  assert.ok(read > 500, `only ${read} were read`);
});

/** Each of these is simple in form. */
const costly: Record<string, string> = {
  'aliases that double': `x0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `x${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`,
  'merges of many keys': `x: &x\n${Array.from({ length: 500 }, (_, i) => `  k${i}: v\n`).join('')}${Array.from({ length: 300 }, (_, i) => `m${i}: {a: 1}\nn${i}:\n  <<: *x\n`).join('')}`,
  'aliases that deepen': `x0: &a0 [[[[[[[[x]]]]]]]]\n${Array.from({ length: 9 }, (_, i) => `x${i + 1}: &a${i + 1} [[[[[[[[*a${i}]]]]]]]]\n`).join('')}`,
  'many values': `x: [${'1,'.repeat(100_100)}1]\n`,
  'deep blocks': Array.from({ length: 80 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'deep lists': `a:\n  ${'- '.repeat(80)}x\n`,
}; // prettier-ignore

test('readSimpleYaml leaves what costs too much to the full reader, which refuses it', () => {
  for (const [name, text] of Object.entries(costly)) {
    assert.equal(readSimpleYaml('a', text), undefined, name);
    const report = createReport();
    const read = readYaml(report, { used: 0 }, { name: 'a', content: text }, readFullYaml);
    assert.deepEqual(read, [], name);
    assert.match(report.problems[0]?.code ?? '', /^too_(?:many_nodes|deep)$/, name);
  }
});

test('readSimpleYaml gives up or agrees, whatever the pieces', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 14 }), (pieces) => {
      if (agree(`k: v\n${pieces.join('')}`)) read += 1;
    }),
    { numRuns: 20_000 },
  );
  assert.ok(read > 300, `only ${read} were read`);
});

test('readSimpleYaml gives up or agrees on changed conformance cases', () => {
  const texts = allCases()
    .flatMap(({ files }) => Object.values(files))
    .filter((text) => text.length > 20);
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(8), piece, (text, from, length, put) => {
      const at = from % text.length;
      agree(text.slice(0, at) + put + text.slice(at + length));
    }),
    { numRuns: 10_000 },
  );
});
