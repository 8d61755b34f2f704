// What people met with on platforms before this one when an upgrade went wrong, or its end did: cases 1 to 12 of the list the
// project keeps, on a simulated engine. The same with a real engine, where only that can tell, is in
// tests/system/field-cases.test.ts; what Compose files did to people is in field-cases-compose.test.ts.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Application, Operation, Publication } from '@berth/contract/applications.ts';
import { endsWell, publishWell, readApplication, refusedWith, untilPhase } from '#harness/application.ts';
import { containersOf, publication, publishAndWait, removeAndWait, waitForOperation } from '#harness/berth.ts';
import { objectsOn, onEngine, startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

const at = (application: string) => ({ ...berth.place, application });
const within = { withinMs: 30_000 };
const succeeded = (wish: Promise<{ operation: Operation }>) => endsWell(berth, wish);
const failed = async (wish: Promise<Operation>, reason: string): Promise<Operation> => {
  const operation = await wish;
  assert.deepEqual([operation.state, operation.reason], ['failed', reason], operation.message ?? '');
  return operation;
};
const service = (name: string, image: string, ...lines: readonly string[]) =>
  `  ${name}:\n    image: ${image}\n${lines.map((line) => `    ${line}\n`).join('')}`;
/** Good as soon as it has run for a moment; one container at a time. */
const file = (name: string, services: readonly string[], more: Partial<Publication> = {}): Publication =>
  publication(name, `services:\n${services.join('')}`, {
    upgrade: { all: { monitorMs: 300, batch: 1 } },
    ...more,
  });
const publish = (body: Publication) => publishAndWait(berth.admin, berth.place, body);
/** Service, number, revision, state and identity of each container. */
const standing = async (name: string): Promise<string[]> =>
  (await containersOf(berth.admin, berth.place, name)).map(
    (container) =>
      `${container.service}-${container.slot + 1} r${container.revision} ${container.state} ${container.id}`,
  );
const kinds = async (name: string): Promise<string[]> =>
  (await standing(name)).map((line) => line.split(' ').slice(0, 3).join(' '));
const untilKinds = (name: string, wanted: readonly string[]) =>
  eventually(async () => assert.deepEqual(await kinds(name), wanted) === undefined, {
    ...within,
    because: `${name} should stand as wanted`,
  });
const untilUpgrade = (name: string, state: string | undefined): Promise<Application> =>
  eventually(
    async () => {
      const application = await readApplication(berth, name);
      if (application.upgrade?.state === state) return application;
      throw new Error(JSON.stringify([application.upgrade, application.conditions]));
    },
    { ...within, because: `the upgrade of ${name} should be ${state}` },
  );
const saidOf = (application: Application, reason: string) => {
  const found = application.conditions.find((condition) => condition.reason === reason);
  assert.ok(found !== undefined, `${reason} is among ${JSON.stringify(application.conditions)}`);
  return found;
};

suite('an upgrade', { concurrency: 6 }, () => {
  test('case 1: turning back by itself into a world where its port is held says who holds it, and every way out is open', async () => {
    const old = file('turns', [service('web', 'sim/web:1', 'ports: ["24001:80"]')]);
    await publishWell(berth, old);
    const { operation } = await berth.admin.publishApplication({
      params: berth.place,
      body: file('turns', [service('web', 'sim/web:2', 'ports: ["24002:80"]')], {
        upgrade: { all: { monitorMs: 600_000, onFailure: 'rollback' } },
      }),
    });
    await untilKinds('turns', ['web-1 r2 running']);
    await publishWell(berth, file('took-it', [service('front', 'sim/web:1', 'ports: ["24001:80"]')]));
    berth.engine.crash('berth-turns-web-1', 1);
    const ended = await waitForOperation(berth.admin, berth.place, operation.id);
    assert.equal(ended.state, 'failed', 'it has its end, it is not tried for ever');
    const blocked = await untilPhase(berth, 'turns', 'blocked');
    assert.match(saidOf(blocked, 'port_taken').message, /24001/);
    const refusal = await refusedWith('impossible_plan', () => publish(old));
    assert.match(
      refusal.message,
      /^Port 24001\/tcp of host \S+ is taken by the service front of the application took-it$/,
    );
    await publishWell(berth, file('turns', [service('web', 'sim/web:3', 'ports: ["24002:80"]')]));
    assert.equal((await removeAndWait(berth.admin, berth.place, 'turns')).state, 'succeeded');
    assert.equal((await removeAndWait(berth.admin, berth.place, 'took-it')).state, 'succeeded');
  });

  test('case 2: that can never be done answers at once to abort, scale, stop and edit, each with a reason', async () => {
    const exits: Readonly<Record<string, { ask: (name: string) => Promise<unknown>; phase: RegExp }>> = {
      abort: { ask: (name) => succeeded(berth.admin.abortUpgrade({ params: at(name) })), phase: /^running$/ },
      scale: {
        ask: (name) => succeeded(berth.admin.scaleApplication({ params: at(name), body: { services: { web: 0 } } })),
        phase: /^(running|degraded)$/,
      },
      stop: { ask: (name) => succeeded(berth.admin.stopApplication({ params: at(name) })), phase: /^stopped$/ },
      edit: {
        ask: (name) => publishWell(berth, file(name, [service('web', 'sim/web:3', 'labels: {edited: "yes"}')])),
        phase: /^running$/,
      },
    };
    await Promise.all(
      Object.entries(exits).map(async ([verb, { ask, phase }], index) => {
        const name = `way-${verb}`;
        // Each its own: what another application wants is seen before anything is tried.
        const port = 24_200 + index;
        berth.engine.holdPort(port);
        await publishWell(berth, file(name, [service('web', 'sim/web:1')]));
        const body = file(name, [service('web', 'sim/web:2', `ports: ["${port}:80"]`)]);
        const operation = await publish(body);
        const cause = `Port ${port}/tcp of the host is already in use by a program`;
        // It may be held or still be tried, as the next look finds it; what it says is the same.
        assert.match(`${operation.state} ${operation.reason}`, /^failed (upgrade_held|port_taken)$/);
        assert.ok(operation.message?.endsWith(cause), operation.message ?? '');
        const shown = await untilPhase(berth, name, 'blocked');
        const said = saidOf(shown, 'port_taken');
        assert.equal(said.message, cause);
        assert.match(said.remedy ?? '', /another port/);
        await ask(name);
        const after = await readApplication(berth, name);
        assert.match(after.phase, phase, `${verb}: ${JSON.stringify(after.conditions)}`);
        assert.equal((await removeAndWait(berth.admin, berth.place, name)).state, 'succeeded');
        assert.deepEqual(objectsOn(berth.engine, name), []);
      }),
    );
  });

  test('case 2: of what never ran once says so to who gives it up, and can be scaled, stopped, edited and removed', async () => {
    berth.engine.holdPort(24023);
    const body = (label: string, port: number) =>
      file('never', [service('web', 'sim/web:1', `ports: ["${port}:80"]`, `labels: {v: "${label}"}`)]);
    await failed(publish(body('1', 24023)), 'port_taken');
    await failed(publish(body('2', 24023)), 'port_taken');
    const refusal = await refusedWith('wrong_state', () => berth.admin.abortUpgrade({ params: at('never') }));
    assert.match(refusal.message, /no upgrade to give up/);
    const { actions } = await readApplication(berth, 'never');
    assert.deepEqual([actions.publish, actions.scale, actions.stop, actions.remove], [true, true, true, true]);
    assert.equal(actions.abort, refusal.message, 'what is greyed out says the same');
    await succeeded(berth.admin.scaleApplication({ params: at('never'), body: { services: { web: 0 } } }));
    await succeeded(berth.admin.stopApplication({ params: at('never') }));
    await publishWell(berth, body('3', 24024));
    assert.equal((await removeAndWait(berth.admin, berth.place, 'never')).state, 'succeeded');
  });

  test('case 3: that was given up is not begun again by accepting or by going on', async () => {
    await publishWell(berth, file('given-up', [service('web', 'sim/web:1', 'deploy: {replicas: 3}')]));
    await failed(publish(file('given-up', [service('web', 'sim/exits-1:1', 'deploy: {replicas: 3}')])), 'upgrade_held');
    const { operation } = await berth.admin.abortUpgrade({ params: at('given-up') });
    // At once, while the former revision still comes back, and once more when it is back.
    for (const moment of ['on its way back', 'back']) {
      for (const verb of ['acceptUpgrade', 'resumeUpgrade'] as const) {
        const refusal = await refusedWith('wrong_state', () => berth.admin[verb]({ params: at('given-up') }));
        assert.match(refusal.message, /There is no upgrade to/, moment);
      }
      assert.equal((await waitForOperation(berth.admin, berth.place, operation.id)).state, 'succeeded');
    }
    const three = [1, 2, 3].map((number) => `web-${number} r1 running`);
    assert.deepEqual(await kinds('given-up'), three);
    const former = await standing('given-up');
    await succeeded(berth.admin.scaleApplication({ params: at('given-up'), body: { services: { web: 3 } } }));
    assert.deepEqual(await standing('given-up'), former, 'nothing of the given-up revision comes later either');
    const { items } = await berth.admin.listRevisions({ params: at('given-up'), query: {} });
    assert.deepEqual(
      items.map(({ number, isCurrent }) => [number, isCurrent]),
      [
        [2, false],
        [1, true],
      ],
    );
  });

  test('case 4: that is held puts another container in the place of each that is lost, and a newer publish supersedes it with the way back', async () => {
    await publishWell(berth, file('limbo', [service('web', 'sim/web:1', 'deploy: {replicas: 3}')]));
    await failed(publish(file('limbo', [service('web', 'sim/exits-1:1', 'deploy: {replicas: 3}')])), 'upgrade_held');
    await untilUpgrade('limbo', 'held');
    for (const revision of [1, 2]) {
      const [victim] = (await containersOf(berth.admin, berth.place, 'limbo')).filter(
        (one) => one.revision === revision,
      );
      assert.ok(victim !== undefined, `a container of revision ${revision} is there`);
      berth.engine.removeByHand(victim.id);
      await eventually(
        async () => {
          const now = (await containersOf(berth.admin, berth.place, 'limbo')).find(({ slot }) => slot === victim.slot);
          // What the new revision has lost comes back as what ran well.
          return now !== undefined && now.id !== victim.id && now.revision === 1 && now.state === 'running';
        },
        { ...within, because: `another container has the place of one of revision ${revision}` },
      );
    }
    assert.equal((await readApplication(berth, 'limbo')).upgrade?.state, 'held');
    await publishWell(berth, file('limbo', [service('web', 'sim/web:3', 'deploy: {replicas: 3}')]));
    const { upgrade, actions } = await untilUpgrade('limbo', 'done');
    assert.deepEqual([upgrade?.from, upgrade?.to], [1, 3]);
    assert.deepEqual([actions.rollback, actions.abort, actions.accept], [true, true, true]);
    await succeeded(berth.admin.rollBackApplication({ params: { ...at('limbo'), number: 1 }, body: {} }));
    await untilKinds('limbo', ['web-1 r1 running', 'web-2 r1 running', 'web-3 r1 running']);
  });

  test('case 7: to an image that is nowhere stops nothing healthy, and says so after one pull', async () => {
    const beside = 'deploy: {replicas: 4, update_config: {order: start-first, parallelism: 1}}';
    const pair = (tag: string, side: string) =>
      file('pair', [
        service('main', `sim/web:${tag}`, beside, 'labels: {v: "1"}'),
        service('side', side, beside, 'volumes_from: [main]', 'depends_on: [main]'),
      ]);
    await publishWell(berth, pair('1', 'sim/web:1'));
    const former = await standing('pair');
    assert.equal(former.length, 8);
    const pulls = () => berth.engine.requests('POST', /\/images\/create/);
    const before_ = pulls();
    const operation = await failed(publish(pair('2', 'sim/missing:pair')), 'image_not_found');
    assert.match(operation.message ?? '', /sim\/missing:pair/);
    assert.equal(pulls() - before_, 1, 'one pull was enough to know');
    assert.deepEqual(await standing('pair'), former);
    await succeeded(berth.admin.abortUpgrade({ params: at('pair') }));
    assert.deepEqual(await standing('pair'), former);
    assert.equal((await readApplication(berth, 'pair')).phase, 'running');
  });

  test('case 9: with one misspelt image of three leaves all three as they were', async () => {
    const three = (tag: number, last: string) =>
      file('three', [
        service('a', `sim/web:${tag}`),
        service('b', `sim/db:${tag}`, 'volumes: [/data]'),
        service('c', last),
      ]);
    await publishWell(berth, three(1, 'sim/cache:1'));
    const former = [await standing('three'), objectsOn(berth.engine, 'three')];
    // The registry says that it has no such tag; or nobody can tell before it is pulled.
    const refusal = await refusedWith('impossible_plan', () => publish(three(2, 'sim/no-such-tag:2')));
    assert.match(refusal.message, /sim\/no-such-tag:2/);
    assert.equal((await readApplication(berth, 'three')).revision, 1);
    await failed(publish(three(2, 'sim/missing:three')), 'image_not_found');
    assert.deepEqual([await standing('three'), objectsOn(berth.engine, 'three')], former);
    await publishWell(berth, three(3, 'sim/cache:3'));
    assert.deepEqual(await kinds('three'), ['a-1 r3 running', 'b-1 r3 running', 'c-1 r3 running']);
  });

  test('case 10: that renames a service keeps the old one until the new one is good, and a retry needs no hand', async () => {
    const named = (name: string, image: string, ...lines: string[]) =>
      file('renamed', [service('db', 'sim/db:1'), service(name, image, ...lines)], { acceptLosses: true });
    await publishWell(berth, named('web', 'sim/web:1'));
    const [db, web] = await standing('renamed');
    const check = 'healthcheck: {test: [CMD, "true"], interval: 1s}';
    const { operation } = await berth.admin.publishApplication({
      params: berth.place,
      body: named('front', 'sim/healthy-after-1s:1', check),
    });
    await eventually(() => onEngine(berth.engine, 'berth-renamed-front-1').health === 'starting', {
      ...within,
      because: 'the new one is on its way',
    });
    assert.ok((await standing('renamed')).includes(web ?? ''), 'the old one runs until then');
    assert.equal((await waitForOperation(berth.admin, berth.place, operation.id)).state, 'succeeded');
    await untilKinds('renamed', ['db-1 r1 running', 'front-1 r2 running']);
    assert.equal((await standing('renamed'))[0], db);
    // One that fails, under yet another name: what was good stays, and the next try finds nothing in its way.
    await failed(publish(named('door', 'sim/exits-1:1')), 'upgrade_held');
    assert.ok((await kinds('renamed')).includes('front-1 r2 running'), (await kinds('renamed')).join());
    await publishWell(berth, named('door', 'sim/web:4'));
    await untilKinds('renamed', ['db-1 r1 running', 'door-1 r4 running']);
  });

  test('case 10: of which one of three is unhealthy is mended by publishing again', async () => {
    const check = 'healthcheck: {test: [CMD, "true"], interval: 500ms, retries: 1}';
    const three = (tag: number, last: string) =>
      file(
        'half',
        [
          service('a', `sim/web:${tag}`, 'ports: ["24101:80"]'),
          service('b', `sim/db:${tag}`, 'ports: ["24102:80"]'),
          service('c', last, 'ports: ["24103:80"]', check),
        ],
        { upgrade: { all: { monitorMs: 300, deadlineMs: 2_000 } } },
      );
    await publishWell(berth, three(1, 'sim/healthy-after-1s:1'));
    await failed(publish(three(2, 'sim/unhealthy:2')), 'upgrade_held');
    await publishWell(berth, three(3, 'sim/healthy-after-1s:3'));
    await untilKinds('half', ['a-1 r3 running', 'b-1 r3 running', 'c-1 r3 running']);
    assert.equal((await readApplication(berth, 'half')).phase, 'running');
  });
});

suite('an application', { concurrency: 6 }, () => {
  test('case 24: whose image has a volume of its own finds it again when it was removed without its data', async () => {
    berth.engine.addImage('sim/keeps:1', { volumes: ['/data'] });
    const body = file('found-again', [service('db', 'sim/keeps:1')]);
    await publishWell(berth, body);
    const kept = objectsOn(berth.engine, 'found-again').filter((name) => berth.engine.state.volumes.has(name));
    assert.equal(kept.length, 1);
    const removed = await removeAndWait(berth.admin, berth.place, 'found-again', false);
    assert.equal(removed.message, `Removed; the volume ${kept[0]} is kept`);
    assert.deepEqual(objectsOn(berth.engine, 'found-again'), kept);
    await publishWell(berth, body);
    const mounts = onEngine(berth.engine, 'berth-found-again-db-1').body.HostConfig?.Mounts ?? [];
    assert.deepEqual(
      mounts.map(({ Source, Target }) => [Source, Target]),
      [[kept[0], '/data']],
    );
    assert.equal((await removeAndWait(berth.admin, berth.place, 'found-again')).state, 'succeeded');
    assert.deepEqual(objectsOn(berth.engine, 'found-again'), []);
  });

  const meets = (name: string, network: string) =>
    publication(name, `services:\n  web:\n    image: sim/web:1\n    networks: [meet]\nnetworks:\n  meet: ${network}\n`);

  test('case 12: whose network another one uses is gone when it is removed, comes again, and is gone with the last', async () => {
    await publishWell(berth, meets('owner', '{name: meeting}'));
    await publishWell(berth, meets('guest', '{external: true, name: meeting}'));
    // It cannot be changed under the other's feet either, and that is said before anything is stopped.
    const changed = { ...meets('owner', '{name: meeting, internal: true}'), acceptLosses: true };
    const refusal = await refusedWith('impossible_plan', () => publish(changed));
    assert.match(refusal.message, /^The network meet cannot be made anew .* while the application guest is on it$/);
    assert.deepEqual(await kinds('owner'), ['web-1 r1 running']);
    const network = berth.engine.state.findNetwork('berth_meeting')?.id;
    for (let round = 0; round < 2; round += 1) {
      const removed = await removeAndWait(berth.admin, berth.place, 'owner');
      assert.equal(removed.state, 'succeeded', removed.message ?? '');
      if (round === 0)
        assert.match(removed.message ?? '', /the network berth_meeting stays, other applications use it/);
      await refusedWith('not_found', () => readApplication(berth, 'owner'));
      await refusedWith('not_found', () => berth.admin.removeApplication({ params: at('owner'), body: {} }));
      assert.deepEqual(await kinds('guest'), ['web-1 r1 running']);
      await publishWell(berth, meets('owner', '{name: meeting}'));
      assert.equal(berth.engine.state.findNetwork('berth_meeting')?.id, network, 'both meet in the same one again');
    }
    // Nor does an upgrade that has no use for it any more take it from the other.
    await publishWell(berth, { ...file('owner', [service('web', 'sim/web:1')]), acceptLosses: true });
    assert.deepEqual(await kinds('guest'), ['web-1 r1 running']);
    assert.equal((await removeAndWait(berth.admin, berth.place, 'owner')).state, 'succeeded');
    assert.equal((await removeAndWait(berth.admin, berth.place, 'guest')).state, 'succeeded');
    assert.equal(berth.engine.state.findNetwork('berth_meeting'), undefined, 'the last one takes it along');
    assert.deepEqual(
      (await berth.admin.listApplications({ params: berth.place, query: { search: 'guest' } })).items,
      [],
    );
  });
});
