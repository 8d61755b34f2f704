import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObservedApplication, DesiredApplication } from '#orchestration/desired.ts';
import {
  aNetwork,
  aService,
  aVolume,
  dependsOn,
  ended,
  exitOf,
  foreign,
  otherApplicationId,
  otherEnvironmentId,
  ownerOfContainer,
  seen,
  up,
  want,
} from '#testing/applications.ts';
import { planStandalone } from './standalone-plan.ts';
import { wantedContainers } from './wanted-containers.ts';

const hash = (text: string): string => text;
const planOf = (desired: DesiredApplication, observed: ObservedApplication) =>
  planStandalone(desired, observed, hash).steps;
const idsOf = (desired: DesiredApplication, observed: ObservedApplication): string[] =>
  planOf(desired, observed).map((step) => step.id);

/** What is there when nothing is left to do: containers with the right hash, networks, volumes. */
const converged = (desired: DesiredApplication): ObservedApplication => {
  const wanted = wantedContainers(desired, hash);
  const networks = new Set(wanted.flatMap(({ spec }) => spec.networks.map(({ name }) => name)));
  const volumes = new Set(
    wanted.flatMap(({ spec }) => spec.mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.volume ?? ''] : []))),
  );
  return seen({
    containers: wanted.map(({ service, slot, spec }) => up(service, slot, { owner: spec.owner })),
    networks: [...networks].map((name) => aNetwork(name)),
    volumes: [...volumes].map((name) => aVolume(name)),
  });
};

/** The converged picture with one container replaced by what `change` makes of it; undefined: it is gone. */
const changed = (
  desired: DesiredApplication,
  name: string,
  change: (
    container: ObservedApplication['containers'][number],
  ) => ObservedApplication['containers'][number] | undefined,
): ObservedApplication => {
  const observed = converged(desired);
  return {
    ...observed,
    containers: observed.containers.flatMap((container) =>
      container.name === name ? (change(container) ?? []) : container,
    ),
  };
};

const precedes = (desired: DesiredApplication, observed: ObservedApplication, first: string, then: string): boolean => {
  const steps = new Map(planOf(desired, observed).map((step) => [step.id, step]));
  const reaches = (id: string): boolean => id === first || (steps.get(id)?.after ?? []).some(reaches);
  assert.ok(steps.has(first), `${first} is in the plan: ${[...steps.keys()].join(', ')}`);
  assert.ok(steps.has(then), `${then} is in the plan: ${[...steps.keys()].join(', ')}`);
  return reaches(then);
};

const web = aService();
const volume = (name: string | undefined, target = '/data') =>
  ({ kind: 'volume', ...(name === undefined ? {} : { volume: name }), target, readOnly: false }) as const;

test('planStandalone does nothing when all is as it should be', () => {
  const desired = want(
    { web: aService({ replicas: 2, mounts: [volume('data')] }) },
    {
      volumes: { data: { external: false, labels: {} } },
    },
  );
  const plan = planStandalone(desired, converged(desired), hash);
  assert.deepEqual(plan, { steps: [], waiting: [], blocked: [], unchanged: 2 });
});

test('planStandalone makes everything from nothing: pull, network and volume, create, start', () => {
  const desired = want(
    { web: aService({ mounts: [volume('data')] }) },
    {
      volumes: { data: { external: false, labels: {} } },
    },
  );
  const nothing = seen({ imagesPresent: new Map() });
  assert.deepEqual(
    planOf(desired, nothing).map(({ id, after }) => ({ id, after })),
    [
      { id: 'pull:sim/web:1', after: [] },
      { id: 'network:berth-shop_default', after: ['pull:sim/web:1'] },
      { id: 'volume:berth-shop_data', after: ['pull:sim/web:1'] },
      {
        id: 'create:berth-shop-web-1',
        after: ['pull:sim/web:1', 'network:berth-shop_default', 'volume:berth-shop_data'],
      },
      { id: 'start:berth-shop-web-1', after: ['create:berth-shop-web-1'] },
    ],
  );
});

