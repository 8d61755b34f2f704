import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectDelayMs, staleKinds } from './live-plan.ts';

const table: readonly [attempt: number, chance: number, delayMs: number][] = [
  [0, 0, 250],
  [0, 1, 500],
  [1, 1, 1_000],
  [4, 0.5, 6_000],
  [5, 1, 15_000],
  [5_000, 1, 15_000],
];
for (const [attempt, chance, delayMs] of table)
  test(`reconnectDelayMs waits ${delayMs} ms at attempt ${attempt} with chance ${chance}`, () =>
    assert.equal(reconnectDelayMs(attempt, chance), delayMs));

test('staleKinds reads an application again when its containers change, since its page counts them', () => {
  assert.ok(staleKinds.containers.includes('application'));
  assert.ok(staleKinds.applications.includes('application'));
});
