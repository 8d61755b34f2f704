import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { silentLog } from '@berth/common/log.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { TenantRole } from '@berth/contract/roles.ts';
import type { DockerServerLink, DockerServerLinks } from '#hosts/docker-server-links.ts';
import { makeLeases } from '#reconcile/lease.ts';
import { up } from '#testing/applications.ts';
import { openPlace } from '#testing/database.ts';
import { makeShellSockets } from './shell-sockets.ts';

const code = (expected: string) => (thrown: unknown) => thrown instanceof PlatformError && thrown.code === expected;
const within = { withinMs: 5_000, everyMs: 5 };

/** A Docker Server whose shells echo their input in capitals; `hold` keeps the preparation of one waiting. */
const makeDockerServer = () => {
  const server = {
    sizes: [] as unknown[],
    commands: [] as unknown[],
    fences: [] as unknown[],
    output: new PassThrough(),
    input: undefined as Readable | undefined,
    attached: undefined as AbortSignal | undefined,
    opened: Promise.resolve(),
    exitCode: 0,
    /** What is done with the input; echo unless a test says otherwise. */
    take: (bytes: Buffer): void => void server.output.write(bytes.toString().toUpperCase()),
  };
  const client = {
    createExec: async ({ body }: { body: unknown }) => {
      await server.opened;
      server.commands.push(body);
      return { exec: 'a'.repeat(64) };
    },
    open: async (_: string, { signal }: { signal?: AbortSignal }, input: unknown) => {
      server.attached = signal;
      server.input = input as Readable;
      server.input.on('data', (bytes: Buffer) => server.take(bytes));
      server.input.once('end', () => server.output.end());
      signal?.addEventListener('abort', () => server.output.end());
      return new Response(Readable.toWeb(server.output) as ReadableStream<Uint8Array>);
    },
    readExec: async () => ({ running: false, exitCode: server.exitCode }),
    resizeExec: async ({ body }: { body: unknown }) => void server.sizes.push(body),
  };
  const link = {
    client: (options: { fence?: unknown }) => {
      server.fences.push(options.fence);
      return client;
    },
  };
  return { server, link: link as unknown as DockerServerLink };
};

const begin = async (t: TestContext, { role = 'developer' as TenantRole } = {}) => {
  const place = await openPlace();
  const tenant = await place.tenant('acme');
  const environment = await place.environment(tenant, 'prod');
  const host = await place.host(environment, 'alpha');
  const application = await place.application(tenant, environment, 'shop');
  const container = up('web', 0, { id: 'c'.repeat(64) });
  const { id, name } = container;
  const row = { host_id: host, id, environment_id: environment, application_id: application, name, service: 'web' };
  const observed = JSON.stringify(container);
  await place.db
    .insertInto('containers')
    .values({ ...row, slot: 0, revision: 1, state: 'running', observed })
    .execute();
  const user = await place.user('ann');
  await place.member(tenant, user, role);
  const context = place.contextOf(user);
  const { server, link } = makeDockerServer();
  let connected = true;
  const get = () => {
    if (!connected) throw new PlatformError('host_unreachable', 'The host is not connected');
    return link;
  };
  const links: DockerServerLinks = {
    get,
    find: get,
    accept: () => assert.fail('nobody connects'),
    closeAll: () => undefined,
  };
  const shells = makeShellSockets({ ...place, log: silentLog, links, leases: makeLeases(place.db, place.clock, 'me') });
  const reference = { tenant: 'acme', environment: 'prod', container: name };
  const ticket = async (input: Parameters<typeof shells.openShell>[2] = {}) =>
    (await shells.openShell(context, reference, input)).path.split('/').at(-1) ?? '';
  t.after(() => place.db.destroy());
  return { ...place, shells, server, ticket, context, reference, disconnect: () => void (connected = false) };
};
type Begun = Awaited<ReturnType<typeof begin>>;

/** A browser on a real WebSocket, attached to a shell; `raw` is the server's socket under it. */
const connect = async (
  t: TestContext,
  { shells, context, ticket }: Begun,
  input: Parameters<Begun['ticket']>[0] = {},
) => {
  const granted = shells.redeem(await ticket(input), context.actor);
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  let attached: Promise<void> | undefined;
  http.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(
      request,
      socket as Socket,
      head,
      (webSocket) => (attached = shells.attach(granted, webSocket)),
    ),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const browser = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  t.after(() => {
    browser.terminate();
    http.close();
    http.closeAllConnections();
  });
  const seen = { text: '', messages: [] as unknown[], closed: undefined as number | undefined };
  browser.on('message', (data: Buffer, isBinary) => {
    if (isBinary) seen.text += data.toString();
    else seen.messages.push(JSON.parse(data.toString()));
  });
  browser.on('close', (closed) => (seen.closed = closed));
  browser.on('error', () => undefined);
  await new Promise<void>((resolve) => void browser.once('open', resolve));
  return { browser, seen, ended: async () => attached };
};
const closes = (seen: { closed: number | undefined }) =>
  eventually(() => seen.closed, { ...within, because: 'it closes' });

test('makeShellSockets gives a ticket to those the policy lets in only', async (t) => {
  const { shells, context, reference } = await begin(t, { role: 'viewer' });
  await assert.rejects(shells.openShell(context, reference, {}), code('forbidden'));
});

test('makeShellSockets gives no ticket for a host that is away', async (t) => {
  const { shells, context, reference, disconnect } = await begin(t);
  disconnect();
  await assert.rejects(shells.openShell(context, reference, {}), code('host_unreachable'));
});

