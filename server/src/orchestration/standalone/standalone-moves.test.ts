// What a plan moves, and what it leaves for later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec, Update } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication, DesiredUpgrade } from '#orchestration/desired.ts';
import { aNetwork, aService, aSpec, dependsOn, exitOf, noon, publish, seen, up, want } from '#testing/applications.ts';
import { sha256 } from './sha256.ts';
import { planStandalone } from './standalone-plan.ts';
import { wantedContainers } from './wanted-containers.ts';

const at = (seconds: number) => new Date(Date.parse(noon) + seconds * 1000).toISOString();
const formerSpec = (services: Record<string, Partial<ServiceSpec>>) =>
  aSpec(
    Object.fromEntries(
      Object.entries(services).map(([name, more]) => [name, aService({ ...more, environment: { V: 'one' } })]),
    ),
  );
const desiredOf = (
  services: Record<string, Partial<ServiceSpec>>,
  settings: Update = {},
  more: Partial<DesiredUpgrade> = {},
  former = services,
): DesiredApplication =>
  want(
    Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, aService({ ...service, environment: { V: 'two' } })]),
    ),
    {
      revision: 2,
      wishOpen: true,
      upgrade: {
        state: 'rolling',
        former: { revision: 1, spec: formerSpec(former), images: {} },
        settings: { all: settings },
        isGated: true,
        batchDoneAt: {},
        ...more,
      },
    },
  );
/** Containers as one of the two revisions wants them. */
const standing = (
  desired: DesiredApplication,
  revision: 1 | 2,
  more: Partial<ObservedContainer> = {},
): ObservedContainer[] => {
  const former = desired.upgrade?.former;
  const asked = revision === 2 || former === undefined ? desired : { ...desired, spec: former.spec, revision: 1 };
  return wantedContainers(asked, sha256).map(({ service, slot, spec }) =>
    up(service, slot, {
      id: `r${revision}-${service}-${slot}`,
      owner: spec.owner,
      name: spec.name,
      startedAt: noon,
      ...more,
    }),
  );
};
const idsOf = (desired: DesiredApplication, containers: readonly ObservedContainer[], seconds = 60): string[] =>
  planStandalone(
    desired,
    seen({ containers, networks: [aNetwork('berth-shop_default')], observedAt: at(seconds) }),
    sha256,
  ).steps.map(({ id }) => id);
const moved = (ids: readonly string[]) => ids.filter((id) => id.startsWith('create:'));

test('a plan moves a quarter of the containers, and at least one', () => {
  for (const [replicas, batch] of [
    [1, 1],
    [3, 1],
    [8, 2],
    [20, 5],
  ] as const) {
    const desired = desiredOf({ web: { replicas } });
    assert.equal(moved(idsOf(desired, standing(desired, 1))).length, batch, `${replicas}`);
  }
});

test('a plan moves all at once when it is told so, and never more than are not good already', () => {
  const all = desiredOf({ web: { replicas: 4 } }, { batch: 0 });
  assert.equal(moved(idsOf(all, standing(all, 1))).length, 4);
  const two = desiredOf({ web: { replicas: 4 } }, { batch: 2, monitorMs: 5_000 });
  const [first, ...rest] = [standing(two, 2)[0], ...standing(two, 1).slice(1)];
  assert.ok(first !== undefined);
  const young = { ...first, startedAt: at(58), createdAt: at(58) };
  assert.equal(moved(idsOf(two, [young, ...rest])).length, 0, 'a batch is through when somebody has written so');
  assert.equal(moved(idsOf(two, [...rest])).length, 2, 'one is missing, and one more may go');
});

test('a plan waits between batches for as long as it is told', () => {
  const done = { web: at(10) };
  const desired = desiredOf({ web: { replicas: 2 } }, { batch: 1, intervalMs: 30_000 }, { batchDoneAt: done });
  const containers = [...standing(desired, 2).slice(0, 1), ...standing(desired, 1).slice(1)];
  assert.deepEqual(moved(idsOf(desired, containers, 39)), []);
  assert.deepEqual(moved(idsOf(desired, containers, 40)), ['create:berth-shop-web-2']);
});

