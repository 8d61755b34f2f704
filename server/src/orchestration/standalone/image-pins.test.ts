// What image references stand for: a new revision finds it out once, and from then on it is what runs, whatever a tag says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { DesiredApplication, DesiredUpgrade, ImagePins } from '#orchestration/desired.ts';
import { imagesToFetch, withImagesOfHost } from '#orchestration/desired.ts';
import { aNetwork, aService, aSpec, dependsOn, noon, seen, up, want } from '#testing/applications.ts';
import { sha256 } from './sha256.ts';
import { planStandalone } from './standalone-plan.ts';
import { upgradeProgress } from './upgrade-progress.ts';
import { wantedContainers } from './wanted-containers.ts';

const reference = 'sim/web:1';
const old = 'sha256:old';
const fresh = 'sha256:new';
const digest = 'sim/web@sha256:d';
const later = new Date(Date.parse(noon) + 60_000).toISOString();

const upgradeFrom = (images: ImagePins, more: Partial<DesiredUpgrade> = {}): DesiredUpgrade => ({
  state: 'rolling',
  former: { revision: 1, spec: aSpec({ web: aService() }), images },
  settings: {},
  isGated: true,
  batchDoneAt: {},
  ...more,
});

/** Containers of the service `web` as the spec wants them, made from these images. */
const madeFrom = (desired: DesiredApplication, ...imageIds: readonly string[]) =>
  wantedContainers(desired, sha256)
    .filter(({ service }) => service === 'web')
    .flatMap(({ service, slot, spec }) => {
      const imageId = imageIds[slot];
      return imageId === undefined
        ? []
        : [up(service, slot, { owner: { ...spec.owner, revision: 1 }, imageId, startedAt: noon })];
    });

const observe = (
  desired: DesiredApplication,
  made: readonly string[],
  present: Readonly<Record<string, string>>,
  state: Row['state'] = 'running',
) =>
  seen({
    containers: madeFrom(desired, ...made).map((container) => ({ ...container, state })),
    networks: [aNetwork('berth-shop_default')],
    imagesPresent: new Map(Object.entries(present)),
    observedAt: later,
  });

interface Row {
  readonly images?: ImagePins;
  readonly service?: Partial<ServiceSpec>;
  readonly toFetch?: readonly string[];
  readonly upgrade?: DesiredUpgrade;
  /** Images of the containers that run. */
  readonly made?: readonly string[];
  readonly state?: 'running' | 'created';
  readonly present: Readonly<Record<string, string>>;
  readonly steps: readonly string[];
  /** Of the container that is made. */
  readonly image?: string;
}

const replaced = [
  'stop:berth-shop-web-1',
  'remove:berth-shop-web-1',
  'create:berth-shop-web-1',
  'start:berth-shop-web-1',
];
const made = ['create:berth-shop-web-1', 'start:berth-shop-web-1'];

