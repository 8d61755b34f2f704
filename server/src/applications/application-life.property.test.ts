// Properties over whole lives of an application: wishes of every kind, one on top of the other, on a host where steps fail,
// containers come up badly and things are changed by hand; then quiet. The deciding parts are the real ones, the engine is a
// model. `PROPERTY_SEED` tries other lives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { toInstant } from '@berth/common/clock.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import {
  replicasOf,
  serviceContainers,
  type DesiredApplication,
  type ObservedApplication,
} from '#orchestration/desired.ts';
import { lookAtContainer } from '#orchestration/standalone/container-health.ts';
import { planStandalone } from '#orchestration/standalone/standalone-plan.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import { isUprooted, uprootedNetworks } from '#orchestration/standalone/standalone-objects.ts';
import type { StandaloneStep } from '#orchestration/standalone/standalone-steps.ts';
import { mishap, moreMishaps, serviceNames, specs } from '#orchestration/standalone/testing/random-applications.ts';
import {
  makeTinyEngine,
  observeTiny,
  type Fate,
  type TinyEngine,
  type TinyOptions,
} from '#orchestration/standalone/testing/tiny-engine.ts';
import { wantedContainers } from '#orchestration/standalone/wanted-containers.ts';
import { replacementFor } from '#orchestration/update-settings.ts';
import {
  aNetwork,
  applicationId,
  aVolume,
  foreign,
  otherApplicationId,
  ownerOfContainer,
  up,
} from '#testing/applications.ts';
import {
  desiredOf,
  makeTinyApplication,
  pass,
  wish,
  type TinyApplication,
  type TinyWish,
} from './testing/tiny-reconciler.ts';
import { upgradeOf } from './upgrade-state.ts';

const seed = Number(process.env['PROPERTY_SEED'] ?? 1);
const runs = { seed, numRuns: Number(process.env['PROPERTY_RUNS'] ?? 200) };
const passesMaximum = 80;

const settings = fc.record(
  {
    order: fc.constantFrom('start-first' as const, 'stop-first' as const),
    batch: fc.constantFrom(0, 1, 2),
    intervalMs: fc.constantFrom(0, 5_000),
    monitorMs: fc.constantFrom(0, 2_000),
    onFailure: fc.constantFrom('hold' as const, 'rollback' as const, 'continue' as const),
  },
  { requiredKeys: ['order', 'onFailure'] },
);

/** `tweak`: the last revision with this in every environment. */
type Asked =
  | Exclude<TinyWish, { do: 'publish' }>
  | { do: 'publish'; spec: ApplicationSpec | { tweak: string }; settings: object };
const publishes = fc.record({
  do: fc.constant('publish' as const),
  spec: fc.oneof(
    { weight: 1, arbitrary: specs },
    { weight: 3, arbitrary: fc.record({ tweak: fc.constantFrom('x', 'y', 'z') }) },
  ),
  settings: settings.map((all) => ({ all })),
});
const wishes: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 4, arbitrary: publishes },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('roll_back' as const), pick: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('accept', 'abort', 'resume', 'restart', 'stop', 'start') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('scale' as const),
      service: fc.constantFrom(...serviceNames),
      replicas: fc.integer({ min: 1, max: 4 }),
    }),
  },
);
const fates = fc.array(fc.constantFrom<Fate>('well', 'well', 'well', 'slow', 'sick', 'ends', 'loops'), {
  minLength: 1,
  maxLength: 10,
});
const failings = fc.array(
  fc.constantFrom(undefined, undefined, undefined, undefined, 'before' as const, 'after' as const),
  {
    minLength: 1,
    maxLength: 12,
  },
);
const lives = fc.record({
  first: specs,
  acts: fc.array(
    fc.record({
      asked: wishes,
      passes: fc.nat(3),
      waitMs: fc.constantFrom(0, 2_000, 6_000),
      trouble: moreMishaps,
    }),
    { minLength: 1, maxLength: 4 },
  ),
  fates,
  failings,
  isTwice: fc.boolean(),
});

