import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { makeLog, silentLog } from '@berth/common/log.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { startLoop, type LoopOptions, type Pass } from './loop.ts';

const turn = async () => {
  for (let count = 0; count < 3; count += 1) await nextTurn();
};

/** A loop whose passes each wait until the test ends them. */
const begin = (more: Partial<LoopOptions> = {}) => {
  const clock = makeFakeClock();
  const begun: string[] = [];
  const signals: AbortSignal[] = [];
  const open: { key: string; resolve: (pass: Pass) => void; reject: (error: Error) => void }[] = [];
  const loop = startLoop({
    name: 'things',
    clock,
    log: silentLog,
    sweepEveryMs: 60_000,
    deadlineMs: 30_000,
    passesAtOnce: 10,
    keys: async () => [],
    reconcile: (key, signal) => {
      begun.push(key);
      signals.push(signal);
      return new Promise<Pass>((resolve, reject) => void open.push({ key, resolve, reject }));
    },
    ...more,
  });
  const take = (key: string) => {
    const at = open.findIndex((pass) => pass.key === key);
    assert.ok(at >= 0, `no pass over ${key} runs; begun: ${begun.join()}`);
    const [pass] = open.splice(at, 1);
    assert.ok(pass !== undefined);
    return pass;
  };
  return {
    clock,
    loop,
    begun,
    signals,
    end: async (key: string, pass: Pass = { steps: 0 }) => {
      take(key).resolve(pass);
      await turn();
    },
    fail: async (key: string, error: Error = new PlatformError('port_taken', 'Port 80 is taken')) => {
      take(key).reject(error);
      await turn();
    },
    statusOf: (key: string) => loop.status().find((status) => status.key === key),
  };
};

test('startLoop begins a pass on a bell', () => {
  const { loop, begun } = begin();
  loop.ring('a');
  assert.deepEqual(begun, ['a']);
});

test('startLoop runs one pass at a time for a key, and several keys side by side', () => {
  const { loop, begun } = begin();
  for (const key of ['a', 'a', 'b', 'a']) loop.ring(key);
  assert.deepEqual(begun, ['a', 'b']);
});

test('startLoop runs once more, not thrice, when the bell rings thrice during a pass', async () => {
  const { loop, begun, end } = begin();
  loop.ring('a');
  for (let count = 0; count < 3; count += 1) loop.ring('a');
  await end('a');
  assert.deepEqual(begun, ['a', 'a']);
  await end('a');
  assert.deepEqual(begun, ['a', 'a']);
});

test('startLoop never has more passes under way than it may, and keeps the order of the bells', async () => {
  const { loop, begun, end } = begin({ passesAtOnce: 2 });
  for (const key of ['a', 'b', 'c', 'd']) loop.ring(key);
  assert.deepEqual(begun, ['a', 'b']);
  await end('b');
  assert.deepEqual(begun, ['a', 'b', 'c']);
  await end('a');
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
});

test('startLoop counts a pass that follows right on another of its key among those under way', async () => {
  const { loop, begun, end } = begin({ passesAtOnce: 2 });
  loop.ring('a');
  loop.ring('a');
  await end('a');
  loop.ring('b');
  loop.ring('c');
  assert.deepEqual(begun, ['a', 'a', 'b']);
});

test('startLoop comes back after as long as the pass asks', async () => {
  const { loop, begun, end, clock } = begin();
  loop.ring('a');
  await end('a', { steps: 1, againMs: 1500 });
  clock.advance(1499);
  assert.equal(begun.length, 1);
  clock.advance(1);
  assert.equal(begun.length, 2);
});

test('startLoop leaves a key alone that asks for nothing', async () => {
  const { loop, begun, end, clock } = begin({ sweepEveryMs: 10 ** 9 });
  loop.ring('a');
  await end('a');
  clock.advance(10 ** 8);
  assert.equal(begun.length, 1);
});

test('startLoop tries a failed pass again, later each time, up to a minute', async () => {
  const { loop, begun, fail, clock, statusOf } = begin({ sweepEveryMs: 10 ** 9 });
  loop.ring('a');
  for (let failures = 1; failures <= 12; failures += 1) {
    await fail('a');
    assert.equal(statusOf('a')?.failures, failures);
    assert.equal(begun.length, failures, 'not at once');
    clock.advance(Math.min(60_000, 500 * 2 ** failures));
    assert.equal(begun.length, failures + 1, `after ${failures} failures`);
  }
});

