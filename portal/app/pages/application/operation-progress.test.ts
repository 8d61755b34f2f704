import { progressStepSchema } from '@berth/contract/applications.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressOf, shareOfStep } from './operation-progress.ts';

const step = (change: object) =>
  progressStepSchema.parse({
    id: '1',
    action: 'pull_image',
    target: 'web',
    host: 'alpha',
    because: 'not on the host',
    state: 'running',
    ...change,
  });
const pull = (bytes: number, bytesTotal: number, layersDone: number, layersTotal: number) => ({
  pull: { bytes, bytesTotal, layersDone, layersTotal },
});

const table: Record<string, { step: object; share: number }> = {
  'nothing for a step that waits': { step: { state: 'waiting' }, share: 0 },
  'all for a step that is done': { step: { state: 'done' }, share: 1 },
  'nothing for a step that runs without measure': { step: {}, share: 0 },
  'bytes of a pull': { step: pull(50, 200, 0, 4), share: 0.25 },
  'layers of a pull whose sizes are unknown': { step: pull(0, 0, 1, 2), share: 0.5 },
  'never more than all, though bytes run ahead of the total': { step: pull(300, 200, 0, 4), share: 1 },
  'nothing of a pull that knows nothing': { step: pull(0, 0, 0, 0), share: 0 },
};
for (const [name, row] of Object.entries(table))
  test(`shareOfStep counts ${name}`, () => assert.equal(shareOfStep(step(row.step)), row.share));

test('progressOf counts steps and shares', () =>
  assert.deepEqual(progressOf([step({ state: 'done' }), step(pull(50, 100, 0, 1))]), {
    done: 1,
    total: 2,
    share: 0.75,
  }));
test('progressOf of no steps is nothing, not an undefined share', () =>
  assert.deepEqual(progressOf([]), { done: 0, total: 0, share: 0 }));
