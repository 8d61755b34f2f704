import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromInstant, nowInstant, sleep, systemClock, timeLimit, toInstant } from './clock.ts';
import { makeFakeClock } from './testing/fake-clock.ts';

test('toInstant and fromInstant are each other’s way back', () => {
  assert.equal(toInstant(0), '1970-01-01T00:00:00.000Z');
  assert.equal(fromInstant(nowInstant(makeFakeClock(1234))), 1234);
});

test('sleep wakes after its time, not before', async () => {
  const clock = makeFakeClock();
  let awake = false;
  const sleeping = sleep(clock, 100).then(() => (awake = true));
  clock.advance(99);
  await Promise.resolve();
  assert.equal(awake, false);
  clock.advance(1);
  await sleeping;
});

test('sleep ends with the signal’s reason, also when it came before', async () => {
  const clock = makeFakeClock();
  const ending = new AbortController();
  const sleeping = sleep(clock, 100, ending.signal);
  ending.abort(new Error('enough'));
  await assert.rejects(sleeping, /enough/);
  await assert.rejects(sleep(clock, 100, ending.signal), /enough/);
});

test('timeLimit fires its error after its time, unless it was cleared', () => {
  const clock = makeFakeClock();
  const late = new Error('late');
  const [first, second] = [timeLimit(clock, 100, late), timeLimit(clock, 100, late)];
  second.clear();
  clock.advance(100);
  assert.equal(first.signal.reason, late);
  assert.equal(second.signal.aborted, false);
});

test('timeLimit passes on another signal, until it is cleared', () => {
  const clock = makeFakeClock();
  const also = new AbortController();
  const [first, second] = [0, 1].map(() => timeLimit(clock, 100, new Error('late'), also.signal));
  second?.clear();
  also.abort(new Error('gone'));
  assert.match(String(first?.signal.reason), /gone/);
  assert.equal(second?.signal.aborted, false);
  assert.equal(timeLimit(clock, 100, new Error('late'), also.signal).signal.aborted, true);
});

test('systemClock calls back, unless it is told not to, also after longer than a timer takes', async () => {
  await new Promise<void>((resolve) => void systemClock.after(0, resolve));
  let early = false;
  const cancel = systemClock.after(2 ** 40, () => (early = true));
  const other = systemClock.after(0, () => assert.fail('it was cancelled'));
  other();
  await new Promise<void>((resolve) => void systemClock.after(5, resolve));
  cancel();
  assert.equal(early, false);
});

test('makeFakeClock calls what falls due in order of time, with what it sets itself', () => {
  const clock = makeFakeClock(0);
  const called: string[] = [];
  clock.after(20, () => called.push(`b at ${clock.nowMs()}`));
  clock.after(10, () => {
    called.push(`a at ${clock.nowMs()}`);
    clock.after(5, () => called.push(`c at ${clock.nowMs()}`));
  });
  const cancel = clock.after(12, () => called.push('never'));
  cancel();
  clock.advance(100);
  assert.deepEqual(called, ['a at 10', 'c at 15', 'b at 20']);
  assert.equal(clock.monotonicMs(), 100);
});
