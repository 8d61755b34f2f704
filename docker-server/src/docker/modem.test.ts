// The three time limits, on sockets that misbehave in the three ways.
import assert from 'node:assert/strict';
import type http from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { dockerOver } from './dockerode.ts';
import { askEngine } from './engine-error.ts';
import { asReadable, makeEngineAgent, makeModem } from './modem.ts';

const limits = { connectMs: 100, firstByteMs: 100, idleMs: 100 };
const folder = temporaryFolder();
const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

let serial = 0;
/** A socket on which that happens to every connection. */
const listen = async (behave: (socket: Socket) => void): Promise<string> => {
  serial += 1;
  const path = join(folder, `${serial}.sock`);
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    behave(socket);
  });
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
};
const dockerAt = (socketPath: string, agent: http.Agent | false = false) =>
  dockerOver(makeModem(systemClock, { socketPath, agent }, limits));

const isUnavailable = (pattern: RegExp) => (thrown: unknown) =>
  thrown instanceof PlatformError && thrown.code === 'engine_unavailable' && pattern.test(thrown.message);

test('a socket that is not there is an engine that is not there', () =>
  assert.rejects(
    askEngine(() => dockerAt(join(folder, 'none.sock')).ping()),
    isUnavailable(/ENOENT/),
  ));

test('an engine that takes the connection and says nothing is given up', async () => {
  const path = await listen(() => undefined);
  await assert.rejects(
    askEngine(() => dockerAt(path).info()),
    isUnavailable(/did not answer within 0.1 s/),
  );
});

test('an engine that falls silent in the middle of an answer is given up', async () => {
  const path = await listen((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'));
  await assert.rejects(
    askEngine(() => dockerAt(path).info()),
    isUnavailable(/fell silent/),
  );
});

test('a stream that falls silent breaks, and one that is not read does not', async () => {
  const path = await listen((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n');
  });
  const stream = asReadable(await askEngine(() => dockerAt(path).getEvents({})));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(stream.destroyed, false);
  await assert.rejects(
    async () => {
      for await (const piece of stream) assert.equal(String(piece), '{}');
    },
    isUnavailable(/fell silent/),
  );
});

test('an engine that breaks off is not there', async () => {
  const path = await listen((socket) => socket.destroy());
  await assert.rejects(
    askEngine(() => dockerAt(path).info()),
    isUnavailable(/ECONNRESET|EPIPE/),
  );
});

test('a question is asked again when a kept connection breaks, a change is not', async () => {
  let connections = 0;
  const path = await listen((socket) => {
    connections += 1;
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      // The first answer keeps the connection; the second request on it finds it closed.
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      else socket.destroy();
    });
  });
  const agent = makeEngineAgent();
  closers.push(() => agent.destroy());
  const docker = dockerAt(path, agent);
  await docker.info();
  await docker.info();
  assert.equal(connections, 2);
  await assert.rejects(
    askEngine(() => docker.getContainer('x').start()),
    isUnavailable(/does not answer/),
  );
  assert.equal(connections, 2);
});

test('a caller that goes away ends the request', async () => {
  const path = await listen(() => undefined);
  const leaving = new AbortController();
  const asked = dockerAt(path).getEvents({ abortSignal: leaving.signal });
  leaving.abort();
  await assert.rejects(asked, { name: 'AbortError' });
});
