import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { keyBytes, makeSealer } from './seal.ts';

const sealer = makeSealer(randomBytes(keyBytes));
const place = { purpose: 'hook', row: 'hok_1' };
const cannotOpen = (thrown: unknown): boolean =>
  thrown instanceof PlatformError && /cannot be opened/.test(thrown.message);

for (const text of ['berthhook_secret', '', '密钥 🔑'])
  test(`makeSealer opens what it sealed: ${JSON.stringify(text)}`, () => {
    const sealed = sealer.seal(text, place);
    assert.equal(sealer.open(sealed, place), text);
    if (text !== '') assert.ok(!sealed.includes(text));
  });

test('makeSealer seals the same text differently each time', () =>
  assert.notEqual(sealer.seal('same', place), sealer.seal('same', place)));

const wrong: Record<string, () => unknown> = {
  'another row': () => sealer.open(sealer.seal('x', place), { ...place, row: 'hok_2' }),
  'another purpose': () => sealer.open(sealer.seal('x', place), { ...place, purpose: 'key' }),
  'another key': () => makeSealer(randomBytes(keyBytes)).open(sealer.seal('x', place), place),
  'a changed text': () => {
    const sealed = sealer.seal('some text', place);
    const at = sealed.length - 3;
    return sealer.open(sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1), place);
  },
  'a text cut short': () => sealer.open(sealer.seal('x', place).slice(0, 20), place),
  'a text that is none of ours': () => sealer.open('plain', place),
  'an empty text': () => sealer.open('', place),
};
for (const [name, open] of Object.entries(wrong))
  test(`makeSealer opens nothing for ${name}`, () => assert.throws(open, cannotOpen));
