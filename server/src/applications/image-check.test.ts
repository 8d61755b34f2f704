import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { RemoteImage } from '#hosts/look-at-host.ts';
import type { ImagePins } from '#orchestration/desired.ts';
import { aService, aSpec } from '#testing/applications.ts';
import { findImageProblems } from './image-check.ts';

const find = async (
  state: RemoteImage['state'],
  more: Partial<ServiceSpec> = {},
  onHost: readonly string[] = [],
  pins: ImagePins = {},
) => {
  const asked: string[] = [];
  const look = {
    findImage: async (reference: string) => (onHost.includes(reference) ? 'sha256:1' : undefined),
    findRemoteImage: async (reference: string) => {
      asked.push(reference);
      return { state };
    },
  };
  const problems = await findImageProblems(aSpec({ web: aService({ image: 'r.example/web:1', ...more }) }), look, pins);
  return { asked, found: problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`) };
};

test('findImageProblems asks no registry for what is on the host', async () =>
  assert.deepEqual(await find('not_found', {}, ['r.example/web:1']), { asked: [], found: [] }));

test('findImageProblems asks the registry when the file wants the newest, whatever the host has', async () =>
  assert.deepEqual(await find('not_found', { pullPolicy: 'always' }, ['r.example/web:1']), {
    asked: ['r.example/web:1'],
    found: ['error image_not_found services.web.image'],
  }));

const always = { pullPolicy: 'always' } as const;
const pin = { id: 'sha256:old', digest: 'r.example/web@sha256:d' };
const pinned: Record<string, { pin: ImagePins[string]; onHost: string[]; asked: string[] }> = {
  'nobody for what the revision ran and the host has': { pin, onHost: ['sha256:old'], asked: [] },
  'for the digest of what the host has no more, though its tag is there': {
    pin,
    onHost: ['r.example/web:1'],
    asked: [pin.digest],
  },
  'nobody for what came from no registry and has its tag': {
    pin: { id: 'sha256:old' },
    onHost: ['r.example/web:1'],
    asked: [],
  },
  'for the tag of what came from no registry and is gone': {
    pin: { id: 'sha256:old' },
    onHost: [],
    asked: ['r.example/web:1'],
  },
};
for (const [name, row] of Object.entries(pinned))
  test(`findImageProblems asks ${name}`, async () =>
    assert.deepEqual(await find('found', always, row.onHost, { 'r.example/web:1': row.pin }), {
      asked: row.asked,
      found: [],
    }));

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