test('a plan starts beside what runs when it is told so and there is room', () => {
  const settings = { order: 'start-first', batch: 1 } as const;
  const free = desiredOf({ web: { replicas: 1 } }, settings);
  assert.deepEqual(idsOf(free, standing(free, 1)), ['create:berth-shop-web-1-r2', 'start:berth-shop-web-1-r2']);
  const beside = standing(free, 2, { id: 'new', name: 'berth-shop-web-1-r2' });
  const young = beside.map((container) => ({ ...container, startedAt: at(59) }));
  assert.deepEqual(idsOf(free, [...standing(free, 1), ...young]), [], 'the former one stays until the new one is good');
  assert.deepEqual(idsOf(free, [...standing(free, 1), ...beside]), [
    'stop:berth-shop-web-1',
    'remove:berth-shop-web-1',
    'rename:berth-shop-web-1-r2',
  ]);
  const fixed = desiredOf({ web: { ports: [publish(80)] } }, settings);
  assert.equal(idsOf(fixed, standing(fixed, 1))[0], 'stop:berth-shop-web-1', 'a fixed port leaves no room');
});

test('a plan lets the former ones of a batch go together, when all of it is good', () => {
  const desired = desiredOf({ web: { replicas: 2 } }, { order: 'start-first', batch: 2 });
  const [first, second] = standing(desired, 2).map((one) => ({ ...one, name: `${one.name}-r2` }));
  assert.ok(first !== undefined && second !== undefined);
  const old = standing(desired, 1);
  assert.deepEqual(idsOf(desired, [...old, first, { ...second, startedAt: at(59) }]), []);
  const steps = idsOf(desired, [...old, first, second]);
  assert.deepEqual(
    steps.filter((id) => id.startsWith('stop:')),
    ['stop:berth-shop-web-1', 'stop:berth-shop-web-2'],
  );
});

test('a plan moves a service after those it needs', () => {
  const desired = desiredOf({ web: { dependsOn: dependsOn('db') }, db: {} });
  assert.deepEqual(moved(idsOf(desired, standing(desired, 1))), ['create:berth-shop-db-1']);
  const half = [
    ...standing(desired, 2).filter(({ owner }) => owner?.key === 'db'),
    ...standing(desired, 1).filter(({ owner }) => owner?.key === 'web'),
  ];
  assert.deepEqual(moved(idsOf(desired, half)), ['create:berth-shop-web-1']);
});

test('a plan does not wait when nobody is to wait', () => {
  const desired = desiredOf({ web: { replicas: 4 } }, { batch: 1 }, { state: 'rolling_back', isGated: false });
  const containers = [...standing(desired, 2, { state: 'restarting' }).slice(0, 1), ...standing(desired, 1).slice(1)];
  assert.deepEqual(moved(idsOf(desired, containers)), ['create:berth-shop-web-2']);
});

test('a plan for what is held moves nothing, and heals each under its own revision', () => {
  const desired = desiredOf({ web: { replicas: 3 } }, {}, { state: 'held' });
  const old = standing(desired, 1);
  const containers = [...standing(desired, 2).slice(0, 1), ...old.slice(1)];
  assert.deepEqual(idsOf(desired, containers), []);
  const observed = seen({
    containers: containers.slice(0, 2),
    networks: [aNetwork('berth-shop_default')],
    observedAt: at(60),
  });
  const made = planStandalone(desired, observed, sha256).steps.flatMap(({ detail }) =>
    detail.do === 'create_container' ? [[detail.container.name, detail.container.owner.revision]] : [],
  );
  assert.deepEqual(made, [['berth-shop-web-3', 1]]);
});

test('a plan keeps a service that is no longer in the file until all others are good', () => {
  const desired = desiredOf({ web: {} }, {}, {}, { web: {}, old: {} });
  const old = standing(desired, 1).filter(({ owner }) => owner?.key === 'old');
  const young = standing(desired, 2, { startedAt: at(59) });
  assert.deepEqual(idsOf(desired, [...young, ...old]), []);
  assert.deepEqual(idsOf(desired, [...standing(desired, 2), ...old]), [
    'stop:berth-shop-old-1',
    'remove:berth-shop-old-1',
  ]);
});

test('a plan restarts what somebody asked for, once and batch after batch', () => {
  const desired = { ...want({ web: aService({ replicas: 2 }) }, { wishOpen: true }), restart: new Set(['web']) };
  const containers = standing(desired, 2);
  assert.deepEqual(idsOf(desired, containers), ['stop:berth-shop-web-1', 'start:berth-shop-web-1']);
  const half = { ...desired, startedForWish: new Set(['berth-shop-web-1']) };
  assert.deepEqual(idsOf(half, containers), ['stop:berth-shop-web-2', 'start:berth-shop-web-2']);
  assert.deepEqual(idsOf({ ...desired, wishOpen: false }, containers), []);
});

