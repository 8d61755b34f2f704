// Properties of the planner over generated applications and generated messes on the host, with a pure model of the engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication } from '#orchestration/desired.ts';
import {
  aNetwork,
  aVolume,
  applicationId,
  environmentId,
  exitOf,
  foreign,
  noon,
  otherApplicationId,
  ownerOfContainer,
  up,
  want,
} from '#testing/applications.ts';
import { dependenciesOf } from './dependencies.ts';
import { planStandalone } from './standalone-plan.ts';
import { mishap, mishaps, serviceNames as names, specs } from './testing/random-applications.ts';
import { applyTiny, makeTinyEngine, observeTiny, type TinyEngine } from './testing/tiny-engine.ts';
import { wantedContainers } from './wanted-containers.ts';

const hash = (text: string): string => text;
const runs = { numRuns: 400 };
const roundsMaximum = 12;

/** Passes of a reconciler until a plan is empty; gives the last plan. */
const settle = (engine: TinyEngine, desired: DesiredApplication) => {
  const started = new Set<string>(desired.startedForWish);
  for (let round = 1; ; round += 1) {
    const plan = planStandalone({ ...desired, startedForWish: started }, observeTiny(engine), hash);
    if (plan.steps.length === 0) return plan;
    assert.ok(
      round < roundsMaximum,
      `not settled after ${round} rounds: ${plan.steps.map((step) => `${step.id} (${step.because})`).join(', ')}`,
    );
    for (const name of applyTiny(engine, desired, plan.steps).started) started.add(name);
  }
};

test('planStandalone comes to an empty plan from any earlier state, for a wish and for a repair', () => {
  fc.assert(
    fc.property(specs, specs, mishaps, fc.boolean(), (before, after, trouble, wishOpen) => {
      const engine = makeTinyEngine(['sim/web:1']);
      settle(engine, want({}, { spec: before, wishOpen: true }));
      for (const one of trouble) mishap(engine, one);
      const desired = want({}, { spec: after, wishOpen, revision: 2 });
      const last = settle(engine, desired);
      const owned = engine.containers.map((container) => container.owner?.specHash ?? '').sort();
      assert.deepEqual(
        owned,
        wantedContainers(desired, hash)
          .map(({ spec }) => spec.owner.specHash)
          .sort(),
      );
      // After a wish nothing is left undone. A repair leaves what failed by itself, and what waits for that.
      if (!wishOpen) return;
      assert.deepEqual(last.waiting, []);
      for (const container of engine.containers)
        assert.equal(container.state, container.image.includes('once') ? 'exited' : 'running', container.name);
    }),
    runs,
  );
});

test('planStandalone stops, and removes, everything of the application and nothing else', () => {
  fc.assert(
    fc.property(specs, mishaps, fc.boolean(), (spec, trouble, removeVolumes) => {
      const engine = makeTinyEngine();
      const theirs = [
        foreign('theirs'),
        up('web', 0, {
          id: 'id-other',
          name: 'other',
          networks: [],
          owner: ownerOfContainer('web', 0, { application: otherApplicationId }),
        }),
      ];
      engine.containers.push(...theirs);
      settle(engine, want({}, { spec, wishOpen: true }));
      for (const one of trouble) mishap(engine, one);
      const volumes = engine.volumes.length;
      settle(engine, want({}, { spec, state: 'stopped' }));
      for (const container of engine.containers)
        assert.equal(
          container.state === 'running',
          theirs.some(({ id }) => id === container.id),
        );
      assert.equal(engine.volumes.length, volumes);
      settle(engine, want({}, { spec, state: 'removed', removeVolumes }));
      assert.deepEqual(
        engine.containers.map(({ id }) => id),
        theirs.map(({ id }) => id),
      );
      assert.deepEqual(engine.networks, []);
      assert.equal(engine.volumes.length, removeVolumes ? 0 : volumes);
    }),
    runs,
  );
});

/** A host in any state at all: ours right and wrong, of other applications, and foreign, under any name. */
const messes = fc.array(
  fc.record({
    owner: fc.constantFrom(applicationId, applicationId, applicationId, otherApplicationId, undefined),
    service: fc.constantFrom(...names, 'x'),
    slot: fc.constantFrom(0, 0, 0, 1, 3),
    name: fc.constantFrom('ours', 'berth-shop-a-1', 'berth-shop-b-1', 'z'),
    state: fc.constantFrom('created', 'running', 'paused', 'restarting', 'exited', 'dead', 'removing'),
    code: fc.constantFrom(0, 1, 137),
    byEngine: fc.boolean(),
    right: fc.constantFrom(true, true, true, false),
  }),
  { maxLength: 8 },
);
const states = fc.constantFrom('running' as const, 'stopped' as const, 'removed' as const);

