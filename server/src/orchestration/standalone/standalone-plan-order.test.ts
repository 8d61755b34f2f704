// What waits for what: dependencies with their conditions, shared namespaces, borrowed mounts, links.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication } from '#orchestration/desired.ts';
import { aNetwork, aService, dependsOn, exitOf, publish, seen, up, want } from '#testing/applications.ts';
import { planStandalone } from './standalone-plan.ts';
import { wantedContainers } from './wanted-containers.ts';

const hash = (text: string): string => text;
const networks = [aNetwork('berth-shop_default')];

/** A right container of the service in the given state. */
const right = (desired: DesiredApplication, service: string, more: Partial<ObservedContainer> = {}) => {
  const wanted = wantedContainers(desired, hash).find((candidate) => candidate.service === service);
  assert.ok(wanted !== undefined);
  return up(service, 0, { owner: wanted.spec.owner, ...more });
};

const startsOf = (desired: DesiredApplication, containers: readonly ObservedContainer[]) => {
  const plan = planStandalone(desired, seen({ containers, networks }), hash);
  return {
    starts: Object.fromEntries(
      plan.steps
        .filter((step) => step.action === 'start_container')
        .map((step) => [step.service, step.after.filter((id) => id.startsWith('start:'))]),
    ),
    waiting: plan.waiting,
  };
};

type Condition = ServiceSpec['dependsOn'][string]['condition'];
const pair = (condition: Condition, more: Partial<DesiredApplication> = {}, db: Partial<ServiceSpec> = {}) =>
  want({ web: aService({ dependsOn: dependsOn('db', condition) }), db: aService(db) }, more);
const waits = (condition: Condition) => [{ service: 'web', dependency: 'db', condition }];

const rows: Record<
  string,
  {
    condition: Condition;
    /** Absent: there is none. */
    db?: Partial<ObservedContainer>;
    more?: Partial<DesiredApplication>;
    dbSpec?: Partial<ServiceSpec>;
    /** Service → starts it comes after. */
    starts: Record<string, string[]>;
    waiting?: boolean;
  }
> = {
  'starts a service after the start of what it needs': {
    condition: 'service_started',
    starts: { db: [], web: ['start:berth-shop-db-1'] },
  },
  'starts a service when what it needs runs': { condition: 'service_started', db: {}, starts: { web: [] } },
  'counts a finished service as started': {
    condition: 'service_started',
    db: { state: 'exited', exit: exitOf(0) },
    starts: { web: [] },
  },
  'starts a service after the restart of what it needs': {
    condition: 'service_started',
    db: { state: 'exited', exit: exitOf(137, { byEngine: true }) },
    starts: { db: [], web: ['start:berth-shop-db-1'] },
  },
  'starts a service after what it needs was only made': {
    condition: 'service_started',
    db: { state: 'created' },
    starts: { db: [], web: ['start:berth-shop-db-1'] },
  },
  'waits for health when what it needs is only now started': {
    condition: 'service_healthy',
    starts: { db: [] },
    waiting: true,
  },
  'waits for health while it is not proved': {
    condition: 'service_healthy',
    db: { health: 'starting' },
    starts: {},
    waiting: true,
  },
  'waits for health when it is bad': {
    condition: 'service_healthy',
    db: { health: 'unhealthy' },
    starts: {},
    waiting: true,
  },
  'starts a service when what it needs is healthy': {
    condition: 'service_healthy',
    db: { health: 'healthy' },
    starts: { web: [] },
  },
  'waits while a one-shot runs': {
    condition: 'service_completed_successfully',
    db: {},
    starts: {},
    waiting: true,
  },
  'waits when a one-shot has failed': {
    condition: 'service_completed_successfully',
    db: { state: 'exited', exit: exitOf(1) },
    starts: {},
    waiting: true,
  },
  'starts a service when its one-shot has ended well': {
    condition: 'service_completed_successfully',
    db: { state: 'exited', exit: exitOf(0) },
    starts: { web: [] },
  },
  'waits for the new run of a one-shot, not its old one': {
    condition: 'service_completed_successfully',
    db: { state: 'exited', exit: exitOf(0) },
    more: { wishOpen: true },
    starts: { db: [] },
    waiting: true,
  },
  'waits for nothing of a service with no containers': {
    condition: 'service_healthy',
    more: { scale: { db: 0 } },
    starts: { web: [] },
  },
};

