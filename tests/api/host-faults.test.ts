// Hosts that go and come back, engines that die or fall silent, hands that meddle: what is shown meanwhile is never a lie, and
// afterwards all is as it was wished, without a restart that nobody needed.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import { publishWell, refusedWith, untilPhase, type Site } from '#harness/application.ts';
import { containersOf, publication, publishAndWait, waitForOperation } from '#harness/berth.ts';
import {
  objectsOn,
  onEngine,
  startSimulatedBerth,
  type SimulatedBerth,
  type SimulatedHost,
} from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

/** A host of its own for each test, since each breaks it. */
const hostFor = async (tenant: string): Promise<{ host: SimulatedHost; site: Site }> => {
  const host = await berth.addHost({ tenant, environment: 'prod' });
  await berth.admin.setMember({ params: { tenant, user: 'ada' }, body: { role: 'tenant_admin' } });
  return { host, site: { ...berth, place: host.place } };
};
const compose = (...more: string[]) =>
  `services:\n  web:\n    image: sim/web:1\n${more.map((line) => `    ${line}\n`).join('')}`;
const runsOf = ({ engine }: SimulatedHost) =>
  [...engine.state.containers.values()].map(({ id, startedMs }) => [id, startedMs]);
const containerOf = async (site: Site, application: string) =>
  (await containersOf(site.admin, site.place, application))[0];
const hostOf = async (site: Site) => {
  const [host] = (await site.admin.listHosts({ params: site.place })).items;
  assert.ok(host !== undefined);
  return host;
};
const untilState = (site: Site, application: string, state: string, withinMs = 15_000) =>
  eventually(
    async () =>
      (await containerOf(site, application))?.state === state
        ? true
        : Promise.reject(new Error(String((await containerOf(site, application))?.state))),
    { withinMs, because: `the container of ${application} is ${state}` },
  );

