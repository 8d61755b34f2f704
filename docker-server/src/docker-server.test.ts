// The Docker Server's own life: join once, come back without a token, refuse what is unsafe, end cleanly; with TLS too.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { environment, specOf } from '#conformance/subject.ts';
import { startSimulatedEngine, type SimulatedEngine } from '#simulated/simulated-engine.ts';
import { makeCertificate } from '#testing/certificate.ts';
import { openPortalDouble } from '#testing/portal-double.ts';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { startDockerServer, type DockerServerOptions } from './docker-server.ts';

let engine: SimulatedEngine;
let folder: string;
before(async () => {
  folder = temporaryFolder();
  engine = await startSimulatedEngine({ socket: join(folder, 'docker.sock') });
});
after(() => engine.close());

let serial = 0;
const freshState = () => {
  serial += 1;
  return join(folder, `state-${serial}`);
};
const options = (given: Partial<DockerServerOptions> & { portal: URL }): DockerServerOptions => ({
  stateFolder: freshState(),
  engineSocket: engine.socket,
  clock: systemClock,
  log: silentLog,
  ...given,
});

const openPortal = async (t: TestContext) => {
  const portal = await openPortalDouble();
  t.after(() => portal.close());
  return portal;
};

/** Closed after the test, however it ends. */
const started = async (t: TestContext, given: DockerServerOptions) => {
  const server = await startDockerServer(given);
  t.after(() => server.close());
  return server;
};

test('startDockerServer spends its token once and comes back without one', async (t) => {
  const portal = await openPortal(t);
  const stateFolder = freshState();
  const first = await started(t, options({ portal: portal.url, stateFolder, joinToken: portal.joinToken }));
  await (await portal.client()).readFacts();
  await first.close();
  const second = await started(t, options({ portal: portal.url, stateFolder }));
  assert.equal(second.host, first.host);
  await eventually(() => portal.connections() === 2, { withinMs: 5_000, because: 'it connects again' });
  await second.close();
});

test('startDockerServer says why it cannot join', async (t) => {
  const portal = await openPortal(t);
  await assert.rejects(startDockerServer(options({ portal: portal.url })), { code: 'unauthenticated' });
  await assert.rejects(startDockerServer(options({ portal: portal.url, joinToken: 'wrong' })), {
    code: 'unauthenticated',
  });
  await assert.rejects(startDockerServer(options({ portal: new URL('http://portal.example') })), {
    code: 'invalid_request',
  });
});

test('startDockerServer starts while the portal is away, and connects when it is there', async (t) => {
  const portal = await openPortal(t);
  const stateFolder = freshState();
  await (await started(t, options({ portal: portal.url, stateFolder, joinToken: portal.joinToken }))).close();
  await portal.close();
  await started(t, options({ portal: portal.url, stateFolder }));
});

test('a create whose answer was lost is found by the next', async (t) => {
  const portal = await openPortal(t);
  await started(t, options({ portal: portal.url, joinToken: portal.joinToken }));
  const client = await portal.client(environment);
  const body = specOf('sim/web:1');
  engine.cutNextCreate();
  await assert.rejects(client.createContainer({ body }), { code: 'engine_unavailable' });
  const { id } = await client.createContainer({ body });
  const named = (await client.observe()).containers.filter((container) => container.name === body.name);
  assert.deepEqual(
    named.map((container) => container.id),
    [id],
  );
});

test('what is adopted, and the files of containers, outlive the Docker Server', async (t) => {
  const portal = await openPortal(t);
  const stateFolder = freshState();
  const first = await started(t, options({ portal: portal.url, stateFolder, joinToken: portal.joinToken }));
  const client = await portal.client(environment);
  const { owner } = specOf('sim/web:1');
  const foreign = engine.addForeign('found-here');
  await client.adopt({ body: { containers: [{ id: foreign, owner }], networks: [], volumes: [] } });
  const files = [{ target: '/x', content: 'eA==', uid: 0, gid: 0, mode: 0o444 }];
  const body = { ...specOf('sim/web:1'), files };
  const { id } = await client.createContainer({ body });
  const source = engine.state.findContainer(id)?.body.HostConfig?.Mounts?.[0]?.Source ?? '';
  const left = join(stateFolder, 'files', environment, 'left-behind');
  mkdirSync(left);
  await first.close();
  await started(t, options({ portal: portal.url, stateFolder }));
  await eventually(() => portal.connections() === 2, { withinMs: 5_000, because: 'it connects again' });
  const again = await portal.client(environment);
  const { containers } = await again.observe();
  assert.deepEqual(containers.find((container) => container.id === foreign)?.owner, owner);
  assert.deepEqual([existsSync(source), existsSync(left)], [true, false]);
  rmSync(source);
  assert.deepEqual(await again.createContainer({ body }), { id });
  assert.equal(readFileSync(source, 'utf8'), 'x', 'a file that was lost is made good');
});

