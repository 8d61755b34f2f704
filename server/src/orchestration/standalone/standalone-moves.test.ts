// What a plan moves, and what it leaves for later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec, Update } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication, DesiredUpgrade } from '#orchestration/desired.ts';
import { aNetwork, aService, aSpec, dependsOn, noon, publish, seen, up, want } from '#testing/applications.ts';
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
  assert.deepEqual(idsOf(desired, containers), [
    'stop:berth-shop-web-1',
    'start:berth-shop-web-1',
    'stop:berth-shop-web-2',
    'start:berth-shop-web-2',
  ]);
  const half = { ...desired, startedForWish: new Set(['berth-shop-web-1']) };
  assert.deepEqual(idsOf(half, containers), ['stop:berth-shop-web-2', 'start:berth-shop-web-2']);
  assert.deepEqual(idsOf({ ...desired, wishOpen: false }, containers), []);
});

test('a plan makes anew what runs another image than its revision stands for', () => {
  const desired = { ...want({ web: aService() }), images: { 'sim/web:1': 'sha256:other' } };
  assert.deepEqual(moved(idsOf(desired, standing(desired, 2))), ['create:berth-shop-web-1']);
  assert.deepEqual(idsOf({ ...desired, images: { 'sim/web:1': 'sha256:1' } }, standing(desired, 2)), []);
});