const strangers = () => ({
  containers: [
    foreign('theirs'),
    up('web', 0, {
      id: 'id-other',
      name: 'other',
      networks: [],
      owner: ownerOfContainer('web', 0, { application: otherApplicationId, applicationName: 'other' }),
    }),
  ],
  networks: [otherNetwork(), (({ owner: _, ...network }) => network)(aNetwork('bridge'))],
  volumes: [(({ owner: _, ...volume }) => volume)(aVolume('somebody'))],
});
const otherNetwork = () => {
  const { owner, ...network } = aNetwork('berth-other_default');
  return { ...network, ...(owner === undefined ? {} : { owner: { ...owner, application: otherApplicationId } }) };
};
const notOurs = ({ containers, networks, volumes }: TinyEngine) =>
  structuredClone(
    [containers, networks, volumes].map((list) =>
      list.filter(
        (object: { owner?: { application: string } | undefined }) => object.owner?.application !== applicationId,
      ),
    ),
  );

const begin = (): TinyApplication => {
  const engine = makeTinyEngine(['sim/web:1', 'sim/web:2', 'sim/once:1']);
  const theirs = strangers();
  engine.containers.push(...theirs.containers);
  engine.networks.push(...theirs.networks);
  engine.volumes.push(...theirs.volumes);
  return makeTinyApplication(engine);
};

const ask = (application: TinyApplication, asked: Asked): boolean => {
  if (asked.do !== 'publish') return wish(application, asked);
  const last = application.revisions.at(-1)?.spec;
  if (!('tweak' in asked.spec)) return wish(application, { ...asked, spec: asked.spec });
  if (last === undefined) return false;
  const { tweak } = asked.spec;
  const services = Object.fromEntries(
    Object.entries(last.services).map(([name, service]) => [name, { ...service, environment: { TWEAK: tweak } }]),
  );
  return wish(application, { ...asked, spec: { ...last, services } });
};

/** Service → slots that are down because of us, and not good again yet. */
type Downs = Map<string, Set<number>>;

const isGoodNow = (engine: TinyEngine, desired: DesiredApplication, container: ObservedContainer): boolean => {
  const service = container.owner?.key ?? '';
  const look = lookAtContainer(
    container,
    desired.spec.services[service],
    replacementFor(desired, service),
    toInstant(engine.nowMs),
  );
  return look.isGood;
};

