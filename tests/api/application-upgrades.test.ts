// Upgrades over the API, on a simulated engine: batch by batch, held, turned back, given up, gone on with, accepted; and that
// in each of these the application heals, takes other wishes, and never loses what it had.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Application, Operation, Publication, Upgrade } from '@berth/contract/applications.ts';
import { endsWell, publishWell, readApplication, refusedWith } from '#harness/application.ts';
import { containersOf, publication, publishAndWait, removeAndWait, waitForOperation } from '#harness/berth.ts';
import { objectsOn, onEngine, startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

const at = (application: string) => ({ ...berth.place, application });
const end = ({ operation }: { operation: Operation }) =>
  waitForOperation(berth.admin, berth.place, operation.id, 60_000);
const succeeded = (wish: Promise<{ operation: Operation }>) => endsWell(berth, wish);
/** `web` of that image, so many; good as soon as it has run for a moment. */
const web = (name: string, image: string, replicas: number, more: Partial<Publication> = {}, keys = ''): Publication =>
  publication(name, `services:\n  web:\n    image: ${image}\n    deploy: {replicas: ${replicas}}\n${keys}`, {
    upgrade: { all: { monitorMs: 300, batch: 1 } },
    ...more,
  });
const untilUpgrade = (name: string, state: Upgrade['state'] | undefined): Promise<Application> =>
  eventually(
    async () => {
      const application = await readApplication(berth, name);
      if (application.upgrade?.state === state) return application;
      throw new Error(JSON.stringify([application.upgrade, application.conditions]));
    },
    { withinMs: 30_000, because: `the upgrade of ${name} should be ${state}` },
  );
/** Revision and state of each container, by name. */
const standing = async (name: string): Promise<string[]> =>
  (await containersOf(berth.admin, berth.place, name)).map(
    (container) => `${container.service}-${container.slot + 1} r${container.revision} ${container.state}`,
  );
const untilStanding = (name: string, wanted: readonly string[]) =>
  eventually(async () => assert.deepEqual(await standing(name), wanted) === undefined, {
    withinMs: 30_000,
    because: `${name} should stand as wanted`,
  });
const all = (revision: number, count: number) =>
  Array.from({ length: count }, (_, slot) => `web-${slot + 1} r${revision} running`);

suite('an upgrade', { concurrency: 8 }, () => {
  test('replaces batch by batch, tells how far it is, and keeps the way back until it is accepted', async () => {
    await publishWell(berth, web('batched', 'sim/web:1', 4));
    assert.equal((await readApplication(berth, 'batched')).upgrade, null, 'a first publish is none');
    await publishWell(berth, web('batched', 'sim/web:2', 4));
    const application = await untilUpgrade('batched', 'done');
    assert.deepEqual(application.upgrade, {
      state: 'done',
      from: 1,
      to: 2,
      services: [{ name: 'web', total: 4, moved: 4, ready: 4 }],
    });
    assert.deepEqual(await standing('batched'), all(2, 4));
    const { items } = await berth.admin.listApplicationEvents({ params: at('batched'), query: { limit: 100 } });
    const reasons = items.map(({ reason }) => reason);
    assert.ok(reasons.filter((reason) => reason === 'upgrade_batch').length >= 2, reasons.join());
    assert.ok(reasons.includes('upgrade_done'));
    await succeeded(berth.admin.acceptUpgrade({ params: at('batched') }));
    assert.equal((await readApplication(berth, 'batched')).upgrade, null);
    await refusedWith('wrong_state', () => berth.admin.acceptUpgrade({ params: at('batched') }));
  });

  test('to an image that is nowhere stops nothing, and a newer publish takes its place with the way back', async () => {
    await publishWell(berth, web('misspelt', 'sim/web:1', 3));
    const ids = (await containersOf(berth.admin, berth.place, 'misspelt')).map(({ id }) => id);
    const operation = await publishAndWait(berth.admin, berth.place, web('misspelt', 'sim/missing:1', 3));
    assert.deepEqual([operation.state, operation.reason], ['failed', 'image_not_found']);
    assert.deepEqual(await standing('misspelt'), all(1, 3));
    assert.deepEqual(
      (await containersOf(berth.admin, berth.place, 'misspelt')).map(({ id }) => id),
      ids,
    );
    await publishWell(berth, web('misspelt', 'sim/web:3', 3));
    const { upgrade } = await untilUpgrade('misspelt', 'done');
    assert.deepEqual([upgrade?.from, upgrade?.to], [1, 3]);
  });

  test('that fails is held with its cause, heals meanwhile as it was, and can be gone on with or given up', async () => {
    const health = '    healthcheck: {test: ["CMD", "old"], interval: 1s}\n';
    await publishWell(berth, web('held', 'sim/healthy-after-1s:1', 3, {}, health));
    const operation = await publishAndWait(berth.admin, berth.place, web('held', 'sim/exits-1:1', 3));
    assert.deepEqual([operation.state, operation.reason], ['failed', 'upgrade_held']);
    assert.match(operation.message ?? '', /held-web-\d.* code 1/);
    const application = await untilUpgrade('held', 'held');
    assert.deepEqual([application.upgrade?.from, application.upgrade?.to, application.phase], [1, 2, 'degraded']);
    const condition = application.conditions.find(({ reason }) => reason === 'upgrade_held');
    assert.match(condition?.remedy ?? '', /resume/);
    const old = (await containersOf(berth.admin, berth.place, 'held')).filter(({ revision }) => revision === 1);
    assert.equal(old.length, 2, 'no more than one batch was touched');
    // One of the old ones goes: it comes back as it was, under its own health check.
    const lost = old[0]?.name ?? '';
    berth.engine.removeByHand(lost);
    await eventually(() => onEngine(berth.engine, lost).state === 'running', {
      withinMs: 30_000,
      because: 'what was not replaced yet heals',
    });
    assert.deepEqual(onEngine(berth.engine, lost).body.Healthcheck?.Test, ['CMD', 'old']);
    const resumed = await end(await berth.admin.resumeUpgrade({ params: at('held') }));
    assert.deepEqual([resumed.state, resumed.reason], ['failed', 'upgrade_held']);
    await succeeded(berth.admin.abortUpgrade({ params: at('held') }));
    assert.deepEqual(await standing('held'), all(1, 3));
    const aborted = await readApplication(berth, 'held');
    assert.deepEqual([aborted.upgrade, aborted.revision, aborted.phase], [null, 1, 'running']);
  });

  test('that fails turns back by itself when that is asked for, and cannot be accepted then', async () => {
    await publishWell(berth, web('turned', 'sim/web:1', 2));
    const upgrade = { all: { monitorMs: 300, batch: 1, onFailure: 'rollback' as const } };
    const operation = await publishAndWait(berth.admin, berth.place, web('turned', 'sim/exits-1:1', 2, { upgrade }));
    assert.deepEqual([operation.state, operation.reason], ['failed', 'rolled_back']);
    const application = await untilUpgrade('turned', 'rolled_back');
    assert.equal(application.revision, 1);
    assert.deepEqual(await standing('turned'), all(1, 2));
    assert.ok(application.conditions.some(({ type, reason }) => type === 'Degraded' && reason === 'rolled_back'));
    const { items } = await berth.admin.listRevisions({ params: at('turned'), query: {} });
    assert.deepEqual(
      items.map(({ number, isCurrent }) => [number, isCurrent]),
      [
        [2, false],
        [1, true],
      ],
    );
    for (const verb of ['acceptUpgrade', 'resumeUpgrade'] as const)
      await refusedWith('wrong_state', () => berth.admin[verb]({ params: at('turned') }));
    assert.deepEqual(await standing('turned'), all(1, 2), 'nothing began anew');
    await publishWell(berth, web('turned', 'sim/web:3', 2));
    assert.deepEqual((await untilUpgrade('turned', 'done')).upgrade?.from, 1);
  });

  test('that nobody accepts heals and gives way to the next, whose way back is what last ran well', async () => {
    await publishWell(berth, web('limbo', 'sim/web:1', 2));
    await publishWell(berth, web('limbo', 'sim/web:2', 2));
    const lost = onEngine(berth.engine, 'berth-limbo-web-1').id;
    berth.engine.removeByHand(lost);
    await eventually(
      async () =>
        (await containersOf(berth.admin, berth.place, 'limbo')).every(
          ({ id, state }) => id !== lost && state === 'running',
        ),
      { withinMs: 30_000, because: 'another container has its place' },
    );
    await untilStanding('limbo', all(2, 2));
    await publishWell(berth, web('limbo', 'sim/web:3', 2));
    const { upgrade, actions } = await untilUpgrade('limbo', 'done');
    assert.deepEqual([upgrade?.from, upgrade?.to, actions.rollback, actions.abort], [2, 3, true, true]);
  });

  test('goes on while the application is scaled', async () => {
    await publishWell(berth, web('grown', 'sim/web:1', 3));
    await berth.admin.publishApplication({ params: berth.place, body: web('grown', 'sim/slow-pull:grown', 3) });
    await succeeded(berth.admin.scaleApplication({ params: at('grown'), body: { services: { web: 5 } } }));
    assert.equal((await untilUpgrade('grown', 'done')).containers.running, 5);
    assert.deepEqual(await standing('grown'), all(2, 5));
  });

  test('goes on from where it stands when it was stopped and is started again', async () => {
    await publishWell(berth, web('paused', 'sim/web:1', 2));
    await berth.admin.publishApplication({ params: berth.place, body: web('paused', 'sim/web:2', 2) });
    await succeeded(berth.admin.stopApplication({ params: at('paused') }));
    await succeeded(berth.admin.startApplication({ params: at('paused') }));
    await untilUpgrade('paused', 'done');
    assert.deepEqual(await standing('paused'), all(2, 2));
  });

  test('is accepted half-way: what is left is replaced, and nothing turns back', async () => {
    await publishWell(berth, web('taken', 'sim/web:1', 3));
    await publishAndWait(berth.admin, berth.place, web('taken', 'sim/exits-1:1', 3));
    await untilUpgrade('taken', 'held');
    await berth.admin.acceptUpgrade({ params: at('taken') });
    await eventually(
      async () =>
        (await containersOf(berth.admin, berth.place, 'taken')).every(({ revision }) => revision === 2) || undefined,
      { withinMs: 30_000, because: 'all are of the accepted revision' },
    );
  });
});

suite('going back', { concurrency: 8 }, () => {
  test('to a kept revision finds the same volumes, and its preview touches nothing', async () => {
    const keys = '    volumes: [data:/data, /cache]\nvolumes: {data: }\n';
    await publishWell(berth, web('back', 'sim/web:1', 1, {}, keys));
    const volumes = () => objectsOn(berth.engine, 'back').filter((name) => berth.engine.state.volumes.has(name));
    const former = volumes();
    assert.equal(former.length, 2);
    for (const tag of [2, 3]) await publishWell(berth, web('back', `sim/web:${tag}`, 1, {}, keys));
    const preview = await berth.admin.previewRollback({ params: { ...at('back'), number: 1 } });
    assert.deepEqual([preview.problems, preview.losses], [[], []]);
    assert.ok(preview.steps.some(({ action }) => action === 'create_container'));
    assert.deepEqual(await standing('back'), all(3, 1));
    await succeeded(berth.admin.rollBackApplication({ params: { ...at('back'), number: 1 }, body: {} }));
    assert.deepEqual(await standing('back'), all(1, 1));
    assert.deepEqual(volumes(), former);
    assert.equal((await readApplication(berth, 'back')).revision, 1);
    // A later publish counts on from the newest, never from the one that runs.
    await publishWell(berth, web('back', 'sim/web:4', 1, {}, keys));
    assert.equal((await readApplication(berth, 'back')).revision, 4);
  });

  test('case 1: into a world where its port is held is refused with the holder, and all else still works', async () => {
    const ports = (port: number) => `    ports: ["${port}:80"]\n`;
    await publishWell(berth, web('port-old', 'sim/web:1', 1, {}, ports(23_001)));
    await publishWell(berth, web('port-old', 'sim/web:1', 1, {}, ports(23_002)));
    await publishWell(berth, web('port-new', 'sim/web:1', 1, {}, ports(23_001)));
    for (const call of [
      () => berth.admin.rollBackApplication({ params: { ...at('port-old'), number: 1 }, body: {} }),
      () => berth.admin.abortUpgrade({ params: at('port-old') }),
    ]) {
      const error = await refusedWith('impossible_plan', call);
      assert.match(
        error.message,
        /Port 23001\/tcp of host \S+ is taken by the service web of the application port-new/,
      );
    }
    assert.deepEqual(await standing('port-old'), all(2, 1));
    await succeeded(berth.admin.acceptUpgrade({ params: at('port-old') }));
    assert.equal((await removeAndWait(berth.admin, berth.place, 'port-old')).state, 'succeeded');
  });
});

suite('an application', { concurrency: 8 }, () => {
  test('is restarted with the same containers, all or some', async () => {
    const two = publication('again', 'services:\n  a:\n    image: sim/web:1\n  b:\n    image: sim/web:1\n', {
      upgrade: { all: { monitorMs: 300 } },
    });
    await publishWell(berth, two);
    const seen = () => ['a', 'b'].map((name) => onEngine(berth.engine, `berth-again-${name}-1`));
    const former = seen().map(({ id, startedMs }) => ({ id, startedMs }));
    await succeeded(berth.admin.restartApplication({ params: at('again'), body: { services: ['a'] } }));
    assert.deepEqual(
      seen().map(({ id, startedMs }, index) => [id === former[index]?.id, startedMs === former[index]?.startedMs]),
      [
        [true, false],
        [true, true],
      ],
    );
    await succeeded(berth.admin.restartApplication({ params: at('again'), body: {} }));
    assert.ok(
      seen().every(({ id, startedMs }, index) => id === former[index]?.id && startedMs !== former[index]?.startedMs),
    );
    await refusedWith('invalid_request', () =>
      berth.admin.restartApplication({ params: at('again'), body: { services: ['c'] } }),
    );
  });

  test('is exported so that publishing it again changes nothing, as files and as one resolved file', async () => {
    const keys = `    environment: {PRICE: "$$5", TAG: "\${TAG}"}
    command: ["sh", "-c", "echo $$HOME"]
    volumes: [data:/data, /cache]
    ports: ["23010-23015:80"]
    mem_limit: 64m
    stop_grace_period: 3s
    configs: [site]
volumes: {data: }
configs:
  site: {content: "hello \${TAG}"}
`;
    const body = web('exported', 'sim/web:1', 2, { variables: { TAG: 'a$b' } }, keys);
    await publishWell(berth, body);
    for (const form of ['files', 'resolved'] as const) {
      const { name, bundle, variables, profiles, revision } = await berth.admin.exportApplication({
        params: at('exported'),
        query: { form },
      });
      assert.equal(revision, 1);
      const preview = await berth.admin.previewApplication({
        params: berth.place,
        body: { name, bundle, variables, profiles },
      });
      assert.deepEqual(
        [preview.problems, preview.losses, preview.steps, preview.services.map(({ change }) => change)],
        [[], [], [], ['unchanged']],
        form,
      );
    }
  });

  test('says before it is published what would be lost, and is not published without a word on it', async () => {
    const file = (services: string) => publication('lossy', `services:\n${services}`);
    await publishWell(berth, file('  web:\n    image: sim/web:1\n  db:\n    image: sim/db:1\n    volumes: [/data]\n'));
    const less = file('  web:\n    image: sim/web:1\n');
    const preview = await berth.admin.previewApplication({ params: berth.place, body: less });
    assert.deepEqual(
      preview.losses.map(({ kind, name }) => [kind, name]),
      [['service_removed', 'db']],
    );
    await refusedWith('needs_confirmation', () => berth.admin.publishApplication({ params: berth.place, body: less }));
    await publishWell(berth, { ...less, acceptLosses: true });
    assert.ok(
      objectsOn(berth.engine, 'lossy').some((name) => name.includes('db')),
      'its volume is still there',
    );
  });

  test('whose network another one uses is removed, says what stays, and takes nothing from the other', async () => {
    const file = (name: string, network: string) =>
      publication(
        name,
        `services:\n  web:\n    image: sim/web:1\n    networks: [edge]\nnetworks:\n  edge: ${network}\n`,
      );
    await publishWell(berth, file('lender', '{name: edge}'));
    await publishWell(berth, file('borrower', '{external: true}'));
    const removed = await removeAndWait(berth.admin, berth.place, 'lender');
    assert.deepEqual(
      [removed.state, removed.message],
      ['succeeded', 'Removed; the network berth_edge stays, other applications use it'],
    );
    await refusedWith('not_found', () => readApplication(berth, 'lender'));
    assert.deepEqual(await standing('borrower'), all(1, 1));
    assert.equal((await removeAndWait(berth.admin, berth.place, 'borrower')).state, 'succeeded');
  });
});