test('planStandalone says of every step what, where and why', () => {
  for (const step of planOf(want({ web }), seen({ imagesPresent: new Map() }))) {
    assert.equal(step.host, 'alpha');
    assert.equal(step.action, step.detail.do);
    assert.match(step.because, /\w+ \w+/);
  }
});

test('planStandalone pulls one image once, however many services use it', () => {
  const ids = idsOf(want({ a: web, b: web, c: aService({ replicas: 3 }) }), seen({ imagesPresent: new Map() }));
  assert.deepEqual(
    ids.filter((id) => id.startsWith('pull:')),
    ['pull:sim/web:1'],
  );
});

test('planStandalone pulls before it stops what an update replaces', () => {
  const before = want({ web });
  const after = want({ web: aService({ image: 'sim/web:2' }) });
  const observed = converged(before);
  assert.ok(precedes(after, observed, 'pull:sim/web:2', 'stop:berth-shop-web-1'));
  assert.ok(precedes(after, observed, 'stop:berth-shop-web-1', 'remove:berth-shop-web-1'));
  assert.ok(precedes(after, observed, 'remove:berth-shop-web-1', 'create:berth-shop-web-1'));
  assert.ok(precedes(after, observed, 'create:berth-shop-web-1', 'start:berth-shop-web-1'));
});

test('planStandalone leaves everything running until the images of all services are there', () => {
  const before = want({ a: web, b: web });
  const after = want({ a: aService({ image: 'sim/a:2' }), b: aService({ image: 'sim/b:2' }) });
  for (const image of ['sim/a:2', 'sim/b:2'])
    for (const container of ['a', 'b'])
      assert.ok(precedes(after, converged(before), `pull:${image}`, `stop:berth-shop-${container}-1`));
});

test('planStandalone asks the registry anew on a wish when the file says pull_policy always', () => {
  const toFetch = new Set(['sim/web:1']);
  const desired = want({ web: aService({ pullPolicy: 'always' }) }, { wishOpen: true, toFetch });
  assert.ok(idsOf(desired, seen()).includes('pull:sim/web:1'));
});

test('planStandalone heals from the image that is there: a registry that is down stops no repair', () => {
  const desired = want({ web: aService({ pullPolicy: 'always' }) });
  const ids = idsOf(
    desired,
    changed(desired, 'berth-shop-web-1', () => undefined),
  );
  assert.deepEqual(ids, ['create:berth-shop-web-1', 'start:berth-shop-web-1']);
});

test('planStandalone keeps the containers a new revision does not change', () => {
  const before = want({ web, db: web });
  const after = want({ web: aService({ environment: { A: '1' } }), db: web }, { revision: 2 });
  const plan = planStandalone(after, converged(before), hash);
  assert.ok(!plan.steps.some((step) => step.target === 'berth-shop-db-1'));
  assert.equal(plan.unchanged, 1);
});

test('planStandalone brings back a container that is gone', () => {
  const desired = want({ web });
  assert.deepEqual(
    idsOf(
      desired,
      changed(desired, 'berth-shop-web-1', () => undefined),
    ),
    ['create:berth-shop-web-1', 'start:berth-shop-web-1'],
  );
});

test('planStandalone makes a container anew when somebody removed its network', () => {
  const desired = want({ web });
  const observed = {
    ...changed(desired, 'berth-shop-web-1', (c) => ({ ...c, state: 'exited', exit: exitOf(0) })),
    networks: [],
  };
  assert.deepEqual(idsOf(desired, observed), [
    'remove:berth-shop-web-1',
    'network:berth-shop_default',
    'create:berth-shop-web-1',
    'start:berth-shop-web-1',
  ]);
});