/** What must hold before each step has its effect. */
const guard = (engine: TinyEngine, desired: DesiredApplication, observed: ObservedApplication, downs: Downs) => {
  const uprooted = uprootedNetworks(desired, observed, sha256);
  const stoppedNow = new Map<string, number>();
  const stopped = new Set<string>();
  if (desired.state !== 'running') downs.clear();
  return (step: StandaloneStep): void => {
    const { detail } = step;
    if (detail.do === 'remove_volume') assert.ok(desired.state === 'removed' && desired.removeVolumes, step.id);
    if (detail.do !== 'stop_container' || desired.state !== 'running') return;
    const container = engine.containers.find(({ id }) => id === detail.container);
    const { key, slot } = container?.owner ?? { key: '', slot: 0 };
    const service = desired.spec.services[key];
    if (container === undefined || service === undefined) return;
    const { upgrade, scale } = desired;
    const former = upgrade?.state === 'held' ? upgrade.former : undefined;
    if (
      slot >=
      Math.min(replicasOf(desired, key), former === undefined ? Infinity : replicasOf({ ...former, scale }, key))
    )
      return;
    if (isUprooted(container, uprooted) || service.networkMode !== undefined) return;
    const inSlot = serviceContainers(engine, desired.id).filter(
      ({ owner }) => owner?.key === key && owner.slot === slot,
    );
    stopped.add(container.id);
    // What was good when the plan was made counts, unless the plan itself stops it.
    const isStandingIn = (one: ObservedContainer) => {
      const before = observed.containers.find(({ id }) => id === one.id);
      return (
        isGoodNow(engine, desired, one) ||
        (before !== undefined && !stopped.has(one.id) && isGoodNow(engine, desired, before))
      );
    };
    if (!isGoodNow(engine, desired, container)) return;
    if (inSlot.some((one) => one.id !== container.id && isStandingIn(one))) return;
    const settingsOf = replacementFor(desired, key);
    const isRestart = step.because === 'somebody asked for a restart';
    const own = downs.get(key) ?? new Set<number>();
    downs.set(key, own);
    const isUp = (down: number) =>
      serviceContainers(engine, desired.id).some(
        (one) => one.owner?.key === key && one.owner.slot === down && isGoodNow(engine, desired, one),
      );
    for (const down of own) if (down >= replicasOf(desired, key) || isUp(down)) own.delete(down);
    own.add(slot);
    const isGated =
      desired.upgrade?.state === 'rolling' && desired.upgrade.isGated && settingsOf.onFailure !== 'continue';
    // Where nobody waits, the former one goes as soon as its successor runs.
    if (!isGated && step.because.startsWith('another container')) return;
    const inPass = (stoppedNow.get(key) ?? 0) + 1;
    stoppedNow.set(key, inPass);
    const what = `${step.id} (${step.because}); down of ${key}: ${[...own].join()}; ${JSON.stringify(settingsOf)}`;
    assert.ok(inPass <= settingsOf.batch, `more than a batch in one pass: ${what}`);
    if (isRestart) return assert.ok(own.size <= settingsOf.batch, `more than a batch: ${what}`);
    assert.notEqual(desired.upgrade?.state, 'held', `a held upgrade replaces nothing: ${what}`);
    if (!isGated) return;
    assert.notEqual(settingsOf.order, 'start-first', `nothing beside it: ${what}`);
    assert.ok(own.size <= settingsOf.batch, `more than a batch: ${what}`);
  };
};

const wait = (engine: TinyEngine, ms: number): void => {
  engine.nowMs += ms;
};

/** Everything that can become good by itself does. */
const heal = (engine: TinyEngine): void => {
  engine.fate = () => 'well';
  for (const [at, one] of engine.containers.entries()) {
    if (one.owner?.application !== applicationId) continue;
    if (one.state === 'restarting')
      engine.containers[at] = {
        ...one,
        state: 'running',
        startedAt: toInstant(engine.nowMs),
        health: one.health === 'none' ? 'none' : 'healthy',
      };
    else if (one.state === 'running' && one.health !== 'none') engine.containers[at] = { ...one, health: 'healthy' };
  }
};

/** Passes until nothing is to be done and nothing comes by itself. */
const settle = (application: TinyApplication, downs: Downs, isTwice: boolean) => {
  const { engine } = application;
  for (let passes = 1; ; passes += 1) {
    const last = pass(application, (desired, observed) => ({
      isTwice,
      watch: guard(engine, desired, observed, downs),
    }));
    if (last.isQuiet && last.againMs === undefined) return last;
    assert.ok(
      passes < passesMaximum,
      `not settled after ${passes} passes: ${last.plan.steps.map((step) => `${step.id} (${step.because})`).join(', ')}; ${JSON.stringify(application.row)} ${last.againMs}`,
    );
    if (last.isQuiet) wait(engine, last.againMs ?? 0);
  }
};

/** Exactly the wanted containers, one for each slot, as they should be. */
const assertAsWished = (application: TinyApplication): void => {
  const { engine } = application;
  const desired = desiredOf(application);
  if (desired.state !== 'running')
    return assert.ok(serviceContainers(engine, applicationId).every(({ state }) => state !== 'running'));
  const wanted = wantedContainers(desired, sha256);
  const show = (list: readonly { name: string; owner?: ObservedContainer['owner'] }[]) =>
    list.map(({ name, owner }) => `${owner?.key}/${owner?.slot} ${name} ${owner?.specHash.slice(0, 6)}`).sort();
  assert.deepEqual(show(serviceContainers(engine, applicationId)), show(wanted.map(({ spec }) => spec)));
  for (const container of serviceContainers(engine, applicationId))
    assert.equal(
      container.state,
      container.image.includes('once') || container.imageId.includes('once') ? 'exited' : 'running',
      container.name,
    );
};