const table: Record<string, Row> = {
  'replaces what runs from another image than the revision means': {
    images: { [reference]: { id: fresh } },
    made: [old],
    present: { [reference]: fresh, [fresh]: fresh },
    steps: replaced,
    image: reference,
  },
  'goes back to the image the revision ran, although its tag has moved on': {
    images: { [reference]: { id: old } },
    made: [fresh],
    present: { [reference]: fresh, [old]: old },
    steps: replaced,
    image: old,
  },
  'fetches by its digest what the host has no more, before anything is stopped': {
    images: { [reference]: { id: old, digest } },
    made: [fresh],
    present: { [reference]: fresh },
    steps: [`pull:${digest}`, ...replaced],
    image: old,
  },
  'asks no registry for what is known and there': {
    images: { [reference]: { id: old, digest } },
    service: { pullPolicy: 'always' },
    present: { [old]: old },
    steps: made,
    image: old,
  },
  'takes what the tag stands for now when there is no other way': {
    images: { [reference]: { id: old } },
    present: { [reference]: fresh },
    steps: made,
    image: reference,
  },
  'does not replace for an image that cannot be had any more': {
    images: { [reference]: { id: old } },
    made: [fresh],
    present: { [reference]: fresh },
    steps: [],
  },
  'fetches anew what it is told to, and leaves what runs until it knows more': {
    toFetch: [reference],
    upgrade: upgradeFrom({ [reference]: { id: old } }),
    made: [old],
    present: { [reference]: old },
    steps: [`pull:${reference}`],
  },
  'moves one batch after another when only the image is another': {
    images: { [reference]: { id: fresh } },
    service: { replicas: 2 },
    upgrade: upgradeFrom({ [reference]: { id: old } }),
    made: [old, old],
    present: { [reference]: fresh, [fresh]: fresh, [old]: old },
    steps: replaced,
    image: reference,
  },
  'leaves in a held upgrade what was moved and what was not as they are': {
    images: { [reference]: { id: fresh } },
    service: { replicas: 2 },
    upgrade: upgradeFrom(
      { [reference]: { id: old } },
      {
        state: 'held',
        former: { revision: 1, spec: aSpec({ web: aService({ replicas: 2 }) }), images: { [reference]: { id: old } } },
      },
    ),
    made: [fresh, old],
    present: { [reference]: fresh, [fresh]: fresh, [old]: old },
    steps: [],
  },
  'starts in a held upgrade what was not moved and is not running, as it is': {
    images: { [reference]: { id: fresh } },
    upgrade: upgradeFrom({ [reference]: { id: old } }, { state: 'held' }),
    made: [old],
    state: 'created',
    present: { [reference]: fresh, [fresh]: fresh, [old]: old },
    steps: ['start:berth-shop-web-1'],
  },
  'heals in a held upgrade what was not moved from its former image': {
    images: { [reference]: { id: fresh } },
    upgrade: upgradeFrom({ [reference]: { id: old } }, { state: 'held' }),
    present: { [reference]: fresh, [fresh]: fresh, [old]: old },
    steps: made,
    image: old,
  },
  'heals in an upgrade that is held for a fetch from the former image': {
    toFetch: [],
    upgrade: upgradeFrom({ [reference]: { id: old } }, { state: 'held' }),
    made: [old],
    present: { [reference]: fresh, [fresh]: fresh, [old]: old },
    steps: [],
  },
};

for (const [name, row] of Object.entries(table))
  test(`planStandalone ${name}`, () => {
    const desired = want(
      { web: aService(row.service) },
      {
        revision: 2,
        images: row.images ?? {},
        upgrade: row.upgrade,
        ...(row.toFetch === undefined ? {} : { toFetch: new Set(row.toFetch) }),
      },
    );
    const { steps } = planStandalone(desired, observe(desired, row.made ?? [], row.present, row.state), sha256);
    assert.deepEqual(
      steps.map(({ id }) => id),
      row.steps,
    );
    const images = steps.flatMap(({ detail }) =>
      detail.do === 'create_container' ? [detail.container.service.image] : [],
    );
    assert.deepEqual(images, row.image === undefined ? [] : [row.image]);
    const pull = steps.find(({ action }) => action === 'pull_image');
    const stop = steps.find(({ action }) => action === 'stop_container');
    if (pull !== undefined && stop !== undefined)
      assert.ok(stop.after.includes(pull.id), 'fetched before it is stopped');
  });

test('planStandalone lets the former container go once the one beside it, from another image, is good', () => {
  const desired = want(
    { web: aService({ update: { order: 'start-first' } }) },
    { revision: 2, images: { [reference]: { id: fresh } }, upgrade: upgradeFrom({ [reference]: { id: old } }) },
  );
  const [former] = madeFrom(desired, old);
  const [beside] = madeFrom(desired, fresh);
  assert.ok(former !== undefined && beside?.owner !== undefined);
  const successor = {
    ...beside,
    id: 'beside',
    name: `${beside.name}-r2`,
    owner: { ...beside.owner, revision: 2 },
    createdAt: later,
  };
  const observed = observe(desired, [], { [reference]: fresh, [fresh]: fresh, [old]: old });
  const { steps } = planStandalone(desired, { ...observed, containers: [former, successor] }, sha256);
  assert.deepEqual(
    steps.map(({ id }) => id),
    ['stop:berth-shop-web-1', 'remove:berth-shop-web-1', 'rename:berth-shop-web-1-r2'],
  );
});

