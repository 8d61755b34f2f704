import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstFormatClass, keyClasses, keyClassNames, listedKeys } from './key-classes.ts';
import { listedVersions } from './key-versions.ts';
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

test('keySince knows keys of the schema only, each once', () => {
  const known = new Set(paths);
  assert.deepEqual(
    listedVersions.filter(([key]) => !known.has(key)),
    [],
  );
  const names = listedVersions.map(([key]) => key);
  assert.equal(new Set(names).size, names.length);
  for (const [, { since }] of listedKeys) assert.match(since, /^(?:1|2\.\d(?:, 3\.\d)?|3\.\d|specification)$/);
});

test('keyClasses gives no reason that a later version makes untrue', () => {
  for (const [key, { class: name, note }] of listedKeys)
    if (name === 'refused') assert.doesNotMatch(note, /not (?:supported )?yet/, key);
});
