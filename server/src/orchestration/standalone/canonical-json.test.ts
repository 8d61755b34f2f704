import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';

const reordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, reordered(item)] as const)
      .reverse(),
  );
};

test('canonicalJson does not hang on the order of keys', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(reordered(value)) === canonicalJson(value)));
});

test('canonicalJson is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value))),
    ),
  );
});

test('canonicalJson leaves out what is undefined and keeps what is null', () => {
  assert.equal(canonicalJson({ b: undefined, a: null, c: [undefined] }), '{"a":null,"c":[null]}');
});

test('canonicalJson heeds the order of a list', () => {
  assert.notEqual(canonicalJson(['a', 'b']), canonicalJson(['b', 'a']));
});