test('a plan restarts the next ones when those before are good, and first those that are not', () => {
  const desired = { ...want({ web: aService({ replicas: 3 }) }, { wishOpen: true }), restart: new Set(['web']) };
  const half = { ...desired, startedForWish: new Set(['berth-shop-web-1']) };
  const [first, second, third] = standing(desired, 2);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const observed = (containers: readonly ObservedContainer[]) =>
    seen({ containers, networks: [aNetwork('berth-shop_default')], observedAt: at(60) });
  for (const [one, restarts] of [
    [
      { ...first, startedAt: at(59) },
      { left: 2, againMs: 1000 },
    ],
    [
      { ...first, health: 'starting' as const, startedAt: at(59) },
      { left: 2, againMs: 61_000 },
    ],
    [{ ...first, health: 'unhealthy' as const }, { left: 2 }],
  ] as const) {
    const plan = planStandalone(half, observed([one, second, third]), sha256);
    assert.deepEqual([plan.steps, plan.restarts], [[], restarts]);
  }
  const sick = { ...third, health: 'unhealthy' as const };
  assert.deepEqual(idsOf(half, [first, second, sick]), ['stop:berth-shop-web-3', 'start:berth-shop-web-3']);
});

test('a plan goes on after one that fails where nobody minds', () => {
  for (const [onFailure, moves] of [
    ['hold', []],
    ['continue', ['create:berth-shop-web-2']],
  ] as const) {
    const desired = desiredOf({ web: { replicas: 2 } }, { batch: 1, onFailure }, { batchDoneAt: { web: at(10) } });
    const failed = standing(desired, 2, { state: 'exited', exit: exitOf(1) }).slice(0, 1);
    const plan = planStandalone(
      { ...desired, wishOpen: false },
      seen({
        containers: [...failed, ...standing(desired, 1).slice(1)],
        networks: [aNetwork('berth-shop_default')],
        observedAt: at(60),
      }),
      sha256,
    );
    assert.deepEqual(moved(plan.steps.map(({ id }) => id)), moves, onFailure);
  }
});

test('a plan makes anew what runs another image than its revision stands for', () => {
  const desired = {
    ...want({ web: aService() }),
    images: { 'sim/web:1': { id: 'sha256:other', digest: 'sim/web@sha256:other' } },
  };
  assert.deepEqual(moved(idsOf(desired, standing(desired, 2))), ['create:berth-shop-web-1']);
  assert.deepEqual(idsOf({ ...desired, images: { 'sim/web:1': { id: 'sha256:1' } } }, standing(desired, 2)), []);
});

test('a plan without an upgrade replaces batch by batch what is good, and at once what is not', () => {
  const desired = { ...desiredOf({ web: { replicas: 4 } }), upgrade: undefined };
  const old = standing({ ...desired, upgrade: desiredOf({ web: { replicas: 4 } }).upgrade }, 1);
  assert.deepEqual(moved(idsOf(desired, old)), ['create:berth-shop-web-1']);
  const sick = old.map((one, slot) => (slot < 2 ? one : { ...one, health: 'unhealthy' as const }));
  assert.deepEqual(moved(idsOf(desired, sick)), ['create:berth-shop-web-3', 'create:berth-shop-web-4']);
});

test('a plan for what is held replaces not even what is of neither revision', () => {
  const desired = desiredOf({ web: { replicas: 2 } }, {}, { state: 'held' });
  const [first, second] = standing(desired, 1);
  assert.ok(first?.owner !== undefined && second !== undefined);
  const unknown = { ...first, owner: { ...first.owner, specHash: 'unknown' } };
  assert.deepEqual(idsOf(desired, [unknown, second]), []);
  const ended = { ...unknown, state: 'exited' as const, exit: exitOf(1) };
  assert.deepEqual(moved(idsOf(desired, [ended, second])), ['create:berth-shop-web-1']);
});

