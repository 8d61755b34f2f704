import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from './clock.ts';
import { makeTicker } from './ticker.ts';

const makeHandClock = (): Clock & { advance: (byMs: number) => void; pending: () => number } => {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    after: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: (byMs) => {
      now += byMs;
      const due = timers.filter((timer) => timer.at <= now);
      timers = timers.filter((timer) => timer.at > now);
      for (const timer of due) timer.callback();
    },
    pending: () => timers.length,
  };
};

test('makeTicker runs one timer for many listeners and none for none', () => {
  const clock = makeHandClock();
  const ticker = makeTicker(clock, 1000);
  let heard = 0;
  const leave = [1, 2, 3].map(() => ticker.subscribe(() => (heard += 1)));
  assert.equal(clock.pending(), 1);
  clock.advance(1000);
  assert.equal(heard, 3);
  assert.equal(ticker.now(), 1000);
  for (const go of leave) go();
  assert.equal(clock.pending(), 0);
});

test('makeTicker gives the same time between ticks, so that a drawing is consistent', () => {
  const clock = makeHandClock();
  const ticker = makeTicker(clock, 1000);
  const leave = ticker.subscribe(() => undefined);
  clock.advance(400);
  assert.equal(ticker.now(), 0);
  clock.advance(600);
  assert.equal(ticker.now(), 1000);
  leave();
});