test('a build ends when its caller goes', async (t) => {
  const portal = await openPortal(t);
  await started(t, options({ portal: portal.url, joinToken: portal.joinToken }));
  const client = await portal.client(environment);
  const leaving = new AbortController();
  const { owner } = specOf('sim/web:1');
  const build = { context: '.', dockerfileInline: 'FROM sim/web:1\nRUN sleep 2', args: {}, labels: {}, hash: 'h' };
  const { application, applicationName, key } = owner;
  const body = {
    reference: 'berth-build/slow:1',
    owner: { environment, application, applicationName, key },
    build,
    files: {},
  };
  const told: string[] = [];
  await assert.rejects(async () => {
    for await (const line of client.lines('buildImage', { body, signal: leaving.signal }))
      if (line.type === 'output' && told.push(line.text) === 2) leaving.abort();
  });
  await eventually(() => engine.requests('POST', /\/build$/) === 1, { withinMs: 5_000, because: 'it was asked for' });
  await eventually(() => engine.brokenBuilds() === 1, { withinMs: 20_000, because: 'the engine sees its caller go' });
  assert.deepEqual(await client.findImage({ query: { reference: body.reference } }), { image: null });
});

test('findRemoteImage tells what the registry answers', async (t) => {
  const portal = await openPortal(t);
  await started(t, options({ portal: portal.url, joinToken: portal.joinToken }));
  const client = await portal.client();
  const states = { 'sim/web:1': 'found', 'sim/no-such-tag:1': 'not_found', 'sim/denied': 'denied' };
  for (const [reference, state] of Object.entries(states))
    assert.equal((await client.findRemoteImage({ query: { reference } })).state, state, reference);
  const { digest } = await client.findRemoteImage({ query: { reference: 'sim/web:1' } });
  assert.match(digest ?? '', /^sha256:[0-9a-f]{64}$/);
});

test('inspections are remembered while events are heard', async (t) => {
  const portal = await openPortal(t);
  await started(t, options({ portal: portal.url, joinToken: portal.joinToken }));
  const client = await portal.client(environment);
  const { id } = await client.createContainer({ body: specOf('sim/web:1') });
  const inspections = () => engine.requests('GET', new RegExp(`/containers/${id}/json`));
  // Of one that was only made none is remembered: a start that fails is told by no event.
  await client.startContainer({ params: { container: id } });
  await eventually(
    async () => {
      const before = inspections();
      await client.observe();
      return inspections() === before;
    },
    { withinMs: 5_000, because: 'the second list asks nothing anew' },
  );
  const before = inspections();
  await client.stopContainer({ params: { container: id }, body: {} });
  await eventually(
    async () => (await client.observe()).containers.find((container) => container.id === id)?.state === 'exited',
    { withinMs: 5_000, because: 'the stop is seen' },
  );
  assert.ok(inspections() > before);
});

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const start = (t: TestContext, variables: Record<string, string>) => {
  const child = spawn(process.execPath, [main], { env: variables, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  let log = '';
  child.stdout.on('data', (bytes) => {
    out += String(bytes);
  });
  child.stderr.on('data', (bytes) => {
    log += String(bytes);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, out: () => out, log: () => log };
};

test('the process serves, prints nothing but log lines, and ends cleanly when told to', async (t) => {
  const portal = await openPortal(t);
  const run = start(t, {
    BERTH_PORTAL: portal.url.href,
    BERTH_JOIN_TOKEN: portal.joinToken,
    BERTH_STATE: freshState(),
    DOCKER_HOST: `unix://${engine.socket}`,
  });
  const facts = await (await portal.client()).readFacts();
  assert.equal(facts.engineVersion, '20.10.24-simulated');
  run.child.kill('SIGTERM');
  assert.equal(await run.ended, 0);
  assert.equal(run.out(), '');
  for (const line of run.log().trim().split('\n')) JSON.parse(line);
});

test('the process says why it does not start', async (t) => {
  const wrong: Record<string, Record<string, string>> = {
    BERTH_PORTAL: {},
    https: { BERTH_PORTAL: 'http://portal.example', BERTH_STATE: freshState() },
    'unix socket': {
      BERTH_PORTAL: 'http://127.0.0.1:1',
      BERTH_STATE: freshState(),
      DOCKER_HOST: 'tcp://127.0.0.1:2375',
    },
  };
  for (const [word, variables] of Object.entries(wrong)) {
    const run = start(t, variables);
    assert.equal(await run.ended, 1);
    assert.ok(run.log().includes(word), run.log());
  }
});

/** TLS in front of the portal double, with a certificate for that name. */
const openTls = async (portal: URL, name: string) => {
  const { key, certificate } = makeCertificate(name, systemClock.nowMs());
  const server = https.createServer({ key, cert: certificate });
  const sockets = new Set<Socket>();
  // Below HTTP: bytes through, once TLS is off.
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: Socket) => {
    const inside = connect(Number(portal.port), portal.hostname);
    sockets.add(socket);
    socket.pipe(inside).pipe(socket);
    socket.on('error', () => inside.destroy());
    inside.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: new URL(`https://localhost:${port}`), certificate, close };
};

test('over TLS the portal must have a certificate for its name, by an authority we were told', async (t) => {
  const portal = await openPortal(t);
  const good = await openTls(portal.url, 'localhost');
  t.after(good.close);
  const other = await openTls(portal.url, 'portal.example');
  t.after(other.close);
  const { joinToken } = portal;
  await assert.rejects(startDockerServer(options({ portal: good.url, joinToken })), /self-signed/);
  await assert.rejects(
    startDockerServer(options({ portal: other.url, joinToken, portalCa: other.certificate })),
    /ERR_TLS_CERT_ALTNAME_INVALID|does not match/,
  );
  await started(t, options({ portal: good.url, joinToken, portalCa: good.certificate }));
  const facts = await (await portal.client()).readFacts();
  assert.equal(facts.apiVersion, '1.41');
});
