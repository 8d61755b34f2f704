import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { PlannedStep, StepProgress } from './driver.ts';
import { runSteps } from './run-steps.ts';

const step = (id: string, ...after: string[]): PlannedStep<null> => ({
  id,
  action: 'start_container',
  target: id,
  host: 'alpha',
  because: 'a test',
  after,
  detail: null,
});

/** Runs with steps that each wait to be let go; `begun` says what was begun, in order. */
const begin = (steps: readonly PlannedStep<null>[], atOnce = 10, signal = new AbortController().signal) => {
  const begun: string[] = [];
  const told: StepProgress[] = [];
  const gates = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const result = runSteps(steps, {
    atOnce,
    signal,
    progress: (progress) => void told.push(progress),
    execute: ({ id }) => {
      begun.push(id);
      return new Promise<void>((resolve, reject) => gates.set(id, { resolve, reject }));
    },
  });
  const turn = async () => {
    for (let tick = 0; tick < 10; tick += 1) await Promise.resolve();
  };
  return {
    begun,
    told,
    result,
    finish: async (id: string) => {
      gates.get(id)?.resolve();
      await turn();
    },
    fail: async (id: string, error: Error) => {
      gates.get(id)?.reject(error);
      await turn();
    },
  };
};

test('runSteps is done at once with nothing', async () => {
  assert.deepEqual(await begin([]).result, { done: [], failed: [] });
});

test('runSteps begins what waits for nothing side by side, and the rest when it may', async () => {
  const run = begin([step('a'), step('b'), step('c', 'a', 'b')]);
  assert.deepEqual(run.begun, ['a', 'b']);
  await run.finish('b');
  assert.deepEqual(run.begun, ['a', 'b']);
  await run.finish('a');
  assert.deepEqual(run.begun, ['a', 'b', 'c']);
  await run.finish('c');
  assert.deepEqual(await run.result, { done: ['b', 'a', 'c'], failed: [] });
});

test('runSteps never has more than so many under way', async () => {
  const run = begin([step('a'), step('b'), step('c')], 2);
  assert.deepEqual(run.begun, ['a', 'b']);
  await run.finish('a');
  assert.deepEqual(run.begun, ['a', 'b', 'c']);
  await run.finish('b');
  await run.finish('c');
  assert.equal((await run.result).done.length, 3);
});

test('runSteps lets a failure take with it only what needs it, however far away', async () => {
  const run = begin([step('d', 'c'), step('c', 'a'), step('a'), step('b')]);
  await run.fail('a', new PlatformError('port_taken', 'Port 80 is taken'));
  await run.finish('b');
  const { done, failed } = await run.result;
  assert.deepEqual(done, ['b']);
  assert.deepEqual(
    failed.map(({ step: { id }, error }) => [id, error.message]),
    [['a', 'Port 80 is taken']],
  );
  assert.deepEqual(run.begun, ['a', 'b']);
});

test('runSteps tells when a step begins, ends and fails, with its code', async () => {
  const run = begin([step('a'), step('b')]);
  await run.finish('a');
  await run.fail('b', new Error('a mistake of ours'));
  await run.result;
  assert.deepEqual(run.told, [
    { id: 'a', state: 'running' },
    { id: 'b', state: 'running' },
    { id: 'a', state: 'done' },
    { id: 'b', state: 'failed', error: { code: 'bug', message: 'Something went wrong on our side' } },
  ]);
});

test('runSteps takes a step that throws at once for one that failed', async () => {
  const { failed } = await runSteps([step('a')], {
    atOnce: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    execute: () => {
      throw new PlatformError('no_space', 'full');
    },
  });
  assert.equal(failed[0]?.error.message, 'full');
});

test('runSteps counts a step that is not in the plan as done', async () => {
  const run = begin([step('a', 'elsewhere')]);
  assert.deepEqual(run.begun, ['a']);
  await run.finish('a');
  await run.result;
});

test('runSteps begins nothing more once it is told to end, and waits for what runs', async () => {
  const ending = new AbortController();
  const run = begin([step('a'), step('b', 'a'), step('c')], 1, ending.signal);
  ending.abort();
  let ended = false;
  void run.result.then(() => (ended = true));
  await Promise.resolve();
  assert.equal(ended, false);
  await run.finish('a');
  assert.deepEqual(await run.result, { done: ['a'], failed: [] });
  assert.deepEqual(run.begun, ['a']);
});

test('runSteps comes back from a plan that goes in a circle', async () => {
  assert.deepEqual(await begin([step('a', 'b'), step('b', 'a')]).result, { done: [], failed: [] });
});
