import { containerSchema, type Container } from '@berth/contract/containers.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointsByApplication } from './ports.ts';

const body = '00000000000000000000000000';
const container = (change: { state?: Container['state']; host?: string }): Container =>
  containerSchema.parse({
    id: 'a'.repeat(64),
    name: 'shop-web-1',
    application: { id: `app_${body}`, name: 'shop' },
    service: 'web',
    slot: 1,
    revision: 1,
    host: { id: `hst_${body}`, name: change.host ?? 'alpha' },
    image: 'web',
    state: change.state ?? 'running',
    health: 'none',
    ports: [{ target: 80, protocol: 'tcp', hostPort: 8080 }],
    createdAt: '2026-01-01T00:00:00.000Z',
    observedAt: '2026-01-01T00:00:00.000Z',
  });

test('endpointsByApplication gives the ports of running containers', () =>
  assert.deepEqual(endpointsByApplication([container({})], []).get(`app_${body}`), [
    { target: 80, protocol: 'tcp', hostPort: 8080, address: 'alpha' },
  ]));
for (const state of ['exited', 'unknown', 'created'] as const)
  test(`endpointsByApplication gives no port of a container that is ${state}`, () =>
    assert.equal(endpointsByApplication([container({ state })], []).size, 0));
