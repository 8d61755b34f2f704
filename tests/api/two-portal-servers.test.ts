// Two portal servers on one database. One looks after an environment; the other, and the one that was and does not know that it
// is not any more, cannot act: the Docker Server refuses their number.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { systemClock, type Clock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { startDockerServer, type DockerServer } from '@berth/docker-server/docker-server.ts';
import { startSimulatedEngine, type SimulatedEngine } from '@berth/docker-server/simulated/simulated-engine.ts';
import { startPortalServer, type PortalServer } from '@berth/server/assemble.ts';
import { clientWith, publication, setUp, type ApiClient } from '#harness/berth.ts';
import { openLine, type Line } from '#harness/line.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-two-'));
const place = { tenant: 'main', environment: 'local' };
const compose = 'services:\n  web:\n    image: sim/web:1\n';

/** A clock whose going-forward time can be made to stand: to whoever reads it, nothing has run out. As after a SIGSTOP. */
const makeStandingClock = () => {
  let standsAtMs: number | undefined;
  const clock: Clock = { ...systemClock, monotonicMs: () => standsAtMs ?? systemClock.monotonicMs() };
  return {
    clock,
    stand: () => {
      standsAtMs = systemClock.monotonicMs();
    },
    go: () => {
      standsAtMs = undefined;
    },
  };
};

const startServer = (clock: Clock): Promise<PortalServer> =>
  startPortalServer({
    dataFolder: folder,
    address: '127.0.0.1',
    port: 0,
    portalFolder: undefined,
    tls: undefined,
    trustedProxies: [],
    clock,
    log: silentLog,
  });

const time = makeStandingClock();
let first: PortalServer;
let second: PortalServer | undefined;
let engine: SimulatedEngine;
let line: Line;
let dockerServer: DockerServer;
let key: string;

before(async () => {
  first = await startServer(time.clock);
  const installer = clientWith(first.url, first.installerKey);
  await installer.createZone({ body: { name: 'local', title: 'Local' } });
  await installer.createTenant({ body: { name: 'main', title: 'Main' } });
  await installer.createEnvironment({
    params: place,
    body: { name: 'local', title: 'Local', zone: 'local', kind: 'standalone' },
  });
  const { token } = await installer.createJoinToken({ params: place });
  key = await setUp(first.url, first.setupCode ?? '');
  engine = await startSimulatedEngine({ socket: join(folder, 'engine.sock') });
  line = await openLine(first.url);
  dockerServer = await startDockerServer({
    portal: line.url,
    stateFolder: join(folder, 'state'),
    engineSocket: engine.socket,
    joinToken: token,
    clock: systemClock,
    log: silentLog,
  });
});
after(async () => {
  await dockerServer?.close();
  await line?.close();
  await second?.close();
  await first?.close();
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

const clientOf = (server: PortalServer): ApiClient => clientWith(server.url, key);
const running = () =>
  [...engine.state.containers.values()]
    .filter(({ state }) => state === 'running')
    .map(({ name }) => name)
    .sort();
const untilRunning = (...names: string[]) =>
  eventually(() => running().join() === names.join() || Promise.reject(new Error(running().join())), {
    withinMs: 30_000,
    because: `${names.join()} run`,
  });
const untilConnected = (server: PortalServer) =>
  eventually(async () => (await clientOf(server).listHosts({ params: place })).items[0]?.state === 'active', {
    withinMs: 30_000,
    because: 'the Docker Server is connected',
  });
const creates = () => engine.requests('POST', /\/containers\/create$/);
const passesOf = async (server: PortalServer, application: string) =>
  (await clientOf(server).listLoops()).items.find((loop) => loop.key === application);

test('two portal servers on one database', { timeout: 120_000 }, async (t) => {
  await untilConnected(first);
  const one = await clientOf(first).publishApplication({ params: place, body: publication('one', compose) });
  await untilRunning('berth-one-web-1');
  second = await startServer(systemClock);
  const other = second;

  await t.test('only the one that holds the environment acts', async () => {
    const two = await clientOf(other).publishApplication({ params: place, body: publication('two', compose) });
    await eventually(async () => ((await passesOf(other, two.application.id))?.runs ?? 0) >= 1, {
      withinMs: 10_000,
      because: 'the second looks at it',
    });
    const seen = await passesOf(other, two.application.id);
    assert.deepEqual([seen?.lastSteps, seen?.lastError], [0, null]);
    assert.deepEqual(running(), ['berth-one-web-1']);
    assert.equal(
      (await clientOf(other).readOperation({ params: { ...place, operation: two.operation.id } })).state,
      'running',
    );
  });

  await t.test('when its lease has run out, the other takes over', async () => {
    time.stand();
    const db = new DatabaseSync(join(folder, 'berth.sqlite'), { timeout: 5_000 });
    db.exec('update leases set expires_ms = 0');
    db.close();
    line.leadTo(other.url);
    line.cut();
    await untilConnected(other);
    await untilRunning('berth-one-web-1', 'berth-two-web-1');
  });

  await t.test('the one that was, and does not know it, is refused by the Docker Server', async () => {
    line.leadTo(first.url);
    line.cut();
    await eventually(() => line.open() > 0, { withinMs: 20_000, because: 'it is connected to the first again' });
    await untilConnected(first);
    const before_ = creates();
    await eventually(
      async () => {
        await clientOf(first).scaleApplication({
          params: { ...place, application: 'one' },
          body: { services: { web: 3 } },
        });
        const { conditions } = await clientOf(first).readApplication({ params: { ...place, application: 'one' } });
        return (
          conditions.some(({ reason }) => reason === 'stale_fence') ||
          Promise.reject(new Error(JSON.stringify(conditions)))
        );
      },
      { withinMs: 30_000, because: 'it is told that another has taken over', everyMs: 500 },
    );
    assert.equal(creates(), before_);
    assert.deepEqual(running(), ['berth-one-web-1', 'berth-two-web-1']);
  });

  await t.test('once the other has given the environment back, the first acts under a new number', async () => {
    await other.close();
    second = undefined;
    time.go();
    const { operation } = await clientOf(first).scaleApplication({
      params: { ...place, application: 'one' },
      body: { services: { web: 2 } },
    });
    await untilRunning('berth-one-web-1', 'berth-one-web-2', 'berth-two-web-1');
    await eventually(
      async () =>
        (await clientOf(first).readOperation({ params: { ...place, operation: operation.id } })).state === 'succeeded',
      { withinMs: 20_000, because: 'the wish is carried out' },
    );
    assert.equal(
      (await clientOf(first).readOperation({ params: { ...place, operation: one.operation.id } })).state === 'running',
      false,
    );
  });
});