for (const [name, row] of Object.entries(rows))
  test(`planStandalone ${name}`, () => {
    const desired = pair(row.condition, row.more, row.dbSpec);
    const containers = row.db === undefined ? [] : [right(desired, 'db', row.db)];
    assert.deepEqual(startsOf(desired, containers), {
      starts: row.starts,
      waiting: row.waiting === true ? waits(row.condition) : [],
    });
  });

test('planStandalone waits for every container of what it needs', () => {
  const desired = pair('service_healthy', { scale: { db: 2 } });
  const [first, second] = wantedContainers(desired, hash)
    .filter(({ service }) => service === 'db')
    .map(({ slot, spec }) => up('db', slot, { owner: spec.owner, health: 'healthy' }));
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual(startsOf(desired, [first, { ...second, health: 'starting' }]).waiting, waits('service_healthy'));
  assert.deepEqual(startsOf(desired, [first, second]), { starts: { web: [] }, waiting: [] });
});

test('planStandalone follows a chain of starts in one plan', () => {
  const desired = want({
    c: aService({ dependsOn: dependsOn('b') }),
    b: aService({ dependsOn: dependsOn('a') }),
    a: aService(),
  });
  assert.deepEqual(startsOf(desired, []).starts, {
    a: [],
    b: ['start:berth-shop-a-1'],
    c: ['start:berth-shop-b-1'],
  });
});

for (const [name, more] of Object.entries({
  'a linked service': { links: [{ service: 'db', alias: 'database' }] },
  'a service whose mounts it borrows': { volumesFrom: [{ service: 'db', readOnly: true }] },
  'a service whose network it shares': { networks: {}, networkMode: 'service:db' },
} satisfies Record<string, Partial<ServiceSpec>>))
  test(`planStandalone starts a service after ${name}`, () => {
    assert.deepEqual(startsOf(want({ web: aService(more), db: aService() }), []).starts, {
      db: [],
      web: ['start:berth-shop-db-1'],
    });
  });

test('planStandalone starts nothing that publishes a port before what holds one has stopped', () => {
  const before = want({ old: aService(), busy: aService(), quiet: aService() });
  const containers = [
    right(before, 'old', { ports: [{ target: 80, protocol: 'tcp', hostPort: 80 }] }),
    right(before, 'busy', { state: 'restarting' }),
    right(before, 'quiet'),
  ];
  const after = want({ web: aService({ ports: [publish(80)] }), worker: aService() });
  const { steps } = planStandalone(after, seen({ containers, networks }), hash);
  const stopsBefore = (id: string) =>
    steps.find((step) => step.id === id)?.after.filter((needed) => needed.startsWith('stop:'));
  assert.deepEqual(stopsBefore('start:berth-shop-web-1'), ['stop:berth-shop-old-1', 'stop:berth-shop-busy-1']);
  assert.deepEqual(stopsBefore('start:berth-shop-worker-1'), [], 'what publishes nothing waits for no port');
});

// A container that lives in another's network

const sharing = want({ side: aService({ networks: {}, networkMode: 'service:web' }), web: aService() });
const idsWith = (containers: readonly ObservedContainer[]) =>
  planStandalone(sharing, seen({ containers, networks }), hash).steps.map((step) => step.id);

test('planStandalone leaves a container with its partner when both are right', () => {
  assert.deepEqual(idsWith([right(sharing, 'web'), right(sharing, 'side')]), []);
});

test('planStandalone makes a container anew with the partner whose network it shares', () => {
  const ids = idsWith([right(sharing, 'side')]);
  assert.deepEqual(ids, [
    'stop:berth-shop-side-1',
    'remove:berth-shop-side-1',
    'create:berth-shop-side-1',
    'create:berth-shop-web-1',
    'start:berth-shop-web-1',
    'start:berth-shop-side-1',
  ]);
  const create = planStandalone(sharing, seen({ containers: [right(sharing, 'side')], networks }), hash).steps.find(
    (step) => step.id === 'create:berth-shop-side-1',
  );
  assert.ok(create?.after.includes('create:berth-shop-web-1'), 'its partner is made first');
});

test('planStandalone makes a container anew whose partner is younger than itself', () => {
  const ids = idsWith([right(sharing, 'web', { createdAt: '2026-01-02T00:00:00.000Z' }), right(sharing, 'side')]);
  assert.ok(ids.includes('remove:berth-shop-side-1') && ids.includes('create:berth-shop-side-1'), ids.join());
  assert.ok(!ids.includes('remove:berth-shop-web-1'));
});