test('planStandalone moves nothing that needs a service whose image is being fetched', () => {
  const services = (text: string) => ({
    web: aService({ dependsOn: dependsOn('db'), environment: { V: text } }),
    db: aService({ image: 'sim/db:1', pullPolicy: 'always' }),
  });
  const desired = want(services('two'), {
    revision: 2,
    toFetch: new Set(['sim/db:1']),
    upgrade: upgradeFrom({}, { former: { revision: 1, spec: aSpec(services('one')), images: {} } }),
  });
  const former = want(services('one'));
  const observed = seen({
    containers: wantedContainers(former, sha256).map(({ service, slot, spec }) =>
      up(service, slot, { owner: spec.owner, startedAt: noon }),
    ),
    networks: [aNetwork('berth-shop_default')],
    imagesPresent: new Map([
      [reference, old],
      ['sim/db:1', old],
    ]),
    observedAt: later,
  });
  assert.deepEqual(
    planStandalone(desired, observed, sha256).steps.map(({ id }) => id),
    ['pull:sim/db:1'],
  );
});

test('upgradeProgress is not through while an image is being fetched, and counts who runs from the right one', () => {
  const desired = want({ web: aService() }, { revision: 2, upgrade: upgradeFrom({ [reference]: { id: old } }) });
  const observed = observe(desired, [old], { [reference]: fresh, [fresh]: fresh });
  const look = (more: Partial<DesiredApplication>) => {
    const { finished, services } = upgradeProgress({ ...desired, ...more }, observed);
    return [finished, services[0]?.moved];
  };
  assert.deepEqual(look({ toFetch: new Set([reference]) }), [false, 1]);
  assert.deepEqual(look({ images: { [reference]: { id: fresh } } }), [false, 0]);
  assert.deepEqual(look({ images: { [reference]: { id: old } } }), [true, 1]);
});

const always = { web: aService({ pullPolicy: 'always' }) };
const fetches: Record<string, [DesiredApplication, readonly string[], readonly string[]]> = {
  'the newest, when the file asks for it': [want(always, { wishOpen: true }), [], [reference]],
  'nothing twice for one wish': [want(always, { wishOpen: true }), [reference], []],
  'nothing for a repair': [want(always), [], []],
  'nothing the revision knows already': [
    want(always, { wishOpen: true, images: { [reference]: { id: old } } }),
    [],
    [],
  ],
  'nothing for a service without containers': [want(always, { wishOpen: true, scale: { web: 0 } }), [], []],
  'nothing the file does not ask for': [want({ web: aService() }, { wishOpen: true }), [], []],
};
for (const [name, [desired, fetched, wanted]] of Object.entries(fetches))
  test(`imagesToFetch is ${name}`, () => assert.deepEqual([...imagesToFetch(desired, new Set(fetched))], wanted));

test('withImagesOfHost takes what the host has for what a new revision means, but nothing that is being fetched', () => {
  const imagesPresent = new Map([[reference, fresh]]);
  const imagesOf = (desired: DesiredApplication) => withImagesOfHost(desired, { imagesPresent }).images;
  const web = { web: aService() };
  assert.deepEqual(imagesOf(want(web, { wishOpen: true })), { [reference]: { id: fresh } });
  assert.deepEqual(imagesOf(want(web, { wishOpen: true, toFetch: new Set([reference]) })), {});
  assert.deepEqual(imagesOf(want(web, { wishOpen: true, images: { [reference]: { id: old } } })), {
    [reference]: { id: old },
  });
  assert.deepEqual(imagesOf(want(web)), {}, 'a repair does not ask what a tag stands for');
});
