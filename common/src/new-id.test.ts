import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isId } from '@berth/contract/ids.ts';
import { makeFakeClock } from './testing/fake-clock.ts';
import { makeNewId } from './new-id.ts';

test('makeNewId makes ids of the asked kind', () => {
  const newId = makeNewId(makeFakeClock());
  assert.ok(isId('host', newId('host')));
  assert.ok(!isId('tenant', newId('host')));
});

test('makeNewId makes ids that sort by age, and never the same twice', () => {
  const clock = makeFakeClock();
  const newId = makeNewId(clock);
  const made = Array.from({ length: 500 }, (_, index) => {
    if (index % 3 === 0) clock.advance(1);
    return newId('event');
  });
  assert.deepEqual([...made].sort(), made);
  assert.equal(new Set(made).size, made.length);
});

test('makeNewId keeps the order when the clock is set back', () => {
  let now = 1_000_000;
  const newId = makeNewId({ ...makeFakeClock(), nowMs: () => now });
  const before = newId('event');
  now -= 60_000;
  assert.ok(newId('event') > before);
});

test('makeNewId carries over when the chance of a millisecond is used up', () => {
  const newId = makeNewId(makeFakeClock(), (count) => new Uint8Array(count).fill(31).with(0, 0));
  const [first, second] = [newId('event'), newId('event')];
  assert.ok(second > first, `${first} then ${second}`);
});

test('makeNewId takes chance from what it is given', () => {
  const newId = makeNewId(makeFakeClock(), (count) => new Uint8Array(count).fill(255));
  assert.match(newId('user'), /^usr_[0-9a-z]{10}z{16}$/);
});
