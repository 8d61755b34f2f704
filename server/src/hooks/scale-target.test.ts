import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { scaleTarget } from './scale-target.ts';

const limits = { min: 2, max: 5 };
const table: Record<string, [now: number, input: { replicas?: number; change?: number }, target: number]> = {
  'takes a number': [2, { replicas: 4 }, 4],
  'takes the least and the greatest': [3, { replicas: 2 }, 2],
  adds: [2, { change: 2 }, 4],
  'takes away': [4, { change: -1 }, 3],
  'stops adding at the greatest': [4, { change: 100 }, 5],
  'stops taking away at the least': [3, { change: -100 }, 2],
  'stays with no change': [3, { change: 0 }, 3],
  'comes back within the limits from outside': [9, { change: 0 }, 5],
};
for (const [name, [now, input, target]] of Object.entries(table))
  test(`scaleTarget ${name}`, () => assert.equal(scaleTarget(now, input, limits), target));

for (const input of [{}, { replicas: 3, change: 1 }, { replicas: 1 }, { replicas: 6 }])
  test(`scaleTarget refuses ${JSON.stringify(input)}`, () =>
    assert.throws(
      () => scaleTarget(3, input, limits),
      (thrown) => thrown instanceof PlatformError && thrown.code === 'invalid_request',
    ));
