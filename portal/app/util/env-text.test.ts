import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envText, readEnvText, type EnvText } from './env-text.ts';

const table: Record<string, { text: string; read: EnvText }> = {
  'names and values': {
    text: 'A=1\nB = two words \n',
    read: {
      entries: [
        ['A', '1'],
        ['B', 'two words'],
      ],
    },
  },
  'comments and empty lines': { text: '# head\n\nA=1 # why\n', read: { entries: [['A', '1']] } },
  'a # inside a value': {
    text: 'COLOR=#fff\nURL=http://x/#a',
    read: {
      entries: [
        ['COLOR', '#fff'],
        ['URL', 'http://x/#a'],
      ],
    },
  },
  'quotes, with what is in them untouched': {
    text: `A="x # y"\nB='  $C '`,
    read: {
      entries: [
        ['A', 'x # y'],
        ['B', '  $C '],
      ],
    },
  },
  'empty values and export': {
    text: 'A=\nexport B=1',
    read: {
      entries: [
        ['A', ''],
        ['B', '1'],
      ],
    },
  },
  'values with an equals sign': { text: 'A=b=c', read: { entries: [['A', 'b=c']] } },
  'Windows line ends': {
    text: 'A=1\r\nB=2\r\n',
    read: {
      entries: [
        ['A', '1'],
        ['B', '2'],
      ],
    },
  },
  'up to the line that is wrong': { text: 'A=1\nwhat is this', read: { entries: [['A', '1']], badLine: 2 } },
};
for (const [name, row] of Object.entries(table))
  test(`readEnvText reads ${name}`, () => assert.deepEqual(readEnvText(row.text), row.read));

const lines: readonly [value: string, line: string][] = [
  ['plain-1.2', 'plain-1.2'],
  ['', ''],
  ['two words', "'two words'"],
  ['$HOME #1', "'$HOME #1'"],
  ["it's $5", String.raw`"it's \$5"`],
  ['a\nb', String.raw`"a\nb"`],
];
for (const [value, line] of lines)
  test(`envText writes ${JSON.stringify(value)} so that it is read as it is`, () => {
    assert.equal(envText({ A: value }), `A=${line}\n`);
    assert.deepEqual(readEnvText(envText({ A: value })).entries, [['A', value]]);
  });
