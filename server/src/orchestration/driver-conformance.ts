// What every orchestration driver must do, whichever it is and whatever engine it acts on. A driver's test is five lines: it
// gives a rig and calls this. Cases look only at the Driver interface and at what is observed afterwards.
import assert from 'node:assert/strict';
import type { ApplicationSpec, ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import { asPlatformError } from '@berth/common/platform-error.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { ownContainers, type DesiredApplication, type ObservedApplication } from './desired.ts';
import type { Applied, Driver, Plan, StepProgress } from './driver.ts';
import { aService } from '#testing/applications.ts';
import { upgradeCases } from './upgrade-conformance.ts';

export interface DriverRig<Detail> {
  readonly environment: Id<'environment'>;
  /** Another for each call. */
  readonly newApplication: () => Id<'application'>;
  /** All that is on the engine now, and which of these images it has. */
  readonly observe: (images: readonly string[]) => Promise<ObservedApplication>;
  /** A driver for one pass that begins with this observation; what it builds is built `FROM` the image that runs. */
  readonly makeDriver: (observed: ObservedApplication) => Driver<Detail>;
  readonly images: {
    /** Runs until it is stopped. */
    readonly runs: string;
    /** Ends at once with code 1. */
    readonly exits: string;
    /** Ends at once with code 0. */
    readonly finishes: string;
    /** Is nowhere. */
    readonly missing: string;
  };
  /** As a person on the host would. */
  readonly removeByHand: (container: string) => Promise<void>;
  readonly stopByHand: (container: string) => Promise<void>;
  /** A running container that is nobody's, perhaps with a port of the host; gives its id. */
  readonly addForeign: (name: string, hostPort?: number) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** `node:test`'s own, or whatever runs a named case. */
export type RunCase = (name: string, run: () => Promise<void>) => unknown;

export const driverConformance = <Detail>(runCase: RunCase, startRig: () => Promise<DriverRig<Detail>>): void => {
  let started: Promise<DriverRig<Detail>> | undefined;
  const withRig = (run: (stage: Stage<Detail>) => Promise<void>) => async () => {
    started ??= startRig();
    await run(new Stage(await started));
  };
  for (const [name, run] of Object.entries({ ...cases, ...upgradeCases })) runCase(`a driver ${name}`, withRig(run));
  runCase('a driver leaves its rig empty', async () => {
    await (await started)?.close();
  });
};

const seeWithinMs = 15_000;

/** One application on the rig: wished for, planned, applied, seen. */
export class Stage<Detail> {
  readonly rig: DriverRig<Detail>;
  desired: DesiredApplication;

  constructor(rig: DriverRig<Detail>) {
    const id = rig.newApplication();
    this.rig = rig;
    this.desired = {
      id,
      name: `c-${id.slice(-6)}`,
      environment: rig.environment,
      revision: 1,
      state: 'running',
      removeVolumes: false,
      spec: { services: {}, networks: {}, volumes: {} },
      scale: {},
      wishOpen: true,
      startedForWish: new Set(),
      restart: new Set(),
      images: {},
      upgrade: undefined,
    };
  }

  wish(change: Partial<DesiredApplication>): void {
    this.desired = { ...this.desired, ...change };
  }

  /** These services, on one network, as the next revision. */
  services(services: Readonly<Record<string, Partial<ServiceSpec>>>, more: Partial<ApplicationSpec> = {}): void {
    const spec = {
      services: Object.fromEntries(
        Object.entries(services).map(([name, service]) => [
          name,
          { ...plainService(this.rig.images.runs), ...service },
        ]),
      ),
      networks: {},
      volumes: {},
      ...more,
    };
    this.wish({ spec, revision: this.desired.revision + 1 });
  }

  observe(): Promise<ObservedApplication> {
    const images = Object.values(this.desired.spec.services).map((service) => service.image);
    return this.rig.observe(images);
  }

  async plan(): Promise<Plan<Detail>> {
    const observed = await this.observe();
    return this.rig.makeDriver(observed).plan(this.desired, observed);
  }

  async apply(
    plan: Plan<Detail>,
    signal = new AbortController().signal,
  ): Promise<Applied & { progress: StepProgress[] }> {
    const progress: StepProgress[] = [];
    const driver = this.rig.makeDriver(await this.observe());
    return { ...(await driver.apply(plan, (step) => progress.push(step), signal)), progress };
  }

  /** Plans and applies until nothing is left to do; every step must succeed. */
  async converge(): Promise<Plan<Detail>> {
    const first = await this.plan();
    for (let passes = 0, plan = first; plan.steps.length > 0; passes += 1) {
      assert.ok(passes < passesMaximum, `it converges: ${JSON.stringify(plan.steps.map(({ id }) => id))}`);
      assertGood(await this.apply(plan));
      plan = await this.plan();
    }
    this.wish({ wishOpen: false });
    return first;
  }

  async own(): Promise<ObservedContainer[]> {
    return ownContainers(await this.observe(), this.desired.id).sort((a, b) => a.name.localeCompare(b.name));
  }

  async container(service: string, slot = 0): Promise<ObservedContainer> {
    const found = (await this.own()).find(({ owner }) => owner?.key === service && owner.slot === slot);
    assert.ok(found !== undefined, `there is a container of ${service}`);
    return found;
  }

  /** `[service, slot, id, startedAt]` of all containers: equal means that nothing was made anew or restarted. */
  async lives(): Promise<unknown[]> {
    return (await this.own()).map(({ owner, id, startedAt }) => [owner?.key, owner?.slot, id, startedAt]);
  }

  until<T>(ask: () => Promise<T | undefined | false>, because: string, withinMs = seeWithinMs): Promise<unknown> {
    return eventually(ask, { withinMs, because });
  }

  async remove(): Promise<void> {
    this.wish({ state: 'removed', removeVolumes: true });
    await this.converge();
    const { containers, networks, volumes } = await this.observe();
    const left = [...containers, ...networks, ...volumes].filter(({ owner }) => owner?.application === this.desired.id);
    assert.deepEqual(left, [], 'nothing of it is left');
  }
}

const passesMaximum = 5;

const plainService = (image: string): ServiceSpec => aService({ image });

const needs = (condition: ServiceSpec['dependsOn'][string]['condition']) => ({
  condition,
  required: true,
  restart: false,
});
const port = (published: number) => [
  { target: 80, protocol: 'tcp' as const, published: { from: published, to: published } },
];
const data = { volumes: { data: { external: false, labels: {} } } };
const inData = { mounts: [{ kind: 'volume' as const, volume: 'data', target: '/data', readOnly: false }] };

const assertGood = ({ failed }: Applied): void =>
  assert.deepEqual(
    failed.map(({ step, error }) => `${step.id}: ${error.message}`),
    [],
  );
const codesOf = ({ failed }: Applied): string[][] =>
  failed.map(({ step, error }) => [step.action, asPlatformError(error).code]);
const runningOf = (containers: readonly ObservedContainer[]): string[] =>
  containers.filter(({ state }) => state === 'running').map(({ owner }) => `${owner?.key}/${owner?.slot}`);

/** The plan with every step done twice, one right after the other. */
const twice = <Detail>(plan: Plan<Detail>): Plan<Detail> => ({
  ...plan,
  steps: plan.steps.flatMap((step) => [
    { ...step, after: step.after.map((id) => `${id} again`) },
    { ...step, id: `${step.id} again`, after: [step.id] },
  ]),
});

const cases: Readonly<Record<string, <Detail>(stage: Stage<Detail>) => Promise<void>>> = {
  'makes what is wished for, and then has nothing more to do': async (stage) => {
    stage.services({ web: { ...inData, replicas: 2 }, db: {} }, data);
    const plan = await stage.plan();
    assert.deepEqual([plan.waiting, plan.blocked, plan.unchanged], [[], [], 0]);
    const { done, failed, progress } = await stage.apply(plan);
    assert.deepEqual([failed, [...done].sort()], [[], plan.steps.map(({ id }) => id).sort()]);
    for (const { id } of plan.steps)
      assert.deepEqual(
        progress.filter((step) => step.id === id && step.pull === undefined).map(({ state }) => state),
        ['running', 'done'],
        id,
      );
    assert.deepEqual(runningOf(await stage.own()), ['db/0', 'web/0', 'web/1']);
    const rest = await stage.plan();
    assert.deepEqual([rest.steps, rest.waiting, rest.unchanged], [[], [], 3]);
    await stage.remove();
  },

  'plans without touching anything, the same every time, in an order that can be kept': async (stage) => {
    stage.services({ web: { dependsOn: { db: needs('service_started') } }, db: inData }, data);
    const observed = await stage.observe();
    const driver = stage.rig.makeDriver(observed);
    const [one, two] = [driver.plan(stage.desired, observed), driver.plan(stage.desired, observed)];
    assert.deepEqual(one, two);
    assert.deepEqual(await stage.own(), []);
    const ids = one.steps.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [at, step] of one.steps.entries()) {
      assert.ok(step.because !== '' && step.target !== '' && step.host === observed.host.name, step.id);
      for (const id of step.after) assert.ok(ids.includes(id) && ids.indexOf(id) !== at, `${step.id} after ${id}`);
    }
  },

  'takes what is right already for what it is, also under a new revision and a new driver': async (stage) => {
    stage.services({ web: {}, db: inData }, data);
    await stage.converge();
    const lives = await stage.lives();
    stage.wish({ revision: stage.desired.revision + 1, wishOpen: true });
    const plan = await stage.plan();
    assert.deepEqual([plan.steps, plan.unchanged], [[], 2]);
    assert.deepEqual(await stage.lives(), lives);
    await stage.remove();
  },

  'replaces what has changed and leaves the rest running': async (stage) => {
    stage.services({ web: { environment: { A: '1' } }, db: inData }, data);
    await stage.converge();
    const [db, web] = [await stage.container('db'), await stage.container('web')];
    stage.services({ web: { environment: { A: '2' } }, db: inData }, data);
    stage.wish({ wishOpen: true });
    const plan = await stage.converge();
    assert.ok(
      plan.steps.every(({ service }) => service !== 'db'),
      JSON.stringify(plan.steps),
    );
    assert.deepEqual(await stage.container('db'), { ...db, owner: (await stage.container('db')).owner });
    assert.notEqual((await stage.container('web')).id, web.id);
    assert.equal((await stage.own()).length, 2);
    await stage.remove();
  },

  'gives its port to the successor of a service': async (stage) => {
    stage.services({ web: { ports: port(24_101) } });
    await stage.converge();
    stage.services({ web: { ports: port(24_101), environment: { A: '2' } } });
    await stage.converge();
    stage.services({ renamed: { ports: port(24_101) } });
    await stage.converge();
    assert.deepEqual(
      (await stage.own()).map(({ owner, ports }) => [owner?.key, [...new Set(ports.map(({ hostPort }) => hostPort))]]),
      [['renamed', [24_101]]],
    );
    await stage.remove();
  },

  'makes again what somebody removed by hand, and nothing else': async (stage) => {
    stage.services({ web: {}, db: {} });
    await stage.converge();
    const db = await stage.container('db');
    await stage.rig.removeByHand((await stage.container('web')).name);
    const plan = await stage.converge();
    assert.deepEqual(
      plan.steps.map(({ action, service }) => [action, service]),
      [
        ['create_container', 'web'],
        ['start_container', 'web'],
      ],
    );
    assert.equal((await stage.container('db')).id, db.id);
    assert.equal((await stage.container('web')).state, 'running');
    await stage.remove();
  },

  'starts what is to run always and was stopped by hand, and leaves what may end': async (stage) => {
    stage.services({ always: { restart: { policy: 'unless-stopped' } }, once: { image: stage.rig.images.finishes } });
    await stage.converge();
    const always = await stage.container('always');
    await stage.until(async () => (await stage.container('once')).state === 'exited', 'it finishes');
    await stage.rig.stopByHand(always.name);
    const plan = await stage.converge();
    assert.deepEqual(
      plan.steps.map(({ action, service }) => [action, service]),
      [['start_container', 'always']],
    );
    assert.deepEqual(
      [(await stage.container('always')).id, (await stage.container('once')).exit?.code],
      [always.id, 0],
    );
    await stage.remove();
  },

  'stops everything and keeps it, and starts the same again': async (stage) => {
    stage.services({ web: { dependsOn: { db: needs('service_started') } }, db: inData }, data);
    await stage.converge();
    const ids = (await stage.own()).map(({ id }) => id);
    stage.wish({ state: 'stopped', wishOpen: true });
    const plan = await stage.converge();
    assert.deepEqual(
      plan.steps.map(({ action }) => action),
      ['stop_container', 'stop_container'],
    );
    const stop = (service: string) => plan.steps.find((step) => step.service === service);
    assert.ok(stop('db')?.after.includes(stop('web')?.id ?? ''), 'what needs another stops before it');
    assert.deepEqual(
      (await stage.own()).map(({ id, state }) => [id, state]),
      ids.map((id) => [id, 'exited']),
    );
    assert.deepEqual((await stage.plan()).steps, []);
    stage.wish({ state: 'running', wishOpen: true });
    await stage.converge();
    assert.deepEqual(
      (await stage.own()).map(({ id, state }) => [id, state]),
      ids.map((id) => [id, 'running']),
    );
    await stage.remove();
  },

  'scales up beside what runs, and down from the end': async (stage) => {
    stage.services({ web: {} });
    await stage.converge();
    const [first] = await stage.lives();
    stage.wish({ scale: { web: 3 } });
    await stage.converge();
    assert.deepEqual(runningOf(await stage.own()), ['web/0', 'web/1', 'web/2']);
    stage.wish({ scale: { web: 1 } });
    await stage.converge();
    assert.deepEqual(await stage.lives(), [first]);
    stage.wish({ scale: { web: 0 } });
    await stage.converge();
    assert.deepEqual(await stage.own(), []);
    await stage.remove();
  },

  'starts a service after those it needs': async (stage) => {
    stage.services({
      a: { dependsOn: { b: needs('service_started') } },
      b: { dependsOn: { c: needs('service_started') } },
      c: {},
    });
    await stage.converge();
    const started = async (service: string) => (await stage.container(service)).startedAt ?? '';
    assert.ok((await started('c')) <= (await started('b')) && (await started('b')) <= (await started('a')));
    await stage.remove();
  },

  'waits for a service to be healthy, and says so': async (stage) => {
    const healthcheck = { test: ['CMD', 'true'], intervalMs: 1_000, timeoutMs: 1_000, retries: 3 };
    stage.services({ web: { dependsOn: { db: needs('service_healthy') } }, db: { healthcheck } });
    const plan = await stage.plan();
    assert.deepEqual(plan.waiting, [{ service: 'web', dependency: 'db', condition: 'service_healthy' }]);
    assertGood(await stage.apply(plan));
    assert.equal((await stage.container('web')).state, 'created');
    const seen = await stage.observe();
    for (const health of ['starting', 'unhealthy'] as const) {
      const unwell = seen.containers.map((one) => (one.owner?.key === 'db' ? { ...one, health } : one));
      const rest = stage.rig.makeDriver(seen).plan(stage.desired, { ...seen, containers: unwell });
      assert.deepEqual([rest.steps, rest.waiting], [[], plan.waiting], health);
    }
    await stage.until(async () => (await stage.container('db')).health === 'healthy', 'the db is healthy');
    await stage.converge();
    assert.deepEqual(runningOf(await stage.own()), ['db/0', 'web/0']);
    await stage.remove();
  },

  'waits for a service to finish well': async (stage) => {
    stage.services({
      web: { dependsOn: { job: needs('service_completed_successfully') } },
      job: { image: stage.rig.images.finishes },
    });
    assertGood(await stage.apply(await stage.plan()));
    assert.equal((await stage.container('web')).state, 'created');
    stage.wish({ wishOpen: false });
    await stage.until(async () => (await stage.container('job')).state === 'exited', 'the job finishes');
    await stage.converge();
    assert.deepEqual(runningOf(await stage.own()), ['web/0']);
    await stage.remove();
  },

  'does not start again and again what ends with an error': async (stage) => {
    stage.services({ web: { image: stage.rig.images.exits } });
    assertGood(await stage.apply(await stage.plan()));
    stage.wish({ wishOpen: false });
    await stage.until(async () => (await stage.container('web')).exit?.code === 1, 'it ends');
    assert.deepEqual((await stage.plan()).steps, []);
    assert.equal((await stage.container('web')).exit?.byEngine, false);
    await stage.remove();
  },

  'lets a service share the network of another, and makes it anew with that': async (stage) => {
    const beside = { networks: {}, networkMode: 'service:main' };
    stage.services({ main: {}, beside });
    await stage.converge();
    const former = (await stage.own()).map(({ id }) => id);
    stage.services({ main: { environment: { A: '2' } }, beside });
    await stage.converge();
    assert.deepEqual(runningOf(await stage.own()), ['beside/0', 'main/0']);
    assert.ok(
      (await stage.own()).every(({ id }) => !former.includes(id)),
      'both are other containers',
    );
    await stage.remove();
  },

  'keeps volumes through a replacement and a removal, until it is told to delete them': async (stage) => {
    stage.services({ web: inData }, data);
    await stage.converge();
    const volumes = async () =>
      (await stage.observe()).volumes
        .filter(({ owner }) => owner?.application === stage.desired.id)
        .map(({ name }) => name);
    const [name] = await volumes();
    stage.services({ web: { ...inData, environment: { A: '2' } } }, data);
    await stage.converge();
    stage.wish({ state: 'removed', removeVolumes: false });
    await stage.converge();
    assert.deepEqual([await stage.own(), await volumes()], [[], [name]]);
    await stage.remove();
    assert.deepEqual(await volumes(), []);
  },

  'does every step twice with the same end': async (stage) => {
    stage.services({ web: { ...inData, ports: port(24_102) }, db: {} }, data);
    assertGood(await stage.apply(twice(await stage.plan())));
    stage.wish({ wishOpen: false });
    assert.deepEqual(runningOf(await stage.own()), ['db/0', 'web/0']);
    assert.deepEqual((await stage.plan()).steps, []);
    for (const state of ['stopped', 'removed'] as const) {
      stage.wish({ state, removeVolumes: true });
      assertGood(await stage.apply(twice(await stage.plan())));
      assert.deepEqual((await stage.plan()).steps, []);
    }
    await stage.remove();
  },

  'carries a plan out once more with the same end, when nobody knows whether it was': async (stage) => {
    stage.services({ web: inData, db: {} }, data);
    const plan = await stage.plan();
    assertGood(await stage.apply(plan));
    const lives = await stage.lives();
    assertGood(await stage.apply(plan));
    assert.deepEqual(await stage.lives(), lives);
    await stage.remove();
  },

  'fails with the image that is nowhere, and has touched nothing then': async (stage) => {
    stage.services({ web: {} });
    await stage.converge();
    const lives = await stage.lives();
    stage.services({ web: { image: stage.rig.images.missing }, other: inData }, data);
    stage.wish({ wishOpen: true });
    const applied = await stage.apply(await stage.plan());
    assert.deepEqual(codesOf(applied), [['pull_image', 'image_not_found']]);
    assert.match(applied.failed[0]?.error.message ?? '', /not found|manifest|lookup|connect|pull/i);
    assert.deepEqual(await stage.lives(), lives);
    await stage.remove();
  },

  'fails with the port that a stranger holds, and goes on when it is free': async (stage) => {
    const stranger = await stage.rig.addForeign(`${stage.desired.name}-stranger`, 24_103);
    stage.services({ web: { ports: port(24_103) }, other: {} });
    const applied = await stage.apply(await stage.plan());
    assert.deepEqual(codesOf(applied), [['start_container', 'port_taken']]);
    assert.deepEqual(runningOf(await stage.own()), ['other/0']);
    assert.equal((await stage.container('web')).startedAt, undefined);
    await stage.rig.removeByHand(stranger);
    await stage.converge();
    assert.deepEqual(runningOf(await stage.own()), ['other/0', 'web/0']);
    await stage.remove();
  },

  'never touches what is not its own, not even under a name it wants': async (stage) => {
    const other = new Stage(stage.rig);
    other.services({ web: {} });
    await other.converge();
    stage.services({ web: {}, db: {} });
    const wanted = (await stage.plan()).steps.find(
      ({ action, service }) => action === 'create_container' && service === 'web',
    )?.target;
    assert.ok(wanted !== undefined);
    const strangers = [
      await stage.rig.addForeign(wanted),
      await stage.rig.addForeign(`${stage.desired.name}-stranger`),
    ];
    const lives = await other.lives();
    assert.deepEqual(codesOf(await stage.apply(await stage.plan())), [['create_container', 'name_taken']]);
    await stage.remove();
    const { containers } = await stage.observe();
    for (const id of strangers) assert.equal(containers.find((container) => container.id === id)?.state, 'running');
    assert.deepEqual(await other.lives(), lives);
    for (const id of strangers) await stage.rig.removeByHand(id);
    await other.remove();
  },

  'begins nothing more once it is told to stop': async (stage) => {
    stage.services({ web: {}, db: {} });
    const plan = await stage.plan();
    const applied = await stage.apply(plan, AbortSignal.abort(new Error('enough')));
    assert.deepEqual([applied.done, applied.progress], [[], []]);
    assert.deepEqual(await stage.own(), []);
    await stage.remove();
  },
};
