import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { createServer, connect, type Socket } from 'node:net';
import { Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { join } from 'node:path';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { openEngine } from '#docker/engine.ts';
import { EngineRuns } from '#docker/engine-runs.ts';
import { EventHub } from '#docker/event-hub.ts';
import { Fences } from '#fence.ts';
import { makeHandlers } from '#handlers.ts';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { openTurnedServer } from './turned-server.ts';

const openServer = async (clock = systemClock) => {
  const folder = temporaryFolder();
  const engine = openEngine(clock, silentLog, join(folder, 'none.sock'), new EngineRuns('', undefined));
  const hub = new EventHub(engine);
  const handlers = makeHandlers({
    engine,
    hub,
    fences: new Fences(folder),
    address: undefined,
    temporaryFolder: folder,
  });
  return openTurnedServer(clock, silentLog, handlers);
};

const socketPair = async (): Promise<{ near: Socket; far: Socket }> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const near = connect(address.port, '127.0.0.1');
  const far = await new Promise<Socket>((resolve) => server.once('connection', resolve));
  server.close();
  return { near, far };
};

test('the portal’s first bytes may have come with its greeting', async () => {
  const server = await openServer();
  const { near, far } = await socketPair();
  const session = http2.connect('http://host', { createConnection: () => far });
  session.on('error', () => undefined);
  const stream = session.request({ ':path': '/v1/listeners' });
  // As after an upgrade: what was read already is put back before the socket is handed over.
  const first = await new Promise<Buffer>((resolve) => near.once('data', resolve));
  near.pause();
  near.unshift(first);
  const served = server.serve(near);
  const status = await new Promise((resolve) => stream.once('response', (answer) => resolve(answer[':status'])));
  assert.equal(status, 200);
  session.destroy();
  await served;
  await server.close();
});

test('a portal that answers no ping is given up', async () => {
  const clock = makeFakeClock();
  const server = await openServer(clock);
  const [near, far] = duplexPair();
  // A link that is cut: what we send arrives nowhere.
  far.on('data', () => undefined);
  let isOver = false;
  void server.serve(near).then(() => {
    isOver = true;
  });
  clock.advance(10_000);
  assert.equal(isOver, false);
  clock.advance(15_000);
  await eventually(() => isOver, { withinMs: 2_000, because: 'the session is destroyed' });
  assert.ok(near instanceof Duplex && near.destroyed);
  await server.close();
});