type Mess = typeof messes extends fc.Arbitrary<infer T> ? T : never;
const observedOf = (mess: Mess, desired: DesiredApplication) => {
  const wanted = wantedContainers(desired, hash);
  const ours = (application: string | undefined) =>
    application === undefined
      ? {}
      : {
          owner: {
            ...ownerOfContainer('data'),
            application,
            applicationName: application === applicationId ? 'shop' : 'other',
          },
        };
  return {
    observedAt: noon,
    host: { id: 'hst_11111111111111111111111111' as never, name: 'alpha' },
    containers: mess.map((one, index): ObservedContainer => {
      const specHash = one.right
        ? wanted.find(({ service, slot }) => service === one.service && slot === one.slot)?.spec.owner.specHash
        : undefined;
      const base = foreign(`${one.name}-${index}`, {
        id: `id-${index}`,
        state: one.state,
        ...(one.state === 'exited' ? { exit: exitOf(one.code, { byEngine: one.byEngine }) } : {}),
      });
      return one.owner === undefined
        ? base
        : {
            ...base,
            owner: ownerOfContainer(one.service, one.slot, { application: one.owner, specHash: specHash ?? 'wrong' }),
          };
    }),
    networks: mess.map((one, index) => {
      const { owner: _, ...network } = aNetwork(index % 2 === 0 ? 'berth-shop_default' : 'berth_out', {
        id: `net-${index}`,
      });
      return { ...network, ...ours(one.owner) };
    }),
    volumes: mess.map((one, index) => {
      const { owner: _, ...volume } = aVolume(index === 0 ? 'berth-shop_data' : `v-${index}`);
      return { ...volume, ...ours(one.owner) };
    }),
    imagesPresent: new Map([['sim/web:1', 'sha256:1']]),
  };
};

const cases = fc.record({
  spec: specs,
  mess: messes,
  state: states,
  removeVolumes: fc.boolean(),
  wishOpen: fc.boolean(),
});

test('planStandalone aims no step at what is not of this application', () => {
  fc.assert(
    fc.property(cases, ({ spec, mess, state, removeVolumes, wishOpen }) => {
      const desired = want({}, { spec, state, removeVolumes, wishOpen });
      const observed = observedOf(mess, desired);
      const isOurs = (object: { owner?: { application: string } | undefined }) =>
        object.owner?.application === applicationId;
      const containers = new Set(observed.containers.filter(isOurs).map(({ id }) => id));
      const networks = new Set(observed.networks.filter(isOurs).map(({ id }) => id));
      const volumes = new Set(observed.volumes.filter(isOurs).map(({ name }) => name));
      for (const { detail } of planStandalone(desired, observed, hash).steps) {
        if (detail.do === 'stop_container' || detail.do === 'remove_container')
          assert.ok(containers.has(detail.container));
        if (detail.do === 'start_container' && detail.container !== undefined)
          assert.ok(containers.has(detail.container));
        if (detail.do === 'remove_network') assert.ok(networks.has(detail.network));
        if (detail.do === 'remove_volume') assert.ok(volumes.has(detail.volume));
        if ('owner' in detail)
          assert.deepEqual([detail.owner.environment, detail.owner.application], [environmentId, applicationId]);
        if (detail.do === 'create_container') assert.equal(detail.container.owner.application, applicationId);
      }
    }),
    runs,
  );
});

test('planStandalone removes a volume only when the application is to be removed with its volumes', () => {
  fc.assert(
    fc.property(cases, ({ spec, mess, state, removeVolumes, wishOpen }) => {
      const desired = want({}, { spec, state, removeVolumes, wishOpen });
      const { steps } = planStandalone(desired, observedOf(mess, desired), hash);
      if (steps.some((step) => step.action === 'remove_volume'))
        assert.deepEqual([state, removeVolumes], ['removed', true]);
    }),
    runs,
  );
});

test('planStandalone gives the same steps for the same input, each id once, and no step that waits for itself', () => {
  fc.assert(
    fc.property(cases, ({ spec, mess, state, removeVolumes, wishOpen }) => {
      const desired = want({}, { spec, state, removeVolumes, wishOpen });
      const observed = observedOf(mess, desired);
      const plan = planStandalone(desired, observed, hash);
      assert.deepEqual(planStandalone(structuredClone(desired), structuredClone(observed), hash), plan);
      const ids = plan.steps.map((step) => step.id);
      assert.equal(new Set(ids).size, ids.length, ids.join());
      const done = new Set<string>();
      for (let before = -1; done.size > before;) {
        before = done.size;
        for (const step of plan.steps)
          if (step.after.every((id) => done.has(id) || !ids.includes(id))) done.add(step.id);
      }
      assert.equal(done.size, ids.length, 'steps wait for one another');
    }),
    runs,
  );
});

test('planStandalone only pulls, creates and starts where nothing was seen', () => {
  fc.assert(
    fc.property(specs, fc.boolean(), (spec, wishOpen) => {
      const { steps } = planStandalone(want({}, { spec, wishOpen }), observeTiny(makeTinyEngine()), hash);
      for (const step of steps) assert.match(step.action, /^(pull_image|create_|start_)/);
    }),
    runs,
  );
});

test('planStandalone starts nothing before what it needs', () => {
  fc.assert(
    fc.property(cases, ({ spec, mess, wishOpen }) => {
      const desired = want({}, { spec, wishOpen });
      const { steps } = planStandalone(desired, observedOf(mess, desired), hash);
      const starts = steps.filter((step) => step.action === 'start_container');
      for (const start of starts)
        for (const { name } of dependenciesOf(spec, start.service ?? ''))
          for (const needed of starts.filter((other) => other.service === name))
            assert.ok(start.after.includes(needed.id), `${start.id} after ${needed.id}`);
    }),
    runs,
  );
});
