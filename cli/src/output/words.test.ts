import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, bytesText, durationText, readDuration } from './words.ts';

const durations: Record<string, { text: string; ms: number | undefined }> = {
  'reads minutes': { text: '10m', ms: 600_000 },
  'adds up parts': { text: '1h30m', ms: 5_400_000 },
  'reads days and seconds': { text: '2d5s', ms: 172_805_000 },
  'refuses a bare number': { text: '10', ms: undefined },
  'refuses an unknown unit': { text: '10w', ms: undefined },
  'refuses a time': { text: '2026-01-31', ms: undefined },
  'refuses nothing': { text: '', ms: undefined },
};
for (const [name, { text, ms }] of Object.entries(durations))
  test(`readDuration ${name}`, () => assert.equal(readDuration(text), ms));

const spans: readonly (readonly [number, string])[] = [
  [300, '0.3s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [7_199_000, '1h'],
  [200_000_000, '2d'],
  [-5, '0s'],
];
for (const [ms, text] of spans)
  test(`durationText says ${ms} ms as ${text}`, () => assert.equal(durationText(ms), text));

const sizes: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [300 * 1024 ** 2, '300 MiB'],
  [2 * 1024 ** 5, '2048 TiB'],
];
for (const [bytes, text] of sizes)
  test(`bytesText says ${bytes} as ${text}`, () => assert.equal(bytesText(bytes), text));

test('addressText puts an IPv6 address into brackets', () => assert.equal(addressText('fd00::1', 80), '[fd00::1]:80'));