test('startLoop runs at once on a bell that rings during the wait, and once', async () => {
  const { loop, begun, fail, end, clock } = begin({ sweepEveryMs: 10 ** 9 });
  loop.ring('a');
  await fail('a');
  loop.ring('a');
  assert.equal(begun.length, 2);
  await end('a');
  clock.advance(120_000);
  assert.equal(begun.length, 2, 'the earlier timer is off');
});

test('startLoop tells how passes went', async () => {
  const { loop, end, fail, clock, statusOf } = begin();
  loop.ring('a');
  clock.advance(250);
  await end('a', { steps: 4 });
  assert.deepEqual(statusOf('a'), {
    name: 'things',
    key: 'a',
    runs: 1,
    failures: 0,
    lastRunAt: '2026-01-01T12:00:00.250Z',
    lastTookMs: 250,
    lastSteps: 4,
    lastError: null,
  });
  loop.ring('a');
  await fail('a');
  assert.equal(statusOf('a')?.lastError, 'port_taken: Port 80 is taken');
  loop.ring('a');
  await end('a');
  assert.deepEqual([statusOf('a')?.lastError, statusOf('a')?.failures, statusOf('a')?.runs], [null, 1, 3]);
});

test('startLoop logs a failure with its cause', async () => {
  const lines: string[] = [];
  const { loop, fail } = begin({ log: makeLog('error', { write: (line) => void lines.push(line) }) });
  loop.ring('a');
  await fail('a', new Error('the cause'));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /"key":"a".*the cause/);
});

test('startLoop ends a pass that takes too long', async () => {
  const { loop, signals, clock } = begin();
  loop.ring('a');
  clock.advance(29_999);
  assert.equal(signals[0]?.aborted, false);
  clock.advance(1);
  const reason: unknown = signals[0]?.reason;
  assert.ok(reason instanceof PlatformError && reason.code === 'deadline_exceeded');
});

test('startLoop looks at every key at the start and from time to time, and forgets those that are no more', async () => {
  let keys = ['a', 'b'];
  const { begun, end, clock, statusOf } = begin({ keys: async () => keys });
  await turn();
  assert.deepEqual(begun, ['a', 'b']);
  await end('a');
  await end('b');
  keys = ['b'];
  clock.advance(60_000 * 1.25);
  await turn();
  assert.deepEqual(begun, ['a', 'b', 'b']);
  assert.equal(statusOf('a'), undefined);
});

test('startLoop sweeps no key that waits for its next try', async () => {
  const { begun, fail, clock } = begin({ keys: async () => ['a'], sweepEveryMs: 0 });
  await turn();
  await fail('a');
  for (let sweeps = 0; sweeps < 5; sweeps += 1) {
    clock.advance(0);
    await turn();
  }
  assert.equal(begun.length, 1, 'a sweep does not undo the back-off');
});

test('startLoop goes on sweeping after a sweep that failed', async () => {
  let broken = true;
  const { begun, clock } = begin({
    keys: async () => {
      if (broken) throw new Error('the database is away');
      return ['a'];
    },
  });
  await turn();
  broken = false;
  clock.advance(60_000 * 1.25);
  await turn();
  assert.deepEqual(begun, ['a']);
});

test('startLoop, closed, ends its passes, waits for them, and hears no bell', async () => {
  const { loop, begun, signals, end, clock } = begin({ passesAtOnce: 1 });
  loop.ring('a');
  loop.ring('b');
  let closed = false;
  const closing = loop.close().then(() => (closed = true));
  await turn();
  assert.equal(closed, false);
  assert.equal(signals[0]?.aborted, true);
  await end('a', { steps: 0, againMs: 1 });
  await closing;
  loop.ring('c');
  clock.advance(10 ** 9);
  await turn();
  assert.deepEqual(begun, ['a']);
});

test('startLoop, closed, also waits for a pass that followed right on another of its key', async () => {
  const { loop, end } = begin();
  loop.ring('a');
  loop.ring('a');
  await end('a');
  let closed = false;
  const closing = loop.close().then(() => (closed = true));
  await turn();
  assert.equal(closed, false);
  await end('a');
  await closing;
});
