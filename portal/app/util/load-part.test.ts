import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from './clock.ts';
import { loadPart } from './load-part.ts';

const makeHurriedClock = (): Clock & { waits: number[] } => {
  const waits: number[] = [];
  return {
    waits,
    now: () => 0,
    after: (delayMs, callback) => {
      waits.push(delayMs);
      queueMicrotask(callback);
      return () => undefined;
    },
  };
};
const lost = new TypeError('Failed to fetch dynamically imported module: /assets/page.js');

const failing = (times: number, error: Error) => {
  let tries = 0;
  return {
    tries: () => tries,
    load: async () => {
      tries += 1;
      if (tries <= times) throw error;
      return 'page';
    },
  };
};

test('loadPart tries again, with longer and longer pauses, until the part comes', async () => {
  const clock = makeHurriedClock();
  assert.equal(await loadPart(failing(2, lost).load, clock)(), 'page');
  assert.deepEqual(clock.waits, [200, 800]);
});
test('loadPart gives up after four tries', async () => {
  const part = failing(99, lost);
  await assert.rejects(loadPart(part.load, makeHurriedClock()), lost);
  assert.equal(part.tries(), 4);
});
test('loadPart does not try again what loaded and then threw', async () => {
  const part = failing(1, new TypeError('undefined is not a function'));
  await assert.rejects(loadPart(part.load, makeHurriedClock()), /undefined is not/);
  assert.equal(part.tries(), 1);
});
