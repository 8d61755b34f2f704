import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '@berth/contract/containers.ts';
import type { Role } from '@berth/contract/roles.ts';
import type { Id } from '@berth/contract/ids.ts';
import { aService, applicationId, aSpec, environmentId, hostId, noon, publish } from '#testing/applications.ts';
import type { ApplicationRow } from './application-store.ts';
import { desiredContainers, presentServices, presentSummary } from './application-view.ts';

const row = (more: Partial<ApplicationRow> = {}): ApplicationRow => ({
  id: applicationId,
  tenant_id: `ten_${'1'.repeat(26)}` as Id<'tenant'>,
  environment_id: environmentId,
  name: 'shop',
  generation: 1,
  observed_generation: 1,
  desired_state: 'running',
  revision: 1,
  scale: '{}',
  remove_volumes: 0,
  former_revision: null,
  upgrade_settings: '{}',
  upgrade_accepted: 0,
  restart_services: '[]',
  upgrade: null,
  adopted: '{}',
  phase: 'running',
  conditions: '[]',
  created_at: noon,
  updated_at: noon,
  ...more,
});
const spec = aSpec({ web: aService({ replicas: 2 }), db: aService() });
const abilities = (roles: readonly Role[], more: Partial<ApplicationRow> = {}) =>
  presentSummary(row(more), spec, [], roles).actions;

const no = 'Your role does not allow this';
const noUpgrade = {
  accept: 'There is no upgrade to accept',
  abort: 'There is no upgrade to give up; roll back to a revision instead',
  resume: 'There is no upgrade to go on with',
};
const nothing: ReturnType<typeof abilities> = {
  publish: no,
  start: no,
  stop: no,
  scale: no,
  restart: no,
  rollback: no,
  accept: no,
  abort: no,
  resume: no,
  run: no,
  export: no,
  remove: no,
  shell: no,
};
const operating = {
  ...nothing,
  ...noUpgrade,
  start: 'It is to run already',
  stop: true,
  scale: true,
  restart: true,
  rollback: true,
  run: true,
  shell: true,
} as const;
const roleRows: [Role[], ReturnType<typeof abilities>][] = [
  [[], nothing],
  [['viewer'], nothing],
  [['operator'], operating],
  [['developer'], { ...operating, publish: true, remove: true, export: true }],
  [['platform_admin'], nothing],
];
for (const [roles, actions] of roleRows)
  test(`presentSummary says what ${roles.join() || 'nobody'} may do`, () =>
    assert.deepEqual(abilities(roles), actions));

const removing = 'It is being removed';
const stateRows: Record<ApplicationRow['desired_state'], Partial<ReturnType<typeof abilities>>> = {
  running: { start: 'It is to run already', stop: true, scale: true, restart: true, remove: true, publish: true },
  stopped: {
    start: true,
    stop: 'It is stopped already',
    scale: 'Start it first',
    restart: 'Start it first',
    run: 'Start it first',
    rollback: true,
    remove: true,
    publish: true,
  },
  removed: {
    start: removing,
    stop: removing,
    scale: removing,
    restart: removing,
    rollback: removing,
    abort: removing,
    accept: removing,
    resume: removing,
    run: removing,
    publish: removing,
    shell: removing,
    remove: true,
    export: true,
  },
};
for (const [state, actions] of Object.entries(stateRows))
  test(`presentSummary says what may be done to an application that is to be ${state}`, () => {
    const found = abilities(['tenant_admin'], { desired_state: state as ApplicationRow['desired_state'] });
    assert.deepEqual({ ...found, ...actions }, found);
  });

test('presentSummary lets an upgrade be accepted, given up or gone on with as its state allows', () => {
  const upgrade = JSON.stringify({ state: 'held', batchDoneAt: {}, services: [] });
  const { accept, abort, resume } = abilities(['operator'], { revision: 2, former_revision: 1, upgrade });
  assert.deepEqual({ accept, abort, resume }, { accept: true, abort: true, resume: true });
});

test('presentSummary counts what is wanted by the scale, and nothing for a stopped one', () => {
  assert.equal(desiredContainers(spec, {}), 3);
  assert.equal(desiredContainers(spec, { web: 0, gone: 9 }), 1);
  const containers = [
    container('web'),
    container('db', { state: 'exited', exitCode: 0 }),
    container('web', { state: 'exited', exitCode: 1 }),
  ];
  const summary = (more: Partial<ApplicationRow>) => presentSummary(row(more), spec, containers, []).containers;
  assert.deepEqual(summary({ scale: '{"web":5}' }), { desired: 6, running: 1, finished: 1 });
  assert.deepEqual(summary({ desired_state: 'stopped' }), { desired: 0, running: 1, finished: 0 });
});

const container = (service: string, more: Partial<Container> = {}): Container => ({
  id: 'id',
  name: `berth-shop-${service}-1`,
  application: { id: applicationId, name: 'shop' },
  service,
  slot: 0,
  revision: 1,
  host: { id: hostId, name: 'alpha', address: '10.0.0.5' },
  image: 'sim/web:1',
  state: 'running',
  health: 'none',
  ports: [],
  createdAt: noon,
  observedAt: noon,
  ...more,
});

test('presentServices counts running, finished and healthy containers of each service', () => {
  const containers = [
    container('web'),
    container('web', { health: 'unhealthy' }),
    container('web', { state: 'unknown' }),
    container('db', { state: 'exited', exitCode: 0 }),
    container('db', { state: 'exited', exitCode: 2 }),
  ];
  assert.deepEqual(
    presentServices(row(), spec, containers).map(({ name, desired, running, finished, healthy }) => [
      name,
      desired,
      running,
      finished,
      healthy,
    ]),
    [
      ['web', 2, 2, 0, 1],
      ['db', 1, 0, 1, 0],
    ],
  );
});

test('presentServices says where a service answers: once for both families, at the host’s or the port’s own address', () => {
  const port = { target: 80, protocol: 'tcp' } as const;
  const ports = [
    { ...port, hostPort: 8080, hostIp: '0.0.0.0' },
    { ...port, hostPort: 8080, hostIp: '::' },
    { ...port, hostPort: 9090, hostIp: '127.0.0.1' },
    { ...port, target: 443 },
  ];
  const web = aSpec({ web: aService({ ports: [publish(8080)] }) });
  const [service] = presentServices(row(), web, [container('web', { ports })]);
  assert.deepEqual(
    service?.endpoints.map(({ address, hostPort }) => `${address}:${hostPort}`),
    ['10.0.0.5:8080', '127.0.0.1:9090'],
  );
  assert.deepEqual(service?.ports, [publish(8080)]);
  assert.deepEqual(presentSummary(row(), web, [container('web', { ports })], []).endpoints, service?.endpoints);
});