test('planStandalone leaves a container that was taken over on the network it came with', () => {
  const desired = want({ web });
  const takenOver = (networks: string[]) => ({
    ...changed(desired, 'berth-shop-web-1', (c) => ({ ...c, name: 'web', adopted: true, networks })),
    networks: [],
  });
  const cases: Record<string, readonly [string[], boolean]> = {
    'the bridge of the engine': [['bridge'], true],
    'a network that is not in the file': [['handmade'], true],
    'a network of the file that is gone': [['berth-shop_default'], false],
  };
  for (const [where, [networks, isLeft]] of Object.entries(cases))
    assert.equal(idsOf(desired, takenOver(networks)).length === 0, isLeft, where);
  const gone = seen({ containers: [], networks: [] });
  assert.ok(
    idsOf(desired, gone).includes('network:berth-shop_default'),
    'what is made anew is on the application’s own',
  );
});

test('planStandalone never touches a foreign container, whatever its name', () => {
  const desired = want({ web });
  const squatter = foreign('berth-shop-web-1', { id: 'id-squatter' });
  const steps = planOf(desired, seen({ containers: [squatter] }));
  assert.ok(steps.some((step) => step.id === 'create:berth-shop-web-1'));
  assert.ok(!JSON.stringify(steps).includes('id-squatter'));
});

test('planStandalone never touches a container of another application', () => {
  const other = up('web', 0, {
    id: 'id-other',
    owner: ownerOfContainer('web', 0, { application: otherApplicationId }),
  });
  for (const state of ['running', 'stopped', 'removed'] as const)
    assert.ok(!JSON.stringify(planOf(want({ web }, { state }), seen({ containers: [other] }))).includes('id-other'));
});

test('planStandalone takes no network or volume of another environment or of nobody', () => {
  const desired = want(
    { web: aService({ mounts: [volume('data')] }) },
    {
      volumes: { data: { external: false, labels: {} } },
    },
  );
  const owner = { ...ownerOfContainer('x'), environment: otherEnvironmentId };
  const { owner: _n, ...nobodysNetwork } = aNetwork('berth-shop_default');
  const { owner: _v, ...nobodysVolume } = aVolume('berth-shop_data');
  for (const [network, kept] of [
    [aNetwork('berth-shop_default', { owner }), aVolume('berth-shop_data', { owner })],
    [nobodysNetwork, nobodysVolume],
  ] as const) {
    const ids = idsOf(desired, seen({ networks: [network], volumes: [kept] }));
    assert.ok(ids.includes('network:berth-shop_default') && ids.includes('volume:berth-shop_data'), ids.join());
  }
});

test('planStandalone scales up by the slots that are missing', () => {
  const desired = want({ web }, { scale: { web: 3 } });
  const one = converged(want({ web }));
  assert.deepEqual(idsOf(desired, one), [
    'create:berth-shop-web-2',
    'create:berth-shop-web-3',
    'start:berth-shop-web-2',
    'start:berth-shop-web-3',
  ]);
});

test('planStandalone scales down from the highest slot', () => {
  const three = converged(want({ web }, { scale: { web: 3 } }));
  assert.deepEqual(idsOf(want({ web }, { scale: { web: 1 } }), three), [
    'stop:berth-shop-web-2',
    'remove:berth-shop-web-2',
    'stop:berth-shop-web-3',
    'remove:berth-shop-web-3',
  ]);
});

test('planStandalone scales to nothing and keeps the volume', () => {
  const desired = want(
    { web: aService({ mounts: [volume('data')] }) },
    {
      scale: { web: 0 },
      volumes: { data: { external: false, labels: {} } },
    },
  );
  const observed = converged({ ...desired, scale: {} });
  assert.deepEqual(idsOf(desired, observed), ['stop:berth-shop-web-1', 'remove:berth-shop-web-1']);
});

test('planStandalone removes the containers of a service that left the file, with its network', () => {
  const before = want(
    { web, db: aService({ networks: { back: { aliases: [] } } }) },
    {
      networks: { default: { external: false, labels: {} }, back: { external: false, labels: {} } },
    },
  );
  const observed = converged(before);
  const ids = idsOf(want({ web }), observed);
  assert.deepEqual(ids, ['stop:berth-shop-db-1', 'remove:berth-shop-db-1', 'remove:id-berth-shop_back']);
  assert.ok(precedes(want({ web }), observed, 'remove:berth-shop-db-1', 'remove:id-berth-shop_back'));
});

