import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, plainText, type TextPart } from './log-text.ts';

const table: Record<string, { text: string; search?: string; parts: TextPart[] }> = {
  'a plain line as one part': { text: 'hello', parts: [{ text: 'hello' }] },
  'an empty line as nothing': { text: '', parts: [] },
  'colours, and their end': {
    text: '\u001b[31mERROR\u001b[0m rest',
    parts: [{ color: 'bad', text: 'ERROR' }, { text: ' rest' }],
  },
  'bold and bright together': {
    text: '\u001b[1;92mok\u001b[22m!',
    parts: [
      { isBold: true, color: 'good', text: 'ok' },
      { color: 'good', text: '!' },
    ],
  },
  'no cursor movement': { text: 'a\u001b[2Kb\u001b[1;1Hc', parts: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] },
  'no window title': { text: '\u001b]0;title\u0007x', parts: [{ text: 'x' }] },
  'matches whatever their case': {
    text: 'Error: error',
    search: 'ERROR',
    parts: [{ text: 'Error', isMatch: true }, { text: ': ' }, { text: 'error', isMatch: true }],
  },
  'Chinese matches': {
    text: '请求超时了',
    search: '超时',
    parts: [{ text: '请求' }, { text: '超时', isMatch: true }, { text: '了' }],
  },
};
for (const [name, row] of Object.entries(table))
  test(`partsOf gives ${name}`, () => assert.deepEqual(partsOf(row.text, row.search ?? ''), row.parts));

test('plainText leaves no escape sequence in a file', () =>
  assert.equal(plainText('\u001b[31mERROR\u001b[0m \u001b]0;t\u0007x'), 'ERROR x'));
