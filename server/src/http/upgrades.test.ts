import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { makeLog } from '@berth/common/log.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Gate } from '#hosts/docker-server-gate.ts';
import type { ShellSockets } from '#containers/shell-sockets.ts';
import type { Authenticator } from './authenticate.ts';
import { handleUpgrades } from './upgrades.ts';

type Ticket = ReturnType<ShellSockets['redeem']>;
const begin = async (t: TestContext) => {
  const lines: string[] = [];
  const admitted: string[] = [];
  const redeemed: string[] = [];
  const gate: Pick<Gate, 'admit'> = {
    admit: async (host, _request, socket) => {
      admitted.push(host);
      if (host === 'broken') throw new Error('a mistake of ours');
      if (host !== 'hst_good') throw new PlatformError('unauthenticated', 'The Docker Server did not prove who it is');
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    },
  };
  const shells: Pick<ShellSockets, 'redeem' | 'attach'> = {
    redeem: (ticket) => {
      if (ticket !== 'good') throw new PlatformError('not_found', 'The ticket is unknown, spent or too old');
      redeemed.push(ticket);
      return {} as Ticket;
    },
    attach: async (_ticket, socket) => socket.close(1000),
  };
  const authenticator: Authenticator = {
    actorOf: async (request) => {
      if (request.headers.cookie === undefined && request.headers.authorization === undefined)
        throw new PlatformError('unauthenticated', 'Sign in first');
      return { kind: 'system', role: 'installer' };
    },
  };
  const server = createServer();
  const log = makeLog('error', { write: (line) => void lines.push(line) });
  handleUpgrades(server, { gate: gate as Gate, shells: shells as ShellSockets, log }, authenticator);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  /** The whole answer to an upgrade of the path. */
  const upgrade = (path: string, protocol = 'berth-docker-server') =>
    new Promise<string>((resolve, reject) => {
      const socket: Socket = connect(port, '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: portal\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`),
      );
      let text = '';
      socket.on('data', (bytes) => (text += bytes.toString()));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
  const shell = (ticket: string, headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/shells/${ticket}`, { headers });
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => undefined);
    });
  return { upgrade, shell, lines, admitted, redeemed, port };
};

test('handleUpgrades lets a Docker Server through to the gate, by the host in the path', async (t) => {
  const { upgrade, admitted } = await begin(t);
  assert.match(await upgrade('/v1/docker-servers/hst_good/connect?x=1'), /^HTTP\/1\.1 101 /);
  assert.deepEqual(admitted, ['hst_good']);
});

test('handleUpgrades answers a refusal of the gate as an error, before anything is turned around', async (t) => {
  const { upgrade, lines } = await begin(t);
  const answer = await upgrade('/v1/docker-servers/hst_bad/connect');
  assert.match(answer, /^HTTP\/1\.1 401 .*"code":"unauthenticated"/s);
  assert.deepEqual(lines, []);
});

test('handleUpgrades tells the log of a mistake of ours, and the caller nothing of it', async (t) => {
  const { upgrade, lines } = await begin(t);
  const answer = await upgrade('/v1/docker-servers/broken/connect');
  assert.match(answer, /^HTTP\/1\.1 500 /);
  assert.doesNotMatch(answer, /a mistake of ours/);
  assert.match(lines.join(), /a mistake of ours/);
});

for (const [path, protocol] of [
  ['/v1/docker-servers/hst_good/connect', 'websocket'],
  ['/v1/docker-servers/a/b/connect', 'berth-docker-server'],
  ['/v1/docker-servers//connect', 'berth-docker-server'],
  ['/v1/docker-servers/%zz/connect', 'berth-docker-server'],
  ['/v1/shells/good', 'h2c'],
  ['/', 'websocket'],
] as const)
  test(`handleUpgrades finds nothing at ${path} for ${protocol}`, async (t) => {
    const { upgrade, lines, admitted } = await begin(t);
    assert.match(await upgrade(path, protocol), /^HTTP\/1\.1 404 /);
    assert.deepEqual([lines, admitted], [[], []], 'a stranger fills no log');
  });

test('handleUpgrades opens a shell for a good ticket of one who is signed in', async (t) => {
  const { shell, port } = await begin(t);
  const portal = { cookie: 'berth_session=x', origin: `http://127.0.0.1:${port}` };
  assert.equal(await shell('good', portal), 101);
  assert.equal(await shell('good', { authorization: `Bearer ${'x'.repeat(30)}` }), 101);
  assert.equal(await shell('bad', portal), 404);
});

test('handleUpgrades opens no shell for a stranger, nor for another site that has the visitor’s cookie', async (t) => {
  const { shell, redeemed } = await begin(t);
  assert.equal(await shell('good', {}), 401);
  assert.equal(await shell('good', { cookie: 'berth_session=x', origin: 'https://evil.example' }), 403);
  assert.equal(await shell('good', { cookie: 'berth_session=x' }), 403);
  assert.deepEqual(redeemed, [], 'and the ticket is not spent');
});
