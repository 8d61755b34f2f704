import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { RemoteImage } from '#hosts/look-at-host.ts';
import { aService, aSpec } from '#testing/applications.ts';
import { findImageProblems } from './image-check.ts';

const find = async (state: RemoteImage['state'], more: Partial<ServiceSpec> = {}, onHost: readonly string[] = []) => {
  const asked: string[] = [];
  const problems = await findImageProblems(aSpec({ web: aService({ image: 'r.example/web:1', ...more }) }), {
    findImage: async (reference) => (onHost.includes(reference) ? 'sha256:1' : undefined),
    findRemoteImage: async (reference) => {
      asked.push(reference);
      return { state };
    },
  });
  return { asked, found: problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`) };
};

test('findImageProblems asks no registry for what is on the host', async () =>
  assert.deepEqual(await find('not_found', {}, ['r.example/web:1']), { asked: [], found: [] }));

const states: Record<RemoteImage['state'], string[]> = {
  found: [],
  not_found: ['error image_not_found services.web.image'],
  denied: ['error image_denied services.web.image'],
  unknown: ['warning image_unknown services.web.image'],
};
for (const [state, found] of Object.entries(states))
  test(`findImageProblems tells what the registry says: ${state}`, async () =>
    assert.deepEqual(await find(state as RemoteImage['state']), { asked: ['r.example/web:1'], found }));

test('findImageProblems refuses what is not on the host and must not be pulled, without asking', async () =>
  assert.deepEqual(await find('found', { pullPolicy: 'never' }), {
    asked: [],
    found: ['error image_not_found services.web.image'],
  }));

test('findImageProblems asks nobody for an image that is built', async () => {
  const build = { context: '.', args: {}, labels: {}, hash: 'h' };
  assert.deepEqual(await find('not_found', { build }), { asked: [], found: [] });
});