suite('over the API', { concurrency: 3 }, () => {
  suite('a host', { concurrency: 12 }, () => {
    test('whose connection breaks is back in a moment, and nothing was restarted', async () => {
      const { host, site } = await hostFor('blink');
      await publishWell(site, publication('app', compose()));
      const before_ = runsOf(host);
      const { since } = await hostOf(site);
      host.line.cut();
      await eventually(async () => (await hostOf(site)).since !== since && (await hostOf(site)).state === 'active', {
        withinMs: 15_000,
        because: 'it went and came',
      });
      await untilPhase(site, 'app', 'running');
      assert.deepEqual(runsOf(host), before_);
    });

    test('that is cut off is unreachable, its containers unknown with their age, and its wishes wait', async () => {
      const { host, site } = await hostFor('cut');
      const stranger = host.engine.addForeign('stranger');
      await publishWell(site, publication('app', compose('ports: ["23001:80"]')));
      const seen = await containerOf(site, 'app');
      host.line.sever();
      await berth.untilHost(host.place, 'unreachable');
      const away = await hostOf(site);
      assert.match(away.reason ?? '', /not connected/);
      const container = await containerOf(site, 'app');
      assert.deepEqual([container?.state, container?.health, container?.id], ['unknown', 'none', seen?.id]);
      assert.ok((container?.observedAt ?? '9') <= away.since, 'its age is that of the last look');
      const application = await untilPhase(site, 'app', 'unknown');
      assert.deepEqual(
        application.conditions.map(({ type, reason }) => [type, reason]),
        [['Blocked', 'host_unreachable']],
      );
      assert.deepEqual([application.containers.running, application.services[0]?.endpoints], [0, []]);
      // Questions to it are refused at once; wishes are taken and wait.
      await refusedWith('host_unreachable', () =>
        site.admin.open('readLogs', { params: { ...site.place, container: container?.id ?? '' } }),
      );
      await refusedWith('host_unreachable', () =>
        site.admin.openShell({ params: { ...site.place, container: container?.id ?? '' } }),
      );
      const preview = await site.admin.previewApplication({ params: site.place, body: publication('app', compose()) });
      assert.deepEqual(
        [preview.steps, preview.problems.map(({ severity, code }) => [severity, code])],
        [[], [['warning', 'host_unreachable']]],
      );
      const { operation } = await site.admin.publishApplication({
        params: site.place,
        body: publication('late', compose()),
      });
      await untilPhase(site, 'late', 'unknown');
      assert.equal(
        (await site.admin.readOperation({ params: { ...site.place, operation: operation.id } })).state,
        'running',
      );
      host.line.mend();
      assert.equal((await waitForOperation(site.admin, site.place, operation.id)).state, 'succeeded');
      await untilPhase(site, 'app', 'running');
      assert.equal((await containerOf(site, 'app'))?.id, seen?.id);
      assert.equal(onEngine(host.engine, stranger).state, 'running');
    });

    test('that changed while it was away is made right when it is back', async () => {
      const { host, site } = await hostFor('away');
      const pair = `${compose()}  other:\n    image: sim/web:1\n`;
      await publishWell(site, publication('app', pair));
      host.line.sever();
      await berth.untilHost(host.place, 'unreachable');
      const kept = onEngine(host.engine, 'berth-app-other-1');
      const { id, startedMs } = kept;
      host.engine.removeByHand('berth-app-web-1');
      host.line.mend();
      await eventually(() => objectsOn(host.engine, 'app').includes('berth-app-web-1'), {
        withinMs: 20_000,
        because: 'it is there again',
      });
      await untilPhase(site, 'app', 'running');
      assert.deepEqual([onEngine(host.engine, 'berth-app-other-1').id, kept.startedMs], [id, startedMs]);
    });

    test('can be told to remove what it has while it is away; nothing else is taken then', async () => {
      const { host, site } = await hostFor('leaving');
      await publishWell(site, publication('app', compose('volumes: ["/data"]')));
      host.line.sever();
      await berth.untilHost(host.place, 'unreachable');
      const params = { ...site.place, application: 'app' };
      const first = await site.admin.removeApplication({ params, body: {} });
      assert.equal(first.application.phase, 'removing');
      for (const call of [
        () => site.admin.publishApplication({ params: site.place, body: publication('app', compose()) }),
        () => site.admin.startApplication({ params }),
        () => site.admin.stopApplication({ params }),
        () => site.admin.scaleApplication({ params, body: { services: { web: 2 } } }),
      ])
        await refusedWith('wrong_state', call);
      const second = await site.admin.removeApplication({ params, body: { removeVolumes: true } });
      assert.equal((await waitForOperation(site.admin, site.place, first.operation.id)).state, 'superseded');
      host.line.mend();
      assert.equal((await waitForOperation(site.admin, site.place, second.operation.id)).state, 'succeeded');
      assert.deepEqual(objectsOn(host.engine, 'app'), []);
    });

    test('whose Docker Server is started anew is the same host', async () => {
      const { host, site } = await hostFor('anew');
      await publishWell(site, publication('app', compose()));
      const before_ = [runsOf(host), (await hostOf(site)).id];
      await host.stopDockerServer();
      await berth.untilHost(host.place, 'unreachable');
      await host.startDockerServer();
      await berth.untilHost(host.place, 'active');
      await untilPhase(site, 'app', 'running');
      assert.deepEqual([runsOf(host), (await hostOf(site)).id], before_);
    });
  });

  suite('an engine', { concurrency: 12 }, () => {
    test('that is killed is down, and what ended with it is started again as it was', async () => {
      const { host, site } = await hostFor('killed');
      await publishWell(site, publication('app', compose('ports: ["23002:80"]')));
      await publishWell(site, publication('done', 'services:\n  job:\n    image: sim/exits-0:1\n'));
      const { id } = onEngine(host.engine, 'berth-app-web-1');
      const jobStarted = onEngine(host.engine, 'berth-done-job-1').startedMs;
      await host.engine.kill();
      await berth.untilHost(host.place, 'engine_down');
      assert.equal((await containerOf(site, 'app'))?.state, 'unknown');
      const application = await untilPhase(site, 'app', 'unknown');
      assert.deepEqual(
        application.conditions.map(({ reason }) => reason),
        ['engine_unavailable'],
      );
      await host.engine.start();
      await berth.untilHost(host.place, 'active');
      await untilPhase(site, 'app', 'running');
      assert.equal(onEngine(host.engine, 'berth-app-web-1').id, id, 'started, not made anew');
      assert.equal(onEngine(host.engine, 'berth-app-web-1').state, 'running');
      assert.equal(onEngine(host.engine, 'berth-done-job-1').startedMs, jobStarted, 'what had finished stays finished');
    });

    test('that is restarted has what ran running again, and nothing made anew', async () => {
      const { host, site } = await hostFor('restarted');
      await publishWell(site, publication('app', `${compose()}  always:\n    image: sim/web:1\n    restart: always\n`));
      const ids = runsOf(host).map(([id]) => id);
      await host.engine.restart();
      await eventually(() => [...host.engine.state.containers.values()].every(({ state }) => state === 'running'), {
        withinMs: 15_000,
        because: 'all run',
      });
      await untilPhase(site, 'app', 'running');
      assert.deepEqual(
        runsOf(host).map(([id]) => id),
        ids,
      );
    });

    test('that falls silent is found out, and the portal goes on answering meanwhile', async () => {
      const { host, site } = await hostFor('silent');
      const stranger = host.engine.addForeign('stranger');
      await publishWell(site, publication('app', compose()));
      const { id, startedMs } = onEngine(host.engine, 'berth-app-web-1');
      host.engine.freeze();
      // Every fifteen seconds it would be found out anyway; something that ends is a reason to ask at once.
      host.engine.crash(stranger, 1);
      await berth.untilHost(host.place, 'engine_down', 30_000);
      const start = performance.now();
      assert.equal((await containerOf(site, 'app'))?.state, 'unknown');
      await untilPhase(site, 'app', 'unknown');
      assert.ok(performance.now() - start < 5_000, 'what is known is answered from what is known');
      host.engine.thaw();
      await berth.untilHost(host.place, 'active', 40_000);
      await untilPhase(site, 'app', 'running', 40_000);
      assert.deepEqual(
        [onEngine(host.engine, 'berth-app-web-1').id, onEngine(host.engine, 'berth-app-web-1').startedMs],
        [id, startedMs],
      );
    });

    test('whose answer to a create is lost gets no second container', async () => {
      const { host, site } = await hostFor('unanswered');
      host.engine.cutNextCreate();
      const operation = await publishAndWait(site.admin, site.place, publication('app', compose()));
      assert.deepEqual([operation.state, operation.reason], ['succeeded', null]);
      assert.deepEqual(objectsOn(host.engine, 'app'), ['berth-app-web-1', 'berth-app_default']);
      assert.equal((await containersOf(site.admin, site.place, 'app')).length, 1);
    });
  });

  suite('a hand on the host', { concurrency: 12 }, () => {
    test('that removes a container sees it back within five seconds, and the story says so', async () => {
      const { host, site } = await hostFor('hand');
      const stranger = host.engine.addForeign('stranger', { Labels: { 'com.docker.compose.project': 'app' } });
      await publishWell(site, publication('app', compose()));
      const { id } = onEngine(host.engine, 'berth-app-web-1');
      host.engine.removeByHand(id);
      const back = await eventually(() => host.engine.state.findContainer('berth-app-web-1'), {
        withinMs: 5_000,
        because: 'it is back',
      });
      assert.notEqual(back.id, id);
      await untilState(site, 'app', 'running');
      const events = (await site.admin.listApplicationEvents({ params: { ...site.place, application: 'app' } })).items;
      assert.match(events[0]?.message ?? '', /^Started berth-app-web-1/);
      assert.equal((await site.admin.listOperations({ params: site.place })).total, 1, 'healing is nobody’s wish');
      assert.equal(onEngine(host.engine, stranger).state, 'running');
      assert.deepEqual((await hostOf(site)).containers, { running: 2, total: 2, foreign: 1 });
    });

    test('that stops a container which is to run always sees it run again', async () => {
      const { host, site } = await hostFor('stopper');
      await publishWell(site, publication('app', compose('restart: always')));
      const { id } = onEngine(host.engine, 'berth-app-web-1');
      host.engine.stopByHand(id);
      await eventually(() => onEngine(host.engine, id).state === 'running', {
        withinMs: 5_000,
        because: 'it runs again',
      });
    });

    test('never has a foreign container touched, whatever is done to the application beside it', async () => {
      const { host, site } = await hostFor('beside');
      const ids = ['one', 'two'].map((name) =>
        host.engine.addForeign(name, { Labels: { 'io.berth.application': 'app_half', 'io.berth.key': name } }),
      );
      const network = [...host.engine.state.networks.values()].map(({ name }) => name);
      await publishWell(site, publication('app', compose()));
      await publishWell(site, publication('app', compose('environment: {A: b}')));
      host.engine.removeByHand('berth-app-web-1');
      await eventually(() => host.engine.state.findContainer('berth-app-web-1'), {
        withinMs: 5_000,
        because: 'it is back',
      });
      const { operation } = await site.admin.removeApplication({
        params: { ...site.place, application: 'app' },
        body: { removeVolumes: true },
      });
      await waitForOperation(site.admin, site.place, operation.id);
      for (const id of ids) assert.equal(onEngine(host.engine, id).state, 'running');
      assert.equal(host.engine.state.containers.size, 2);
      assert.deepEqual(
        [...host.engine.state.networks.values()].map(({ name }) => name),
        network,
      );
      assert.equal(
        (await site.admin.listContainers({ params: site.place })).total,
        0,
        'a foreign container is counted, never shown',
      );
    });

    test('that crashes a container which is to run once has it shown, not started again and again', async () => {
      const { host, site } = await hostFor('crasher');
      await publishWell(site, publication('app', compose()));
      host.engine.print('berth-app-web-1', 'err', 'out of luck');
      host.engine.crash('berth-app-web-1', 3);
      const application = await untilPhase(site, 'app', 'degraded');
      assert.deepEqual(application.conditions.map(({ reason, logLines }) => [reason, logLines?.at(-1)]).slice(0, 1), [
        ['exits_at_once', 'out of luck'],
      ]);
      assert.equal(onEngine(host.engine, 'berth-app-web-1').state, 'exited');
      // Asked for, it starts again.
      const { operation } = await site.admin.startApplication({ params: { ...site.place, application: 'app' } });
      assert.equal((await waitForOperation(site.admin, site.place, operation.id)).state, 'succeeded');
    });
  });
});
