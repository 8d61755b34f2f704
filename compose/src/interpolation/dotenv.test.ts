import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDotenv } from './dotenv.ts';

const read = (text: string, caller: Readonly<Record<string, string>> = {}, isRaw = false) => {
  const faults: string[] = [];
  const values = readDotenv(text, {
    lookup: (name) => (Object.hasOwn(caller, name) ? caller[name] : undefined),
    isRaw,
    fault: ({ code, line }) => faults.push(`${code} in ${line}`),
    unset: () => {},
    produced: { characters: 0 },
  });
  return { values: Object.fromEntries(values), faults };
};

const table: Record<string, { text: string; caller?: Record<string, string>; values: Record<string, string> }> = {
  'starts a comment only after a blank': {
    text: 'A=1 # note\nB=x#y\nC=#x\nD= #x\n',
    values: { A: '1', B: 'x#y', C: '#x', D: '#x' },
  },
  'keeps blanks inside and drops them outside': {
    text: 'A= x y \nB=x "y"\nC=it\'s\n',
    values: { A: 'x y', B: 'x "y"', C: "it's" },
  },
  'takes single quotes literally': { text: "A='a$b \\n # c'\nB='l1\nl2'\n", values: { A: 'a$b \\n # c', B: 'l1\nl2' } },
  'reads escapes in double quotes': { text: 'A="a\\nb\\t\\"c\\" \\$X" # x\n', values: { A: 'a\nb\t"c" $X' } },
  'expands from the caller and from lines before': {
    text: 'A=1\nB=$A-${C:-d}\nE="${S}"\n',
    caller: { S: 's' },
    values: { A: '1', B: '1-d', E: 's' },
  },
  'prefers the caller to its own lines': { text: 'A=1\nB=$A\n', caller: { A: '2' }, values: { A: '1', B: '2' } },
  'takes a bare name from the caller or leaves it out': { text: 'H\nU\n', caller: { H: 'h' }, values: { H: 'h' } },
  'knows export, colons and blanks around the sign': {
    text: 'export A=1\nB = 2\n  C: 3\na-b.c=4\n',
    values: { A: '1', B: '2', C: '3', 'a-b.c': '4' },
  },
  'bears a byte order mark and Windows line ends': { text: '\uFEFFA=1\r\nB="x"\r\nC\r\n', values: { A: '1', B: 'x' } },
  'keeps empty values': { text: 'A=\nB=""\nC=\'\'\n', values: { A: '', B: '', C: '' } },
};

for (const [name, row] of Object.entries(table))
  test(`readDotenv ${name}`, () => {
    assert.deepEqual(read(row.text, row.caller), { values: row.values, faults: [] });
  });

test('readDotenv leaves everything as it is in a raw file', () => {
  assert.deepEqual(read('# c\nA=\'q\' # x\nB=$X\n\nC="y"\n', {}, true).values, { A: "'q' # x", B: '$X', C: '"y"' });
});

test('readDotenv names the line of a fault', () => {
  assert.deepEqual(read('A=1\nnot a line\n').faults, ['env_file_syntax in 2']);
  assert.deepEqual(read('A="x\ny"\n\nB=\'open\n').faults, ['env_file_syntax in 4']);
  assert.deepEqual(read('A=1\nB=${X\n').faults, ['bad_interpolation in 2']);
});

test('readDotenv gives back values quoted by its own rules', () => {
  const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  const quoted = (text: string): string =>
    `"${text
      .replace(/[\\"$]/g, (character) => `\\${character}`)
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')}"`;
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (texts) => {
      const file = texts.map((text, index) => `V${index}=${quoted(text)}\n`).join('');
      assert.deepEqual(Object.values(read(file).values), texts);
    }),
  );
});

test('readDotenv bears any text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => assert.ok(read(text).faults.length >= 0)),
    { numRuns: 2000 },
  );
});
