import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { sendJson, startFakeServer } from '#testing/fake-server.ts';
import { makeFolder } from '#testing/temporary-folder.ts';
import { findPlace, listPlaces, readPlace } from './find-place.ts';
import { allPages, openSession } from './session.ts';

const machineWith = (folder: string, environment: Record<string, string> = {}) =>
  makeFakeMachine({ environment: { XDG_CONFIG_HOME: folder, ...environment } });

const configOf = (...urls: readonly string[]): string =>
  JSON.stringify({
    servers: urls.map((url) => ({ url, user: 'ada', key: 'k', expiresAt: '2027-01-01T00:00:00.000Z' })),
  });

test('openSession asks to sign in where nobody is', (t) =>
  assert.throws(
    () => openSession(machineWith(makeFolder(t)), {}),
    (thrown) => thrown instanceof PlatformError && thrown.code === 'unauthenticated',
  ));

test('openSession takes the server of BERTH_SERVER, and --server before it', (t) => {
  const folder = makeFolder(t, { 'berth/config.json': configOf('https://a.test', 'https://b.test', 'https://c.test') });
  const machine = machineWith(folder, { BERTH_SERVER: 'b.test' });
  assert.equal(openSession(machine, {}).server.url, 'https://b.test');
  assert.equal(openSession(machine, { server: 'c.test' }).server.url, 'https://c.test');
});

test('a call says who is not there when nothing listens', async () => {
  const server = await startFakeServer(() => undefined);
  await server.close();
  await assert.rejects(
    server.session(makeFakeMachine()).client.readCaller(),
    (thrown) => thrown instanceof PlatformError && thrown.code === 'unavailable' && thrown.message.includes(server.url),
  );
});

test('a call carries the key, and never follows a redirect with it', async (t) => {
  const seen: (string | undefined)[] = [];
  const server = await startFakeServer((path, request, response) => {
    seen.push(request.headers.authorization);
    if (path === '/elsewhere') sendJson(response, {});
    else response.writeHead(302, { location: '/elsewhere' }).end();
  });
  t.after(server.close);
  await assert.rejects(server.session(makeFakeMachine()).client.readCaller(), PlatformError);
  assert.deepEqual(seen, ['Bearer a-key']);
});

test('allPages reads on until there is no further page', async () => {
  const cursors: (string | undefined)[] = [];
  const items = await allPages(async ({ cursor }) => {
    cursors.push(cursor);
    return cursor === undefined ? { items: [1, 2], next: 'more' } : { items: [3] };
  });
  assert.deepEqual(items, [1, 2, 3]);
  assert.deepEqual(cursors, [undefined, 'more']);
});

for (const text of ['', 'main', '/local', 'main/', 'a/b/c'])
  test(`readPlace refuses "${text}"`, () => assert.throws(() => readPlace(text), PlatformError));

/** A server whose caller may see these environments, by tenant. */
const startTenants = (environments: Record<string, readonly string[] | number>) =>
  startFakeServer((path, _request, response) => {
    const tenant = /^\/v1\/tenants\/([^/]+)\/environments/.exec(path)?.[1] ?? '';
    const names = environments[tenant];
    if (path === '/v1/session')
      sendJson(response, {
        user: { name: 'ada', platformRole: null },
        memberships: Object.keys(environments).map((name) => ({ tenant: { name }, role: 'viewer' })),
      });
    else if (typeof names === 'number') sendJson(response, { error: { code: 'forbidden', message: 'No.' } }, names);
    else sendJson(response, { items: (names ?? []).map((name) => ({ name })), total: names?.length ?? 0 });
  });

test('findPlace means the only environment there is', async (t) => {
  const server = await startTenants({ hidden: 403, main: ['local'] });
  t.after(server.close);
  const place = await findPlace(server.session(makeFakeMachine()), {});
  assert.deepEqual(place, { tenant: 'main', environment: 'local' });
});

test('findPlace lists what there is where it cannot tell', async (t) => {
  const server = await startTenants({ main: ['local', 'other'] });
  t.after(server.close);
  await assert.rejects(
    findPlace(server.session(makeFakeMachine()), {}),
    (thrown) =>
      thrown instanceof PlatformError &&
      thrown.code === 'invalid_request' &&
      /main\/local, main\/other/.test(thrown.message),
  );
});

test('findPlace goes by the option, then the variable, then the choice', async (t) => {
  const server = await startTenants({});
  t.after(server.close);
  const session = server.session(makeFakeMachine({ environment: { BERTH_ENVIRONMENT: 'v/e' } }));
  const chosen = { ...session, server: { ...session.server, environment: 'c/e' } };
  assert.deepEqual(await findPlace(chosen, { environment: 'o/e' }), { tenant: 'o', environment: 'e' });
  assert.deepEqual(await findPlace(chosen, {}), { tenant: 'v', environment: 'e' });
  assert.deepEqual(await findPlace({ ...chosen, machine: makeFakeMachine() }, {}), { tenant: 'c', environment: 'e' });
});

test('listPlaces does not hide that the server failed', async (t) => {
  const server = await startTenants({ main: 500 });
  t.after(server.close);
  await assert.rejects(listPlaces(server.session(makeFakeMachine())), ApiError);
});
