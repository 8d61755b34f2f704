import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TemplateFault } from './template.ts';
import { fillTemplate } from './template.ts';

const fill = (text: string, variables: Readonly<Record<string, string>> = {}) => {
  const faults: TemplateFault[] = [];
  const unset: string[] = [];
  const value = fillTemplate(
    {
      lookup: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
      fault: (fault) => faults.push(fault),
      unset: (name) => unset.push(name),
      produced: { characters: 0 },
    },
    text,
  );
  return { value, codes: faults.map(({ code }) => code), unset };
};

const values: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['$A_B-$A.z', { A: 'x', A_B: 'y' }, 'y-x.z'],
  ['<${T-9}><${T:-9}>', { T: '' }, '<><9>'],
  ['<${T+y}><${T:+y}>', { T: '' }, '<y><>'],
  ['$$T $${T} $$$T', { T: '3' }, '$T ${T} $3'],
  ['${A:-${B:-${C}}}', { C: 'see' }, 'see'],
  ['x-${S:+${O}}-y', { S: 's', O: 'o' }, 'x-o-y'],
  ['${U:-http://h:80/p?a=b}', {}, 'http://h:80/p?a=b'],
  ['${S:-${O:?no}}', { S: 'sv' }, 'sv'],
  ['${A}', { A: '$B ${B}', B: 'b' }, '$B ${B}'],
  ['${A:-{"a":{"b":1}}}', {}, '{"a":{"b":1}}'],
  ['${A:-{"a":1}}', { A: 'x' }, 'x'],
  ['${A:-{}', {}, '{'],
  ['${A:-a}b}', {}, 'ab}'],
  ['${A:-x-${B}_c}', { B: 'b' }, 'x-b_c'],
];

for (const [text, variables, wanted] of values)
  test(`fillTemplate makes ${JSON.stringify(wanted)} of ${text}`, () =>
    assert.equal(fill(text, variables).value, wanted));

const faulty: Readonly<Record<string, string>> = {
  'a${}': 'bad_interpolation',
  'a${T': 'bad_interpolation',
  '${A B}': 'bad_interpolation',
  '${A/b/c}': 'bad_interpolation',
  '${1A}': 'bad_interpolation',
  '${T?m}': 'required_variable',
  '${T:?m}': 'required_variable',
  abc$: 'ambiguous_value',
  'a$(date)': 'ambiguous_value',
};

for (const [text, code] of Object.entries(faulty))
  test(`fillTemplate reports ${code} for ${text}`, () => assert.deepEqual(fill(text).codes, [code]));

test('fillTemplate keeps a dollar that starts no variable', () =>
  assert.equal(fill('abc$ $1 $(x)').value, 'abc$ $1 $(x)'));

test('fillTemplate names variables that are not set, and only those it needed', () => {
  assert.deepEqual(fill('$A ${B} ${C:-x} ${D:-$E} ${F:+$G}').unset, ['A', 'B', 'E']);
});

test('fillTemplate stops when variables make too much text', () => {
  const big = 'x'.repeat(100_000);
  const { value, codes } = fill('$A'.repeat(100), { A: big });
  assert.deepEqual(codes, ['too_large']);
  assert.ok(value.length < 5_000_000);
});

test('fillTemplate bears any text without throwing', () => {
  const piece = fc.constantFrom('$', '{', '}', 'A', '_', ':', '-', '?', '+', '${', '$$', ' ', '${A:-', '\n', 'ü');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { value } = fill(pieces.join(''), { A: 'a$' });
      assert.equal(typeof value, 'string');
    }),
    { numRuns: 3000 },
  );
  assert.equal(fill('${A:-'.repeat(2000)).codes[0], 'bad_interpolation');
  assert.equal(fill('${A:-'.repeat(2000) + '}'.repeat(2000)).codes[0], 'bad_interpolation');
});

test('fillTemplate gives back what was escaped for it', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(fill(text.replaceAll('$', '$$$$')).value, text)));
});
