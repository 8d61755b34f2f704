import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeStep } from '#orchestration/standalone/standalone-steps.ts';
import { aNetwork, seen, up } from '#testing/applications.ts';
import { withoutStale } from './stale-steps.ts';

const start = (container: string | undefined) =>
  makeStep(seen(), {
    id: 'start',
    target: 'berth-shop-web-1',
    because: 'a test',
    detail: { do: 'start_container', container, service: 'web', slot: 0 },
  });
const removeNetwork = makeStep(seen(), {
  id: 'network',
  target: 'net',
  because: 'a test',
  detail: { do: 'remove_network', network: aNetwork('net').id },
});
const table: Record<string, { code: string; step: ReturnType<typeof start>; left: number }> = {
  'forgets a failure with a container that is gone': { code: 'not_found', step: start('gone'), left: 0 },
  'keeps one with a container that is there': { code: 'not_found', step: start('id-web-0'), left: 1 },
  'keeps one of another kind': { code: 'port_taken', step: start('gone'), left: 1 },
  'keeps one of a container that was only to be made': { code: 'not_found', step: start(undefined), left: 1 },
  'keeps one of what is no container': { code: 'not_found', step: removeNetwork, left: 1 },
};
for (const [name, { code, step, left }] of Object.entries(table))
  test(`withoutStale ${name}`, () => {
    const failures = withoutStale([{ code, step: step.id }], [step], seen({ containers: [up('web')] }));
    assert.equal(failures.length, left);
  });