test('planStandalone keeps one of two containers in a slot: the right one, else the oldest', () => {
  const desired = want({ web });
  const right = converged(desired).containers[0];
  assert.ok(right !== undefined);
  const stale = up('web', 0, { id: 'id-stale', name: 'stale', createdAt: '2025-01-01T00:00:00.000Z' });
  const twin = { ...right, id: 'id-twin', name: 'twin', createdAt: '2026-02-01T00:00:00.000Z' };
  const networks = converged(desired).networks;
  for (const containers of [
    [stale, right, twin],
    [twin, right, stale],
  ]) {
    const gone = planOf(desired, seen({ containers, networks })).filter((step) => step.action === 'remove_container');
    assert.deepEqual(gone.map((step) => step.target).sort(), ['stale', 'twin']);
  }
});

test('planStandalone replaces a network whose definition changed, with every container on it', () => {
  const before = want({ web });
  const after = want({ web }, { networks: { default: { external: false, labels: {}, internal: true } } });
  const observed: ObservedApplication = {
    ...converged(before),
    networks: [aNetwork('berth-shop_default', { specHash: 'old' })],
  };
  assert.ok(precedes(after, observed, 'remove:berth-shop-web-1', 'remove:id-berth-shop_default'));
  assert.ok(precedes(after, observed, 'remove:id-berth-shop_default', 'network:berth-shop_default'));
  assert.ok(precedes(after, observed, 'network:berth-shop_default', 'create:berth-shop-web-1'));
});

const external = { external: true, name: 'shared', labels: {} };
test('planStandalone uses an external network or volume of the environment and makes none', () => {
  const desired = want(
    { web: aService({ networks: { back: { aliases: [] } }, mounts: [volume('data')] }) },
    {
      networks: { back: external },
      volumes: { data: external },
    },
  );
  const owner = { ...ownerOfContainer('x'), application: otherApplicationId };
  const there = seen({
    networks: [aNetwork('berth_shared', { owner })],
    volumes: [aVolume('berth_shared', { owner })],
  });
  assert.deepEqual(idsOf(desired, there), ['create:berth-shop-web-1', 'start:berth-shop-web-1']);
  const { steps, blocked } = planStandalone(desired, seen(), hash);
  assert.ok(!steps.some((step) => step.action === 'create_network' || step.action === 'create_volume'));
  assert.deepEqual(
    blocked.map(({ code, path }) => ({ code, path })),
    [
      { code: 'network_not_found', path: 'networks.back' },
      { code: 'volume_not_found', path: 'volumes.data' },
    ],
  );
});

test('planStandalone never removes an external network that is no longer used', () => {
  const owner = { ...ownerOfContainer('x'), application: otherApplicationId };
  const networks = [aNetwork('berth_shared', { owner }), aNetwork('berth-shop_default')];
  assert.deepEqual(idsOf(want({ web }), { ...converged(want({ web })), networks }), []);
});

test('planStandalone removes no volume that the file no longer names', () => {
  const observed = { ...converged(want({ web })), volumes: [aVolume('berth-shop_old')] };
  assert.deepEqual(idsOf(want({ web }), observed), []);
});

// Stopped and removed

test('planStandalone stops what needs others before them, and keeps all of it', () => {
  const desired = want({ web: aService({ dependsOn: dependsOn('db') }), db: aService({ stopGraceMs: 90_000 }) });
  const stopped = { ...desired, state: 'stopped' as const };
  assert.deepEqual(
    planOf(stopped, converged(desired)).map(({ id, after, detail }) => ({ id, after, detail })),
    [
      {
        id: 'stop:berth-shop-web-1',
        after: [],
        detail: { do: 'stop_container', container: 'id-web-0', graceMs: undefined },
      },
      {
        id: 'stop:berth-shop-db-1',
        after: ['stop:berth-shop-web-1'],
        detail: { do: 'stop_container', container: 'id-db-0', graceMs: 90_000 },
      },
    ],
  );
});

