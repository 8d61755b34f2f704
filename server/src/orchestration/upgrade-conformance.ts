// The part of driver-conformance.ts that is about replacing and restarting what runs: batches, containers beside one another,
// what is held and what turns back, one-shots, images that are built first.
import assert from 'node:assert/strict';
import type { ServiceSpec, Update } from '@berth/contract/application-spec.ts';
import type { DesiredUpgrade } from './desired.ts';
import type { Stage } from './driver-conformance.ts';
import type { Plan } from './driver.ts';

type Services = Readonly<Record<string, Partial<ServiceSpec>>>;

const passesMaximum = 60;
const rollWithinMs = 60_000;
const check = { test: ['CMD', 'true'], intervalMs: 1_000, timeoutMs: 5_000, retries: 5 };
const version = (text: string) => ({ environment: { VERSION: text } });

const good = async <Detail>(stage: Stage<Detail>, plan: Plan<Detail>): Promise<void> => {
  const { failed } = await stage.apply(plan);
  assert.deepEqual(
    failed.map(({ step, error }) => `${step.id}: ${error.message}`),
    [],
  );
};

/** The next revision, on its way from this one. */
const upgrade = <Detail>(stage: Stage<Detail>, services: Services, settings: Update): void => {
  const { revision, spec } = stage.desired;
  stage.services(services);
  stage.wish({
    wishOpen: true,
    upgrade: {
      state: 'rolling',
      former: { revision, spec, images: {} },
      settings: { all: { monitorMs: 1, ...settings } },
      isGated: true,
      batchDoneAt: {},
    },
  });
};

const changeUpgrade = <Detail>(stage: Stage<Detail>, change: Partial<DesiredUpgrade>): void => {
  assert.ok(stage.desired.upgrade !== undefined);
  stage.wish({ upgrade: { ...stage.desired.upgrade, ...change } });
};

/** One pass; gives whether the upgrade is through after it. */
const onePass = async <Detail>(
  stage: Stage<Detail>,
  look?: (plan: Plan<Detail>) => Promise<void>,
): Promise<boolean> => {
  const plan = await stage.plan();
  if (plan.steps.length > 0) await good(stage, plan);
  const observed = await stage.observe();
  const { batchDoneAt, finished } = stage.rig.makeDriver(observed).progress(stage.desired, observed);
  changeUpgrade(stage, { batchDoneAt });
  await look?.(plan);
  return finished;
};

/** Pass after pass until it is through. */
const roll = async <Detail>(stage: Stage<Detail>, look?: (plan: Plan<Detail>) => Promise<void>): Promise<void> => {
  let passes = 0;
  await stage.until(
    async () => {
      passes += 1;
      return (await onePass(stage, look)) || passes > passesMaximum;
    },
    'the upgrade is through',
    rollWithinMs,
  );
  assert.ok(passes <= passesMaximum, 'it ends');
  stage.wish({ upgrade: undefined, wishOpen: false });
  assert.deepEqual((await stage.plan()).steps, []);
};

const revisions = async <Detail>(stage: Stage<Detail>, service: string): Promise<(number | undefined)[]> =>
  (await stage.own()).flatMap(({ owner }) => (owner?.key === service ? [owner.revision] : []));
const countOf = <Detail>({ steps }: Plan<Detail>, action: string): number =>
  steps.filter((step) => step.action === action).length;