test('makeShellSockets takes a ticket once, from the same account, within 30 seconds', async (t) => {
  const { shells, ticket, context, contextOf, user, clock } = await begin(t);
  const once = await ticket();
  shells.redeem(once, context.actor);
  const eve = contextOf(await user('eve'), 'eve').actor;
  const stolen = await ticket();
  const old = await ticket();
  clock.advance(30_001);
  for (const [secret, actor] of [
    [once, context.actor],
    [stolen, eve],
    [old, context.actor],
    ['berthshell_guess', context.actor],
  ] as const)
    assert.throws(() => shells.redeem(secret, actor), code('not_found'));
});

test('makeShellSockets spends a ticket on the first try, also of another account', async (t) => {
  const { shells, ticket, context, contextOf, user } = await begin(t);
  const secret = await ticket();
  const eve = contextOf(await user('eve'), 'eve').actor;
  assert.throws(() => shells.redeem(secret, eve), code('not_found'));
  assert.throws(() => shells.redeem(secret, context.actor), code('not_found'));
});

test('makeShellSockets carries bytes both ways, and tells how the program ended', async (t) => {
  const begun = await begin(t);
  begun.server.exitCode = 3;
  const { browser, seen } = await connect(t, begun, { command: ['sh'], size: { rows: 24, columns: 80 } });
  browser.send(Buffer.from('ls\n'));
  await eventually(() => seen.text === 'LS\n', { ...within, because: 'the echo comes' });
  browser.send(JSON.stringify({ type: 'resize', size: { rows: 50, columns: 100 } }));
  await eventually(() => begun.server.sizes.length === 1, { ...within, because: 'the size arrives' });
  browser.send(JSON.stringify({ type: 'end' }));
  assert.equal(await closes(seen), 1000);
  assert.deepEqual(seen.messages, [{ type: 'exit', exitCode: 3 }]);
  assert.deepEqual(begun.server.commands, [{ tty: true, command: ['sh'], size: { rows: 24, columns: 80 } }]);
  assert.match(JSON.stringify(begun.server.fences), /"number":1/);
});

test('makeShellSockets loses nothing that is typed before the shell is there', async (t) => {
  const begun = await begin(t);
  let ready: () => void = () => undefined;
  begun.server.opened = new Promise((resolve) => (ready = resolve));
  const { browser, seen } = await connect(t, begun);
  browser.send(Buffer.from('early '));
  browser.send(JSON.stringify({ type: 'resize', size: { rows: 1, columns: 1 } }));
  browser.send(Buffer.from('bird'));
  ready();
  await eventually(() => seen.text === 'EARLY BIRD', { ...within, because: 'all of it arrives' });
  assert.equal(begun.server.sizes.length, 1);
});

test('makeShellSockets tells output from errors without a terminal, however the bytes were cut', async (t) => {
  const begun = await begin(t);
  const { seen } = await connect(t, begun, { tty: false });
  const frame = (stream: number, text: string) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(stream);
    head.writeUInt32BE(Buffer.byteLength(text), 1);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  await eventually(() => begun.server.input, { ...within, because: 'the shell is there' });
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'err'), frame(1, '')]);
  for (const byte of bytes) begun.server.output.write(Buffer.from([byte]));
  await eventually(() => seen.text === '\u0001out\u0002err\u0001', { ...within, because: 'three frames come' });
});

test('makeShellSockets ends the program’s line when the browser goes away', async (t) => {
  const begun = await begin(t);
  const { browser, ended } = await connect(t, begun);
  await eventually(() => begun.server.attached, { ...within, because: 'the shell is there' });
  browser.terminate();
  await eventually(() => begun.server.attached?.aborted, { ...within, because: 'the host learns of it' });
  await ended();
});

test('makeShellSockets says why there is no shell', async (t) => {
  const begun = await begin(t);
  const { disconnect } = begun;
  begun.server.opened = Promise.reject(new PlatformError('wrong_state', 'The container does not run'));
  begun.server.opened.catch(() => undefined);
  const { seen } = await connect(t, begun);
  assert.equal(await closes(seen), 1000);
  assert.deepEqual(seen.messages, [{ type: 'error', code: 'wrong_state', message: 'The container does not run' }]);
  disconnect();
});

// What a browser may send to spite us. Each would end the process, and with it every test here, were it not caught.

test('makeShellSockets survives bytes after the end of the input', async (t) => {
  const begun = await begin(t);
  let ready: () => void = () => undefined;
  begun.server.opened = new Promise((resolve) => (ready = resolve));
  const { browser, seen } = await connect(t, begun);
  browser.send(JSON.stringify({ type: 'end' }));
  browser.send(Buffer.from('more'));
  browser.send(JSON.stringify({ type: 'end' }));
  browser.send('{"type":');
  ready();
  await closes(seen);
  assert.deepEqual(seen.messages, [{ type: 'exit', exitCode: 0 }]);
});

for (const when of ['before', 'after'] as const)
  test(`makeShellSockets survives frames that are none, ${when} the shell is there`, async (t) => {
    const begun = await begin(t);
    if (when === 'before') begun.server.opened = new Promise(() => undefined);
    const { browser, seen } = await connect(t, begun);
    if (when === 'after') await eventually(() => begun.server.input, { ...within, because: 'the shell is there' });
    const raw = (browser as unknown as { _socket: Socket })._socket;
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    assert.notEqual(await closes(seen), 1000);
  });

test('makeShellSockets keeps only so much input for a program that reads none', async (t) => {
  const begun = await begin(t);
  begun.server.take = () => void begun.server.input?.pause();
  const { browser, seen } = await connect(t, begun);
  await eventually(() => begun.server.input, { ...within, because: 'the shell is there' });
  for (let count = 0; count < 20 && seen.closed === undefined; count += 1) {
    browser.send(Buffer.alloc(512 * 1024));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  assert.equal(await closes(seen), 1009);
});
