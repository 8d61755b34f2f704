import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstFormatClass, keyClasses, keyClassNames, listedKeys } from './key-classes.ts';
import { firstFormatKeys } from './load/first-format.ts';
import { composeSpec } from './schema/compose-spec.ts';
import { schemaPaths } from './schema/paths.ts';

const paths = schemaPaths(composeSpec);

test('keyClasses gives every key of the schema a class', () => {
  assert.ok(paths.length >= 345, `the schema has ${paths.length} keys`);
  const missing = paths.filter((path) => !keyClasses.has(path));
  assert.deepEqual(missing, []);
});

test('keyClasses lists each key once', () => {
  const names = listedKeys.map(([name]) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  assert.deepEqual(twice, []);
});

test('keyClasses lists no key the schema does not have', () => {
  const known = new Set(paths);
  const foreign = [...keyClasses.keys()].filter((name) => !known.has(name));
  assert.deepEqual(foreign, []);
});

test('keyClasses gives every class a key and every key a reason', () => {
  for (const name of keyClassNames)
    assert.ok(
      listedKeys.some(([, value]) => value.class === name),
      name,
    );
  for (const [key, value] of listedKeys) assert.ok(value.note.length > 8, key);
});

test('firstFormatClass gives every key of the first format a class', () => {
  const missing = firstFormatKeys.filter((key) => firstFormatClass(key) === undefined);
  assert.deepEqual(missing, []);
});