test('planStandalone has nothing to stop when nothing runs', () => {
  const desired = want({ web }, { state: 'stopped' });
  const ways = ['created', 'exited', 'dead'] as const;
  for (const state of ways) assert.deepEqual(idsOf(desired, seen({ containers: [up('web', 0, { state })] })), []);
});

const everything = seen({
  containers: [up('web'), ended('db', 1), foreign('theirs')],
  networks: [
    aNetwork('berth-shop_default'),
    aNetwork('theirs', { owner: { ...ownerOfContainer('x'), application: otherApplicationId } }),
  ],
  volumes: [
    aVolume('berth-shop_data'),
    aVolume('theirs', {
      owner: { ...ownerOfContainer('x'), application: otherApplicationId, applicationName: 'other' },
    }),
  ],
});

test('planStandalone removes containers and networks, and keeps volumes unless asked', () => {
  assert.deepEqual(idsOf(want({ web }, { state: 'removed' }), everything), [
    'stop:berth-shop-web-1',
    'remove:berth-shop-web-1',
    'remove:berth-shop-db-1',
    'remove:id-berth-shop_default',
  ]);
});

test('planStandalone removes the volumes of the application when somebody asked for it, after its containers', () => {
  const desired = want({ web }, { state: 'removed', removeVolumes: true });
  assert.deepEqual(
    planOf(desired, everything).filter((step) => step.action === 'remove_volume'),
    [
      {
        id: 'remove-volume:berth-shop_data',
        target: 'berth-shop_data',
        because: 'its data is to be deleted, as asked',
        after: ['stop:berth-shop-web-1', 'remove:berth-shop-web-1', 'remove:berth-shop-db-1'],
        detail: { do: 'remove_volume', volume: 'berth-shop_data' },
        action: 'remove_volume',
        host: 'alpha',
      },
    ],
  );
});

test('planStandalone removes volumes that a former application of the name left behind, which this one took up', () => {
  const former = { ...ownerOfContainer('data'), application: otherApplicationId };
  const observed = seen({ volumes: [aVolume('berth-shop_data', { owner: former })] });
  assert.deepEqual(idsOf(want({ web }, { state: 'removed', removeVolumes: true }), observed), [
    'remove-volume:berth-shop_data',
  ]);
});

test('planStandalone leaves a network that containers of others have joined', () => {
  const theirs = up('x', 0, {
    id: 'theirs',
    name: 'theirs',
    owner: ownerOfContainer('x', 0, { application: otherApplicationId }),
    networks: ['berth_edge'],
  });
  const observed = seen({ containers: [theirs], networks: [aNetwork('berth_edge')] });
  assert.deepEqual(idsOf(want({ web }, { state: 'removed' }), observed), []);
});

test('planStandalone keeps a network that no service uses any more as long as others are on it', () => {
  const desired = want({ web });
  const theirs = up('x', 0, {
    owner: ownerOfContainer('x', 0, { application: otherApplicationId }),
    networks: ['berth_edge'],
  });
  const edge = aNetwork('berth_edge', { owner: ownerOfContainer('edge') });
  const there = converged(desired);
  const idsWith = (containers: ObservedApplication['containers']) =>
    idsOf(desired, { ...there, containers: [...there.containers, ...containers], networks: [...there.networks, edge] });
  assert.deepEqual(idsWith([theirs]), []);
  assert.deepEqual(idsWith([foreign('stranger', { networks: ['berth_edge'] })]), []);
  assert.deepEqual(idsWith([]), [`remove:${edge.id}`]);
});

