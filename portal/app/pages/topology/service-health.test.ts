import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '@berth/contract/applications.ts';
import { containerSchema, type Container } from '@berth/contract/containers.ts';
import { healthOf, type ServiceHealth } from './service-health.ts';

const service = (desired: number, running: number, finished = 0): Service => ({
  name: 'web',
  image: 'web:1',
  desired,
  running,
  finished,
  healthy: running,
  ports: [],
  endpoints: [],
});
const container = (change: Partial<Container>): Container =>
  containerSchema.parse({
    id: 'c'.repeat(64),
    name: 'berth-shop-web-1',
    application: { id: `app_${'a'.repeat(26)}`, name: 'shop' },
    service: 'web',
    slot: 1,
    revision: 1,
    host: { id: `hst_${'a'.repeat(26)}`, name: 'alpha', address: '10.0.0.1' },
    image: 'web:1',
    state: 'running',
    health: 'none',
    ports: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    observedAt: '2026-01-01T00:00:00.000Z',
    ...change,
  });

const table: Record<
  string,
  { service: Service; own: Partial<Container>[]; isWanted?: boolean; health: ServiceHealth }
> = {
  'good when all run': { service: service(1, 1), own: [{}], health: 'good' },
  'idle when it is not wanted': { service: service(1, 0), own: [], isWanted: false, health: 'idle' },
  'idle when scaled to none': { service: service(0, 0), own: [], health: 'idle' },
  'good when all have ended well': {
    service: service(1, 0, 1),
    own: [{ state: 'exited', exitCode: 0 }],
    health: 'good',
  },
  'bad when none runs': { service: service(1, 0), own: [{ state: 'exited', exitCode: 1 }], health: 'bad' },
  'bad when nothing is there yet': { service: service(1, 0), own: [], health: 'bad' },
  'bad when one is unhealthy': { service: service(2, 2), own: [{}, { health: 'unhealthy' }], health: 'bad' },
  'a warning when some run': { service: service(2, 1), own: [{}], health: 'warn' },
  'busy during the first health check': { service: service(1, 1), own: [{ health: 'starting' }], health: 'busy' },
  'unknown when one is not known, wanted or not': {
    service: service(1, 0),
    own: [{ state: 'unknown' }],
    isWanted: false,
    health: 'unknown',
  },
};
for (const [name, row] of Object.entries(table))
  test(`healthOf says ${name}`, () =>
    assert.equal(healthOf(row.service, row.own.map(container), row.isWanted ?? true), row.health));

test('healthOf does not mind containers of other services', () =>
  assert.equal(healthOf(service(1, 1), [container({}), container({ service: 'db', state: 'unknown' })], true), 'good'));