test('a plan for what is held starts each under the restart policy of its own revision', () => {
  const desired = desiredOf(
    { web: { replicas: 2, restart: { policy: 'always' } } },
    {},
    { state: 'held' },
    {
      web: { replicas: 2, restart: { policy: 'no' } },
    },
  );
  const done = standing(desired, 1, { state: 'exited', exit: exitOf(0) })[1];
  const [right] = standing(desired, 2);
  assert.ok(done !== undefined && right !== undefined);
  assert.deepEqual(idsOf({ ...desired, wishOpen: false }, [right, done]), []);
});

test('a plan names a container beside its former one as nobody else is named', () => {
  const desired = desiredOf({ web: {} }, { order: 'start-first' });
  const [old] = standing(desired, 1);
  assert.ok(old?.owner !== undefined);
  const wrong = { ...old, id: 'wrong', name: 'berth-shop-web-1-r2', owner: { ...old.owner, specHash: 'other' } };
  assert.deepEqual(moved(idsOf(desired, [old, { ...wrong, state: 'exited', exit: exitOf(1) }])), [
    'create:berth-shop-web-1-r2-2',
  ]);
});

test('a plan stops one that has not had its usual name back before it makes its successor', () => {
  const desired = desiredOf({ web: {} });
  const [old] = standing(desired, 1);
  assert.ok(old !== undefined);
  const { steps } = planStandalone(
    desired,
    seen({
      containers: [{ ...old, name: 'berth-shop-web-1-r1' }],
      networks: [aNetwork('berth-shop_default')],
      observedAt: at(60),
    }),
    sha256,
  );
  const create = steps.find(({ id }) => id === 'create:berth-shop-web-1');
  assert.deepEqual(create?.after, ['stop:berth-shop-web-1-r1', 'remove:berth-shop-web-1-r1']);
});

test('a plan makes all containers of a network anew with it, also those that would start beside', () => {
  const desired = desiredOf({ web: {} }, { order: 'start-first' });
  const { steps } = planStandalone(
    desired,
    seen({
      containers: standing(desired, 1),
      networks: [aNetwork('berth-shop_default', { specHash: 'former' })],
      observedAt: at(60),
    }),
    sha256,
  );
  assert.deepEqual(
    steps.map(({ action }) => action),
    ['stop_container', 'remove_container', 'remove_network', 'create_network', 'create_container', 'start_container'],
  );
});

test('a plan lets what has done its work wait for its turn', () => {
  const job = { dependsOn: dependsOn('db', 'service_healthy') };
  const desired = desiredOf({ job, db: { healthcheck: { test: ['CMD', 'true'] } } });
  const old = standing(desired, 1, { health: 'healthy' }).map((one) =>
    one.owner?.key === 'job' ? { ...one, state: 'exited' as const, exit: exitOf(0) } : one,
  );
  assert.deepEqual(moved(idsOf(desired, old)), ['create:berth-shop-db-1']);
});

test('a plan leaves what shares a network as it is until that makes way', () => {
  const beside = { networks: {}, networkMode: 'service:main' };
  const services = { main: { replicas: 2 }, beside };
  const plan = (intervalMs: number) => {
    const desired = desiredOf(services, { batch: 1, intervalMs }, { batchDoneAt: { main: at(59) } });
    const [first] = standing(desired, 1);
    const [, second, job] = standing(desired, 2);
    assert.ok(first !== undefined && second !== undefined && job !== undefined);
    const failed = { ...job, state: 'exited' as const, exit: exitOf(1), networks: [] };
    return moved(idsOf({ ...desired, wishOpen: false }, [first, second, failed]));
  };
  assert.deepEqual(plan(60_000), [], 'it is not made again and again');
  assert.deepEqual(plan(0), ['create:berth-shop-main-1', 'create:berth-shop-beside-1']);
});

test('a plan does not restart the one that takes over in it', () => {
  const desired = { ...desiredOf({ web: {} }, { order: 'start-first' }), restart: new Set(['web']) };
  const [old] = standing(desired, 1);
  const [young] = standing(desired, 2, { name: 'berth-shop-web-1-r2' });
  assert.ok(old !== undefined && young !== undefined);
  assert.deepEqual(idsOf(desired, [old, young]), [
    'stop:berth-shop-web-1',
    'remove:berth-shop-web-1',
    'rename:berth-shop-web-1-r2',
  ]);
  assert.deepEqual(idsOf(desired, [{ ...young, name: 'berth-shop-web-1' }]), [
    'stop:berth-shop-web-1',
    'start:berth-shop-web-1',
  ]);
});
