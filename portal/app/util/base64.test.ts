import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64Of, bytesIn, bytesOf } from './base64.ts';

for (const length of [0, 1, 2, 3, 8_191, 8_192, 8_193, 100_000])
  test(`base64Of and bytesOf undo each other for ${length} bytes, and bytesIn counts them`, () => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
    const text = base64Of(bytes);
    assert.equal(text, Buffer.from(bytes).toString('base64'));
    assert.deepEqual(bytesOf(text), bytes);
    assert.equal(bytesIn(text), length);
  });
