import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Plain } from './yaml-text.ts';
import { yamlText } from './yaml-text.ts';

test('yamlText writes blocks that people can read', () => {
  const plain = {
    name: 'app',
    services: {
      web: { command: ['sh', '-c', 'a\nb\n'], ports: [{ target: 80, published: '8080' }], none: [], tty: true },
    },
    empty: {},
    list: [['a', 'b'], null, ''],
  };
  const text = `name: app
services:
  web:
    command:
      - sh
      - -c
      - |
        a
        b
    ports:
      - target: 80
        published: "8080"
    none: []
    tty: true
empty: {}
list:
  - - a
    - b
  - null
  - ""
`;
  assert.equal(yamlText(plain), text.replace('- -c', '- "-c"'));
});

const tricky = [
  'yes', 'No', '~', 'null', 'Null', '010', '1e3', '0x1f', '12:30:45', '2020-01-01', '1_000', '.5', '.inf', '- a', '-', '---',
  '...', 'a: b', 'a:', ':a', 'a #b', '#a', ' a', 'a ', '"q"', "'q'", '{a}', '[a]', '*a', '&a', '!a', '%a', '@a', '`a`', '|', '>',
  '?', '? a', '<<', '=', 'a\nb', 'a\n  \n', 'a\n ', '\n', '\n\n', ' \n', '\t\n', 'a\n', '\na', 'a\n\n', ' a\nb', 'a\n  b\n c', 'a\t', 'a\tb\nc', '\u0085', '\u2028', '\uFEFF',
  'a\r\nb', '\u0000', '\uD800', '😀', 'a\n\n\nb', 'a \nb ', '$x', '$${x}', 'C:\\x', '/a:b', 'Host(`a`) && b', 'x'.repeat(2000),
  'a,b', 'true', 'OFF', 'ключ', '你好: 世界', '(a)', 'a\n#b', 'a\n---\nb', 'a\n\tb', '\t', '\u00a0a', 'a\u00a0',
  'a\n\r', 'a\nb\r', 'a\n\u2028', 'a\n\uFEFF', 'a\nb\u00a0', 'a\n\u0085', 'a\n \t', 'a\n\u3000\n', '0o7', '0b1', '1_0.5', 'y', 'n', 'a b'.repeat(200), '<<x', '= a',
]; // prettier-ignore

const text = fc.oneof(
  fc.constantFrom(...tricky),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  // What begins like lines of text and ends in something else.
  fc
    .array(
      fc.constantFrom('a', '\n', ' ', '\t', '\r', '\u0085', '\u2028', '\uFEFF', '\u00a0', '#', ':', '-', '1', '~'),
      {
        maxLength: 6,
      },
    )
    .map((parts) => `a${parts.join('')}`),
);
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const key = text.filter((name) => name !== '__proto__');
const { tree } = fc.letrec<{ tree: Plain }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  ),
}));

test('yamlText is read back as the same values', () => {
  for (const value of tricky) {
    assert.deepEqual(parse(yamlText({ [value]: value, list: [value] })), { [value]: value, list: [value] });
  }
  fc.assert(
    fc.property(tree, (plain) => assert.deepEqual(parse(yamlText(plain)), JSON.parse(JSON.stringify(plain)))),
    { numRuns: 2000 },
  );
});
