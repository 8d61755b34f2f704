import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText } from './bytes.ts';

const table: readonly [bytes: number, text: string][] = [
  [-1, '0 B'],
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [150 * 1024 * 1024, '150 MiB'],
  [8 * 1024 ** 3, '8 GiB'],
  [5000 * 1024 ** 4, '5,000 TiB'],
];
for (const [bytes, text] of table)
  test(`bytesText says ${text} for ${bytes}`, () => assert.equal(bytesText(bytes, 'en'), text));
