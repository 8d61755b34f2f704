import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import type { Operation } from '@berth/contract/applications.ts';
import type { PlannedStep } from '#orchestration/driver.ts';
import { makeOperationTracker } from './operation-tracker.ts';

type Progress = Operation['progress'];
const step = (id: string): PlannedStep<null> => ({
  id,
  action: 'pull_image',
  target: id,
  host: 'alpha',
  because: 'a test',
  after: [],
  detail: null,
});
const pull = (bytes: number) => ({ type: 'progress', layersDone: 0, layersTotal: 1, bytes, bytesTotal: 100 }) as const;

const begin = (earlier: Progress = []) => {
  const clock = makeFakeClock();
  const written: Progress[] = [];
  const told: Progress[] = [];
  const tracker = makeOperationTracker(clock, earlier, {
    write: async (progress) => void written.push(progress),
    tell: (progress) => void told.push(progress),
  });
  return { clock, written, told, tracker };
};

test('makeOperationTracker tells and writes a new plan at once, every step waiting', async () => {
  const { tracker, told, written } = begin();
  tracker.begin([step('a'), step('b')]);
  await tracker.flush();
  assert.deepEqual(
    told[0]?.map(({ id, state }) => [id, state]),
    [
      ['a', 'waiting'],
      ['b', 'waiting'],
    ],
  );
  assert.deepEqual(written, [told[0]]);
});

test('makeOperationTracker keeps the steps of earlier passes, and begins a repeated one anew at the end', () => {
  const { tracker } = begin([
    { ...planned('a'), state: 'done' },
    { ...planned('b'), state: 'failed', error: 'no' },
  ]);
  tracker.begin([step('b'), step('c')]);
  assert.deepEqual(
    tracker.progress().map(({ id, state, error }) => [id, state, error]),
    [
      ['a', 'done', undefined],
      ['b', 'waiting', undefined],
      ['c', 'waiting', undefined],
    ],
  );
});

const planned = (id: string): Omit<Progress[number], 'state'> => ({
  id,
  action: 'pull_image',
  target: id,
  host: 'alpha',
  because: 'a test',
});

test('makeOperationTracker writes ten lines of a pull once, and the last of them at the flush', async () => {
  const { tracker, clock, written, told } = begin();
  tracker.begin([step('a')]);
  for (let line = 1; line <= 10; line += 1) {
    clock.advance(10);
    tracker.note({ id: 'a', state: 'running', pull: pull(line) });
  }
  assert.ok(told.length <= 3, `told ${told.length} times`);
  await tracker.flush();
  assert.equal(written.length, 2);
  assert.equal(written[1]?.[0]?.pull?.bytes, 10);
});

test('makeOperationTracker tells of every change of state at once', () => {
  const { tracker, told } = begin();
  tracker.begin([step('a')]);
  tracker.note({ id: 'a', state: 'running' });
  tracker.note({ id: 'a', state: 'failed', error: { code: 'no_space', message: 'full' } });
  assert.deepEqual(
    told.map((progress) => [progress[0]?.state, progress[0]?.error]),
    [
      ['waiting', undefined],
      ['running', undefined],
      ['failed', 'full'],
    ],
  );
});

test('makeOperationTracker writes while a long pass goes on', async () => {
  const { tracker, clock, written } = begin();
  tracker.begin([step('a')]);
  clock.advance(501);
  tracker.note({ id: 'a', state: 'running', pull: pull(1) });
  await turn();
  assert.equal(written.length, 2);
});

test('makeOperationTracker writes the last word before a long silence', async () => {
  const { tracker, clock, written } = begin();
  tracker.begin([step('a')]);
  tracker.note({ id: 'a', state: 'running' });
  clock.advance(10_000);
  await turn();
  assert.deepEqual(
    written.map((progress) => progress[0]?.state),
    ['waiting', 'running'],
  );
  await tracker.flush();
  clock.advance(10_000);
  await turn();
  assert.equal(written.length, 2);
});

test('makeOperationTracker heeds no step it does not know', async () => {
  const { tracker, written } = begin();
  tracker.note({ id: 'x', state: 'done' });
  await tracker.flush();
  assert.deepEqual([tracker.progress(), written], [[], []]);
});

test('makeOperationTracker fails the flush, and nothing else, when a write fails in the middle of a pass', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (thrown: unknown) => void unhandled.push(thrown);
  process.on('unhandledRejection', onUnhandled);
  const tracker = makeOperationTracker(makeFakeClock(), [], {
    write: async () => {
      throw new Error('disk full');
    },
    tell: () => undefined,
  });
  tracker.begin([step('a')]);
  await turn();
  await turn();
  await assert.rejects(tracker.flush(), /disk full/);
  process.off('unhandledRejection', onUnhandled);
  assert.deepEqual(unhandled, []);
});
