import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutTo, displayWidth, padTo } from './display-width.ts';

const widths: Record<string, { text: string; width: number }> = {
  'counts plain letters once': { text: 'web-1', width: 5 },
  'counts Chinese characters twice': { text: '租户a', width: 5 },
  'counts Korean and full-width forms twice': { text: '한！', width: 4 },
  'counts emoji twice': { text: '🚢', width: 2 },
  'counts an accent put on a letter as nothing': { text: 'e\u0301', width: 1 },
  'counts colours as nothing': { text: '\u001B[31mred\u001B[39m', width: 3 },
  'counts letters with marks of their own once': { text: 'éß', width: 2 },
};
for (const [name, { text, width }] of Object.entries(widths))
  test(`displayWidth ${name}`, () => assert.equal(displayWidth(text), width));

test('padTo fills up to the width that is seen', () => assert.equal(padTo('应用', 6), '应用  '));
test('padTo leaves a text that is wide enough as it is', () => assert.equal(padTo('abc', 2), 'abc'));
test('cutTo leaves a text that fits as it is', () => assert.equal(cutTo('应用', 4), '应用'));
test('cutTo never cuts through a wide character', () => assert.equal(cutTo('应用程序', 4), '应…'));
