import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberOf, textOf, trailOf } from './search.ts';

test('textOf keeps a name made of digits, which the address reads as a number', () => assert.equal(textOf(123), '123'));
for (const value of [undefined, null, '', true, {}, []])
  test(`textOf refuses ${JSON.stringify(value)}`, () => assert.equal(textOf(value), undefined));

test('trailOf keeps the cursors in order', () => assert.deepEqual(trailOf(['a', 2]), ['a', '2']));
for (const value of [undefined, 'a', [], [{}], Array.from({ length: 101 }, () => 'a')])
  test(`trailOf refuses ${JSON.stringify(value)?.slice(0, 20)}`, () => assert.equal(trailOf(value), undefined));

for (const value of [7, '7']) test(`numberOf reads ${JSON.stringify(value)}`, () => assert.equal(numberOf(value), 7));
for (const value of [undefined, '', 'x', 0, -1, 1.5, '1e400', {}, null])
  test(`numberOf refuses ${JSON.stringify(value)}`, () => assert.equal(numberOf(value), undefined));
