import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanStep } from '@berth/contract/applications.ts';
import type { PlannedStep } from '#orchestration/driver.ts';
import { stepEvents } from './step-events.ts';

const step = (action: PlanStep['action'], target: string): PlannedStep<null> => ({
  id: `${action}:${target}`,
  action,
  target,
  service: 'web',
  host: 'alpha',
  because: 'somebody asked',
  after: [],
  detail: null,
});

test('stepEvents tells of what was done, in words, and of nothing that was not', () => {
  const steps = [step('pull_image', 'sim/web:1'), step('start_container', 'web-1'), step('start_container', 'web-2')];
  assert.deepEqual(stepEvents(steps, ['pull_image:sim/web:1', 'start_container:web-1'], []), [
    { type: 'normal', reason: 'image_pulled', message: 'Pulled sim/web:1: somebody asked', service: 'web' },
    { type: 'normal', reason: 'container_started', message: 'Started web-1: somebody asked', service: 'web' },
  ]);
});

test('stepEvents warns of what failed, by the name of its target', () => {
  const failure = { code: 'port_taken', message: 'Port 80 is taken', service: 'web', step: 'start_container:web-1' };
  assert.deepEqual(stepEvents([step('start_container', 'web-1')], [], [failure]), [
    { type: 'warning', reason: 'port_taken', message: 'web-1: Port 80 is taken', service: 'web' },
  ]);
});

test('stepEvents tells of every step that touches somebody’s data or running programs', () => {
  const actions = ['start_container', 'stop_container', 'remove_container', 'create_volume', 'remove_volume'] as const;
  for (const action of actions) assert.equal(stepEvents([step(action, 'x')], [`${action}:x`], []).length, 1, action);
});
