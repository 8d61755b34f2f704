import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { facts, openPlace } from '#testing/database.ts';
import { createJoinToken, joinHost } from './docker-server-gate.ts';

const code = (expected: string) => (thrown: unknown) => thrown instanceof PlatformError && thrown.code === expected;
const publicKeyOf = (type: 'ed25519' | 'ed448' = 'ed25519'): string =>
  generateKeyPairSync(type as 'ed25519')
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64');

const begin = async (t: TestContext) => {
  const place = await openPlace();
  t.after(() => place.db.destroy());
  const tenant = await place.tenant('acme');
  const environment = await place.environment(tenant, 'prod');
  const admin = place.contextOf(await place.user('root', 'platform_admin'), 'root', 'platform_admin');
  const token = async () => (await createJoinToken(admin, place.db, { tenant: 'acme', environment: 'prod' })).token;
  const join = (more: Partial<Parameters<typeof joinHost>[1]> & { token: string }) =>
    joinHost(place, { publicKey: publicKeyOf(), facts, ...more });
  return { ...place, tenantId: tenant, environmentId: environment, token, join };
};

test('joinHost makes a host of the token’s environment, waiting for its connection', async (t) => {
  const { db, environmentId, token, join } = await begin(t);
  const publicKey = publicKeyOf();
  const { host, name } = await join({ token: await token(), publicKey });
  assert.equal(name, 'alpha');
  const row = await db.selectFrom('hosts').selectAll().executeTakeFirstOrThrow();
  assert.deepEqual(
    [row.id, row.environment_id, row.public_key, row.state, row.observed_at, JSON.parse(row.facts ?? '')],
    [host, environmentId, publicKey, 'joining', null, facts],
  );
});

test('joinHost takes a token once', async (t) => {
  const { db, token, join } = await begin(t);
  const once = await token();
  await join({ token: once });
  await db.deleteFrom('hosts').execute();
  await assert.rejects(join({ token: once }), code('unauthenticated'));
});

test('joinHost gives one of two who show the same token the host', async (t) => {
  const { db, token, join } = await begin(t);
  const once = await token();
  const both = await Promise.allSettled([join({ token: once }), join({ token: once })]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await db.selectFrom('hosts').select('id').execute()).length, 1);
});

test('joinHost takes a token for an hour', async (t) => {
  const { clock, token, join } = await begin(t);
  const old = await token();
  clock.advance(3_600_000);
  await assert.rejects(join({ token: old }), code('unauthenticated'));
  const young = await token();
  clock.advance(3_599_999);
  assert.ok(await join({ token: young }));
});

test('joinHost knows no token that was never given, and keeps none as it is', async (t) => {
  const { db, token, join } = await begin(t);
  await assert.rejects(join({ token: 'berthjoin_guess' }), code('unauthenticated'));
  const given = await token();
  assert.ok(!JSON.stringify(await db.selectFrom('join_tokens').selectAll().execute()).includes(given.slice(10)));
});

test('joinHost refuses a second host of a standalone environment, and leaves the token for later', async (t) => {
  const { db, token, join } = await begin(t);
  await join({ token: await token() });
  const second = await token();
  await assert.rejects(join({ token: second }), code('wrong_state'));
  await db.deleteFrom('hosts').execute();
  assert.ok(await join({ token: second }));
});

test('joinHost refuses a key that another host has already', async (t) => {
  const { tenantId, environment, host, token, join } = await begin(t);
  const publicKey = publicKeyOf();
  await host(await environment(tenantId, 'other'), 'beta', { publicKey });
  await assert.rejects(join({ token: await token(), publicKey }), code('conflict'));
});

for (const [what, key] of Object.entries({
  'no key at all': 'x',
  'a key of another kind': publicKeyOf('ed448'),
  'a private key': generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .toString('base64'),
}))
  test(`joinHost refuses ${what} before it spends the token`, async (t) => {
    const { token, join } = await begin(t);
    const kept = await token();
    // Thrown at once or later: either way nothing is spent.
    await assert.rejects(async () => join({ token: kept, publicKey: key }), code('invalid_request'));
    assert.ok(await join({ token: kept }));
  });

test('createJoinToken is for the platform’s administrators', async (t) => {
  const { db, user, member, contextOf, tenantId } = await begin(t);
  const ann = await user('ann');
  await member(tenantId, ann, 'tenant_admin');
  const reference = { tenant: 'acme', environment: 'prod' };
  await assert.rejects(createJoinToken(contextOf(ann), db, reference), code('forbidden'));
  await assert.rejects(createJoinToken(contextOf(await user('eve')), db, reference), code('not_found'));
});
