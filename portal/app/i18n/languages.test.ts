import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from './en.ts';
import { zh } from './zh.ts';

const flat = (words: Record<string, Record<string, string>>): Map<string, string> =>
  new Map(
    Object.entries(words).flatMap(([section, texts]) =>
      Object.entries(texts).map(([key, text]): [string, string] => [`${section}.${key}`, text]),
    ),
  );
const english = flat(en);
const chinese = flat(zh);
const places = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

test('both languages have the same keys', () =>
  assert.deepEqual([...chinese.keys()].sort(), [...english.keys()].sort()));

test('both languages fill the same places in every text', () => {
  for (const [key, text] of english) assert.deepEqual(places(chinese.get(key) ?? ''), places(text), key);
});

test('no text is empty and every Chinese text but proper names has Chinese in it', () => {
  const properNames = new Set([
    'revisions.profiles',
    'publish.profiles',
    'hosts.dockerServer',
    'operation.bytes',
    'operation.announceEnd',
  ]);
  for (const [key, text] of chinese) {
    assert.notEqual(text.trim(), '', key);
    if (!properNames.has(key)) assert.match(text, /\p{Script=Han}/u, key);
  }
});
