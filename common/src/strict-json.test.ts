import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { PlatformError } from './platform-error.ts';
import { parseStrictJson } from './strict-json.ts';

const refused = (text: string, message: RegExp): void =>
  assert.throws(
    () => parseStrictJson(text),
    (thrown: unknown) =>
      thrown instanceof PlatformError && thrown.code === 'invalid_request' && message.test(thrown.message),
    text.slice(0, 80),
  );

test('parseStrictJson reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json(), (text) => assert.deepEqual(parseStrictJson(text), JSON.parse(text))),
    { numRuns: 1000 },
  );
});

test('parseStrictJson reads it with any spaces between', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(1, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      assert.deepEqual(parseStrictJson(text), JSON.parse(text));
    }),
  );
});

test('parseStrictJson refuses whatever JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', '}', ',', ':', '\\', '\u0000'), (text, at, sign) => {
      const broken = text.slice(0, at % (text.length + 1)) + sign + text.slice((at % (text.length + 1)) + 1);
      let expected: { value: unknown } | undefined;
      try {
        expected = { value: JSON.parse(broken) };
      } catch {
        refused(broken, /./);
        return;
      }
      try {
        assert.deepEqual(parseStrictJson(broken), expected.value);
      } catch (thrown) {
        // The one thing it may refuse that JSON.parse takes.
        assert.match((thrown as Error).message, /twice/);
      }
    }),
    { numRuns: 1000 },
  );
});

const twice: Record<string, string> = {
  'side by side': '{"a":1,"a":2}',
  apart: '{"HostConfig":{"Privileged":false},"x":[1,{"y":"z"}],"HostConfig":{"Privileged":true}}',
  'deep down': '[{"a":{"b":[{"c":1,"d":2,"c":3}]}}]',
  'written with an escape': '{"privileged":false,"\\u0070rivileged":true}',
  'written with another escape': '{"a\\/b":1,"a/b":2}',
  'with spaces and values of every kind between': '{ "a" : "x:,{}[]\\"" , "b" : [ ] , "c" : { } , "a" : null }',
  empty: '{"":1,"":2}',
  __proto__: '{"__proto__":1,"__proto__":2}',
};
for (const [name, text] of Object.entries(twice))
  test(`parseStrictJson refuses a key that comes twice, ${name}`, () => refused(text, /twice in one object/));

const fine: Record<string, string> = {
  'in different objects': '{"a":{"a":1},"b":{"a":2}}',
  'in objects of one list': '[{"a":1},{"a":2}]',
  'once as key and once as value': '{"a":"a","b":["a","a"]}',
  'in another case': '{"HostConfig":1,"hostconfig":2}',
  'in another sign that looks the same': '{"NetworkMode":1,"Networ\\u212aMode":2}',
};
for (const [name, text] of Object.entries(fine))
  test(`parseStrictJson takes a text that comes twice ${name}`, () =>
    assert.deepEqual(parseStrictJson(text), JSON.parse(text)));

test('parseStrictJson names the key as it was meant', () => {
  refused('{"a\\nb":1,"a\\nb":2}', /"a\\nb" twice/);
});

test('parseStrictJson gives __proto__ as a key of its own and changes no other object', () => {
  const value = parseStrictJson('{"__proto__":{"admin":true}}') as object;
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal(({} as { admin?: boolean }).admin, undefined);
});

test('parseStrictJson goes a hundred deep and no deeper', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.ok(parseStrictJson(nested(100)));
  refused(nested(101), /deeper than 100/);
  refused('{"a":'.repeat(200_000), /deeper than 100/);
});

test('parseStrictJson is quick on a large text', () => {
  const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, key) => [`key-${key}`, 'x'.repeat(20)]));
  const text = JSON.stringify(keys);
  const started = performance.now();
  parseStrictJson(text);
  assert.ok(performance.now() - started < 2_000);
});