test('an application comes to rest and to what was wished for, whatever happened before', () => {
  fc.assert(
    fc.property(lives, ({ first, acts, fates: given, failings: fails, isTwice }) => {
      const application = begin();
      const { engine } = application;
      const theirs = notOurs(engine);
      const downs: Downs = new Map();
      let turn = 0;
      const next = <T>(list: readonly T[]): T | undefined => list[(turn += 1) % list.length];
      const chaos = (desired: DesiredApplication, observed: ObservedApplication): TinyOptions => ({
        isTwice,
        failing: () => next(fails),
        watch: guard(engine, desired, observed, downs),
      });
      ask(application, { do: 'publish', spec: first, settings: {} });
      settle(application, downs, isTwice);
      for (const { asked, passes, waitMs, trouble } of acts) {
        engine.fate = () => next(given) ?? 'well';
        ask(application, asked);
        for (let at = 0; at < passes; at += 1) {
          pass(application, chaos);
          wait(engine, waitMs);
        }
        for (const one of trouble) mishap(engine, one);
      }
      heal(engine);
      settle(application, downs, isTwice);
      assert.deepEqual(notOurs(engine), theirs);
      const state = upgradeOf(application.row)?.state;
      assert.ok(state !== 'rolling_back' || application.row.state === 'stopped', 'it has turned back by now');
      // What ended badly, and what waits for that, needs somebody to ask for it again; what is held, somebody to resume it.
      if (!wish(application, { do: 'resume' }))
        wish(application, { do: desiredOf(application).state === 'stopped' ? 'stop' : 'start' });
      const last = settle(application, downs, isTwice);
      assert.ok(last.isComplete, JSON.stringify([application.row, last.plan.waiting, last.plan.restarts]));
      assertAsWished(application);
      assert.deepEqual(planStandalone(desiredOf(application), observeTiny(engine), sha256).steps, []);
      assert.deepEqual(notOurs(engine), theirs);
      const volumes = engine.volumes.length;
      wish(application, { do: 'remove', removeVolumes: false });
      settle(application, downs, isTwice);
      assert.equal(engine.volumes.length, volumes);
      wish(application, { do: 'remove', removeVolumes: true });
      settle(application, downs, isTwice);
      assert.deepEqual(notOurs(engine), theirs);
      assert.deepEqual(
        [engine.containers, engine.networks, engine.volumes].map((list) => list.length),
        theirs.map((list) => list.length),
      );
    }),
    runs,
  );
});

test('an application comes to the same end when each step is done twice', () => {
  fc.assert(
    fc.property(lives, ({ first, acts }) => {
      const ends = [false, true].map((isTwice) => {
        const application = begin();
        const { engine } = application;
        ask(application, { do: 'publish', spec: first, settings: {} });
        settle(application, new Map(), isTwice);
        for (const { asked, passes } of acts) {
          ask(application, asked);
          for (let at = 0; at < passes; at += 1) pass(application, () => ({ isTwice }));
        }
        settle(application, new Map(), isTwice);
        const { containers, networks, volumes } = observeTiny(engine);
        return {
          containers: containers
            .map(({ name, owner, state }) =>
              [name, owner?.key, owner?.slot, owner?.specHash, owner?.revision, state].join(),
            )
            .sort(),
          objects: [...networks, ...volumes].map(({ name, specHash }) => `${name} ${specHash}`).sort(),
          upgrade: upgradeOf(application.row)?.state,
        };
      });
      assert.deepEqual(ends[1], ends[0]);
    }),
    { ...runs, numRuns: Math.ceil(runs.numRuns / 3) },
  );
});
