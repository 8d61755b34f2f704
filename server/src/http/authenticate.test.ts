import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Actor } from '#context.ts';
import { secretHash } from '#sign-in/secret.ts';
import { openPlace } from '#testing/database.ts';
import { cookieOf, makeAuthenticator } from './authenticate.ts';

const code = (expected: string) => (thrown: unknown) => thrown instanceof PlatformError && thrown.code === expected;
const secret = `berthses_${'s'.repeat(43)}`;
const own = { host: 'portal:8080', origin: 'https://portal:8080' };
const request = (headers: Record<string, string>, method = 'GET') =>
  ({ headers, method }) as unknown as IncomingMessage;

const begin = async (t: TestContext) => {
  const { db, clock, newId, user } = await openPlace();
  t.after(() => db.destroy());
  const id = await user('ann');
  await db
    .insertInto('sessions')
    .values({
      id: newId('session'),
      user_id: id,
      secret_hash: secretHash(secret),
      client: 'portal',
      created_at: '2026-01-01T00:00:00.000Z',
      expires_at: '2026-01-02T00:00:00.000Z',
    })
    .execute();
  const installer: Actor = { kind: 'system', role: 'installer' };
  const { actorOf } = makeAuthenticator(db, clock, new Map([[`berthinst_${'i'.repeat(43)}`, installer]]));
  return {
    clock,
    ask: (headers: Record<string, string>, method?: string) => actorOf(request(headers, method), 'session'),
  };
};

test('makeAuthenticator asks nobody on a route for anyone', async (t) => {
  const { db, clock } = await openPlace();
  t.after(() => db.destroy());
  assert.equal(await makeAuthenticator(db, clock, new Map()).actorOf(request({}), 'anyone'), null);
});

test('makeAuthenticator knows a session by its cookie and by its key, and the installer by its own', async (t) => {
  const { ask } = await begin(t);
  for (const headers of [{ cookie: `other=1; berth_session=${secret}` }, { authorization: `Bearer ${secret}` }]) {
    const actor = await ask(headers);
    assert.ok(actor?.kind === 'user' && actor.name === 'ann');
  }
  assert.deepEqual(await ask({ authorization: `Bearer berthinst_${'i'.repeat(43)}` }), {
    kind: 'system',
    role: 'installer',
  });
});

test('makeAuthenticator lets no stranger in', async (t) => {
  const { ask, clock } = await begin(t);
  for (const headers of [
    {},
    { cookie: '' },
    { cookie: 'berth_session' },
    { cookie: `my_berth_session=${secret}` },
    { cookie: `berth_session=${secret}x` },
    { authorization: secret },
    { authorization: `Basic ${secret}` },
    { authorization: `Bearer ${secretHash(secret)}` },
    { authorization: 'Bearer ' },
  ] as Record<string, string>[])
    await assert.rejects(ask(headers), code('unauthenticated'), JSON.stringify(headers));
  clock.advance(24 * 3_600_000);
  await assert.rejects(
    ask({ cookie: `berth_session=${secret}` }),
    code('unauthenticated'),
    'a session that has run out',
  );
});

test('makeAuthenticator takes a change on a cookie from the portal’s own pages only', async (t) => {
  const { ask } = await begin(t);
  const cookie = `berth_session=${secret}`;
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    assert.ok(await ask({ cookie, ...own }, method));
    assert.ok(await ask({ cookie, host: own.host, 'sec-fetch-site': 'same-origin' }, method));
    for (const from of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://portal:8081' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ] as Record<string, string>[])
      await assert.rejects(ask({ cookie, host: own.host, ...from }, method), code('forbidden'), JSON.stringify(from));
  }
  assert.ok(await ask({ cookie, host: own.host, origin: 'https://evil.example' }), 'reading changes nothing');
});

test('makeAuthenticator asks a key for no origin: no browser sends it by itself', async (t) => {
  const { ask } = await begin(t);
  assert.ok(await ask({ authorization: `Bearer ${secret}` }, 'DELETE'));
});

test('cookieOf finds the session among other cookies', () => {
  assert.equal(cookieOf(request({ cookie: 'a=b;berth_session=x-y_z; c=d' })), 'x-y_z');
  assert.equal(cookieOf(request({ cookie: 'a=berth_session=x' })), undefined);
  assert.equal(cookieOf(request({})), undefined);
});