export const upgradeCases: Readonly<Record<string, <Detail>(stage: Stage<Detail>) => Promise<void>>> = {
  'replaces batch by batch, each when the one before is good, and nothing else': async (stage) => {
    stage.services({ web: { replicas: 3, ...version('1') }, db: {} });
    await stage.converge();
    const db = await stage.container('db');
    upgrade(stage, { web: { replicas: 3, ...version('2') }, db: {} }, { batch: 1 });
    const { revision } = stage.desired;
    await roll(stage, async (plan) => {
      assert.ok(countOf(plan, 'create_container') <= 1 && countOf(plan, 'stop_container') <= 1, JSON.stringify(plan));
      const states = (await stage.own()).filter(({ owner }) => owner?.key === 'web').map(({ state }) => state);
      assert.deepEqual(states, ['running', 'running', 'running']);
    });
    assert.deepEqual(await revisions(stage, 'web'), [revision, revision, revision]);
    assert.deepEqual([(await stage.container('db')).id, (await stage.own()).length], [db.id, 4]);
    await stage.remove();
  },

  'starts one beside the former, stops that when the new one is good, and gives it the name': async (stage) => {
    stage.services({ web: { healthcheck: check, ...version('1') } });
    await stage.converge();
    const former = await stage.container('web');
    upgrade(stage, { web: { healthcheck: check, ...version('2') } }, { order: 'start-first' });
    const plan = await stage.plan();
    assert.equal(countOf(plan, 'stop_container'), 0);
    await good(stage, plan);
    const seen = await stage.observe();
    const starting = seen.containers.map((one) =>
      one.owner?.application === stage.desired.id && one.id !== former.id
        ? { ...one, health: 'starting' as const }
        : one,
    );
    const rest = stage.rig.makeDriver(seen).plan(stage.desired, { ...seen, containers: starting });
    assert.deepEqual(rest.steps, [], 'the former one stays until the new one is good');
    await roll(stage);
    const [web, ...others] = await stage.own();
    assert.deepEqual([web?.name, web?.state, others], [former.name, 'running', []]);
    assert.notEqual(web?.id, former.id);
    await stage.remove();
  },

  'replaces nothing more of what is held, and heals each container under its own revision': async (stage) => {
    stage.services({ web: { replicas: 2, ...version('1') } });
    await stage.converge();
    const former = stage.desired.revision;
    upgrade(stage, { web: { replicas: 2, ...version('2') } }, { batch: 1 });
    await good(stage, await stage.plan());
    changeUpgrade(stage, { state: 'held' });
    stage.wish({ wishOpen: false });
    assert.deepEqual((await stage.plan()).steps, []);
    const there = await stage.own();
    assert.deepEqual(
      there.map(({ owner }) => owner?.revision),
      [stage.desired.revision, former],
    );
    await stage.rig.removeByHand(there[1]?.name ?? '');
    await stage.converge();
    assert.deepEqual(await revisions(stage, 'web'), [stage.desired.revision, former]);
    assert.deepEqual((await stage.plan()).steps, []);
    stage.wish({ upgrade: undefined });
    await stage.remove();
  },

  'goes back batch by batch, from half-way, without waiting for what is not good': async (stage) => {
    stage.services({ web: { replicas: 3, ...version('1') } });
    await stage.converge();
    const { revision, spec } = stage.desired;
    upgrade(stage, { web: { replicas: 3, image: stage.rig.images.exits } }, { batch: 1 });
    await good(stage, await stage.plan());
    await stage.until(async () => (await stage.container('web')).exit?.code === 1, 'the new one ends');
    changeUpgrade(stage, { state: 'rolling_back', former: undefined, isGated: false, batchDoneAt: {} });
    stage.wish({ revision, spec });
    await roll(stage);
    assert.deepEqual(await revisions(stage, 'web'), [revision, revision, revision]);
    await stage.remove();
  },

  'restarts batch by batch, each once, and makes nothing anew': async (stage) => {
    stage.services({ web: { replicas: 2 }, db: {} });
    await stage.converge();
    const before = await stage.own();
    const startedForWish = new Set<string>();
    stage.wish({ wishOpen: true, restart: new Set(['web']), startedForWish });
    await stage.until(
      async () => {
        const plan = await stage.plan();
        assert.ok(countOf(plan, 'stop_container') <= 1, 'one at a time');
        if (plan.steps.length === 0) return plan.restarts === undefined;
        await good(stage, plan);
        for (const { action, target } of plan.steps) if (action === 'start_container') startedForWish.add(target);
        return false;
      },
      'all are restarted',
      rollWithinMs,
    );
    const after = await stage.own();
    assert.deepEqual(
      after.map(({ id, state }) => [id, state]),
      before.map(({ id }) => [id, 'running']),
    );
    assert.deepEqual(
      after.map(({ owner, startedAt }, at) => [owner?.key, startedAt === before[at]?.startedAt]),
      [
        ['db', true],
        ['web', false],
        ['web', false],
      ],
    );
    stage.wish({ wishOpen: false, restart: new Set(), startedForWish: new Set() });
    await stage.remove();
  },

  'runs a one-shot once for an upgrade, and takes its good end for good': async (stage) => {
    const services = (text: string) => ({ job: { image: stage.rig.images.finishes, ...version(text) }, web: {} });
    stage.services(services('1'));
    await good(stage, await stage.plan());
    stage.wish({ wishOpen: false });
    await stage.until(async () => (await stage.container('job')).state === 'exited', 'the job ends');
    const [job, web] = [await stage.container('job'), await stage.container('web')];
    upgrade(stage, services('2'), {});
    await good(stage, await stage.plan());
    stage.wish({ wishOpen: false });
    await stage.until(async () => (await stage.container('job')).state === 'exited', 'the new job ends');
    await roll(stage);
    const next = await stage.container('job');
    assert.deepEqual([next.id === job.id, next.exit?.code, (await stage.container('web')).id], [false, 0, web.id]);
    await stage.remove();
  },

  'builds an image before it makes containers of it, and once only': async (stage) => {
    const image = `conformance/${stage.desired.name}:1`;
    stage.services({ web: { image, build: { context: '.', args: {}, labels: {}, hash: 'any' } } });
    const plan = await stage.plan();
    const [build, ...others] = plan.steps;
    assert.equal(build?.action, 'build_image');
    assert.ok(others.find(({ action }) => action === 'create_container')?.after.includes(build.id));
    await good(stage, plan);
    assert.equal((await stage.container('web')).state, 'running');
    await stage.rig.removeByHand((await stage.container('web')).name);
    assert.equal(countOf(await stage.converge(), 'build_image'), 0);
    await stage.remove();
  },
};