test('planStandalone takes a network along that it is the last on, when the application that made it is gone', () => {
  const desired = want({ web }, { state: 'removed' });
  const spec = { ...desired.spec, networks: { edge: { external: true, name: 'edge', labels: {} } } };
  const network = aNetwork('berth_edge', { owner: { ...ownerOfContainer('edge'), application: otherApplicationId } });
  const stepsWith = (there: DesiredApplication['applicationsThere'], key = 'edge') =>
    idsOf(
      {
        ...desired,
        spec: key === 'edge' ? spec : desired.spec,
        ...(there === undefined ? {} : { applicationsThere: there }),
      },
      seen({ networks: [network] }),
    );
  assert.deepEqual(stepsWith(new Set([desired.id])), [`remove:${network.id}`]);
  assert.deepEqual(stepsWith(new Set([desired.id, otherApplicationId])), [], 'its owner is there');
  assert.deepEqual(stepsWith(undefined), [], 'nobody knows whether its owner is there');
  assert.deepEqual(stepsWith(new Set([desired.id]), 'none'), [], 'this application does not use it');
});

test('planStandalone heeds removeVolumes in no other state', () => {
  for (const state of ['running', 'stopped'] as const)
    assert.ok(
      !idsOf(want({ web }, { state, removeVolumes: true }), everything).some((id) => id.startsWith('remove-volume')),
    );
});

// Starting again

const restarts: Record<
  string,
  {
    policy?: 'no' | 'always' | 'on-failure' | 'unless-stopped';
    wishOpen?: boolean;
    startedForWish?: string[];
    container: Parameters<typeof up>[2];
    starts: boolean;
  }
> = {
  'leaves what runs': { container: {}, wishOpen: true, starts: false },
  'leaves what the engine restarts by itself': { container: { state: 'restarting' }, policy: 'always', starts: false },
  'leaves what somebody paused': { container: { state: 'paused' }, policy: 'always', starts: false },
  'starts what was made and not started': { container: { state: 'created' }, starts: true },
  'leaves a finished one-shot finished': { container: { state: 'exited', exit: exitOf(0) }, starts: false },
  'leaves what failed, without a policy': { container: { state: 'exited', exit: exitOf(1) }, starts: false },
  'runs a finished one-shot once more on a new wish': {
    container: { state: 'exited', exit: exitOf(0) },
    wishOpen: true,
    starts: true,
  },
  'runs it once for a wish, not twice': {
    container: { state: 'exited', exit: exitOf(0) },
    wishOpen: true,
    startedForWish: ['berth-shop-web-1'],
    starts: false,
  },
  'runs it once for a wish also when somebody renamed it': {
    container: { state: 'exited', exit: exitOf(0), name: 'renamed' },
    wishOpen: true,
    startedForWish: ['berth-shop-web-1'],
    starts: false,
  },
  'starts what ended with the engine': {
    container: { state: 'exited', exit: exitOf(137, { byEngine: true }) },
    starts: true,
  },
  'starts again what somebody stopped by hand, with policy always': {
    container: { state: 'exited', exit: exitOf(0) },
    policy: 'always',
    starts: true,
  },
  'starts again what somebody stopped by hand, with policy unless-stopped': {
    container: { state: 'exited', exit: exitOf(143) },
    policy: 'unless-stopped',
    starts: true,
  },
  'leaves to the engine what fails under policy on-failure': {
    container: { state: 'exited', exit: exitOf(1) },
    policy: 'on-failure',
    starts: false,
  },
};

for (const [name, row] of Object.entries(restarts))
  test(`planStandalone ${name}`, () => {
    const desired = want(
      { web: aService({ restart: { policy: row.policy ?? 'no' } }) },
      { wishOpen: row.wishOpen ?? false, startedForWish: new Set(row.startedForWish ?? []) },
    );
    const steps = planOf(
      desired,
      changed(desired, 'berth-shop-web-1', (container) => ({ ...container, ...row.container })),
    );
    assert.deepEqual(
      steps.map((step) => step.detail).filter((detail) => detail.do !== 'rename_container'),
      row.starts ? [{ do: 'start_container', container: 'id-web-0', service: 'web', slot: 0 }] : [],
    );
  });
