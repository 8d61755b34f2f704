import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { openPlace } from '#testing/database.ts';
import { makeAttemptLimits } from './attempt-limits.ts';
import { hashPassword, passwordFits } from './password.ts';
import { newSecret, sameSecret, secretHash } from './secret.ts';
import { makeSetupCode } from './setup-code.ts';
import {
  completeSetup,
  findActor,
  readCaller,
  setupNeeded,
  signIn,
  signOut,
  type SignInParts,
} from './sign-in-actions.ts';

const code = (expected: string) => (thrown: unknown) => thrown instanceof PlatformError && thrown.code === expected;
const password = 'correct horse';

const begin = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-sign-in-'));
  const place = await openPlace();
  t.after(async () => {
    await place.db.destroy();
    rmSync(folder, { recursive: true });
  });
  const parts: SignInParts = {
    db: place.db,
    clock: place.clock,
    newId: place.newId,
    limits: makeAttemptLimits(place.clock),
    setupCode: makeSetupCode(join(folder, 'setup-code')),
  };
  const setUp = () =>
    completeSetup(parts, { code: parts.setupCode.read(), name: 'ann', password, address: '10.0.0.1' });
  return { ...place, parts, setUp };
};
const attempt = (parts: SignInParts, more: Partial<Parameters<typeof signIn>[1]> = {}) =>
  signIn(parts, { name: 'ann', password, client: 'portal', address: '10.0.0.1', ...more });

// Passwords and secrets

test('hashPassword gives argon2id as PHC text, another each time, that fits its password only', async () => {
  const hash = await hashPassword(password);
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(await hashPassword(password), hash);
  assert.equal(await passwordFits(password, hash), true);
  assert.equal(await passwordFits(`${password} `, hash), false);
  assert.equal(await passwordFits('', hash), false);
});

test('passwordFits reads the costs from the text, so that they may rise later', async () => {
  // argon2id of "password" with the salt "somesaltsomesalt", m=64, t=1, p=2.
  const [, , , , salt] = (await hashPassword('x')).split('$');
  assert.ok(salt !== undefined);
  const cheap = (await hashPassword(password)).replace('m=19456,t=2', 'm=64,t=1');
  assert.equal(await passwordFits(password, cheap), false, 'other costs give another tag');
});

test('passwordFits takes no text of another form', async () => {
  for (const text of ['', 'plain', '$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA', '$2b$10$abc'])
    assert.equal(await passwordFits('x', text), false, text);
});

test('newSecret says what it is and never comes twice; its hash does not show it', () => {
  const secret = newSecret('berthkey');
  assert.match(secret, /^berthkey_[\w-]{43}$/);
  assert.notEqual(newSecret('berthkey'), secret);
  assert.match(secretHash(secret), /^[0-9a-f]{64}$/);
  assert.equal(sameSecret(secret, secret), true);
  assert.equal(sameSecret(secret, `${secret}x`), false);
});

// First run

test('makeSetupCode keeps its code in a file for its owner alone, until it is spent', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-code-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'code');
  const first = makeSetupCode(file);
  const text = first.read();
  assert.match(text, /^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
  assert.equal(makeSetupCode(file).read(), text, 'the same after a restart');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(first.fits(` ${text.toLowerCase()}\n`), true);
  assert.equal(first.fits('AAAA-AAAA-AAAA-AAAA'), false);
  first.spend();
  assert.equal(existsSync(file), false);
  assert.equal(first.fits(text), false);
});

test('completeSetup makes the first account, gives it the tenants of the first run, and signs it in', async (t) => {
  const { parts, db, tenant, clock } = await begin(t);
  const id = await tenant('acme');
  const { caller, secret } = await completeSetup(parts, {
    code: parts.setupCode.read(),
    name: 'ann',
    password,
    tenantTitle: 'Acme 公司',
    address: 'x',
  });
  assert.equal(caller.user.platformRole, 'platform_admin');
  assert.deepEqual(caller.memberships, [{ tenant: { id, name: 'acme', title: 'Acme 公司' }, role: 'tenant_admin' }]);
  const actor = await findActor(db, clock, secret);
  assert.ok(actor?.kind === 'user' && actor.user === caller.user.id);
  assert.equal(await setupNeeded(db), false);
});

test('completeSetup works once', async (t) => {
  const { parts, setUp } = await begin(t);
  const first = parts.setupCode.read();
  await setUp();
  for (const given of [first, parts.setupCode.read()])
    await assert.rejects(
      completeSetup(parts, { code: given, name: 'eve', password, address: 'x' }),
      code('wrong_state'),
    );
});

test('completeSetup gives one of two who hold the code the account', async (t) => {
  const { parts, db } = await begin(t);
  const given = parts.setupCode.read();
  const both = await Promise.allSettled(
    ['ann', 'eve'].map((name) => completeSetup(parts, { code: given, name, password, address: name })),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await db.selectFrom('users').select('name').execute()).length, 1);
});

test('completeSetup refuses a wrong code, and stops one who guesses', async (t) => {
  const { parts } = await begin(t);
  const guess = () => completeSetup(parts, { code: 'AAAA-AAAA-AAAA-AAAA', name: 'eve', password, address: 'x' });
  for (let tries = 0; tries < 10; tries += 1) await assert.rejects(guess(), code('forbidden'));
  await assert.rejects(guess(), code('too_many_requests'));
  assert.equal(await setupNeeded(parts.db), true);
});

// Sessions

test('signIn gives a session to name and password, in any case of the name', async (t) => {
  const { parts, setUp, db, clock } = await begin(t);
  await setUp();
  for (const client of ['portal', 'cli'] as const) {
    const { caller, secret, lifeMs } = await attempt(parts, { client, name: 'Ann' });
    assert.equal(caller.user.name, 'ann');
    assert.match(secret, client === 'cli' ? /^berthkey_/ : /^berthses_/);
    assert.ok((await findActor(db, clock, secret)) !== undefined);
    assert.equal(Date.parse(caller.expiresAt), clock.nowMs() + lifeMs);
  }
});

test('signIn answers a wrong password and an unknown name alike', async (t) => {
  const { parts, setUp } = await begin(t);
  await setUp();
  const errors = await Promise.all(
    [{ password: 'wrong password' }, { name: 'nobody' }, { name: "ann' or 1=1 --" }].map((more) =>
      attempt(parts, more).then(
        () => assert.fail('it signed in'),
        (thrown: unknown) => thrown as PlatformError,
      ),
    ),
  );
  for (const error of errors)
    assert.deepEqual([error.code, error.message], ['unauthenticated', 'Name or password is wrong']);
});

test('signIn keeps the secret nowhere', async (t) => {
  const { parts, setUp, db } = await begin(t);
  await setUp();
  const { secret } = await attempt(parts);
  assert.ok(
    !JSON.stringify(await db.selectFrom('sessions').selectAll().execute()).includes(secret.split('_')[1] ?? ''),
  );
});

test('signIn stops one who guesses at an account, and lets others at it in', async (t) => {
  const { parts, setUp, clock } = await begin(t);
  await setUp();
  const guess = () => attempt(parts, { password: 'wrong password', address: '10.6.6.6' });
  for (let tries = 0; tries < 10; tries += 1) await assert.rejects(guess(), code('unauthenticated'));
  await assert.rejects(guess(), (thrown: unknown) => {
    assert.ok(thrown instanceof PlatformError && thrown.code === 'too_many_requests');
    const seconds = thrown.detail['retryAfterSeconds'];
    return typeof seconds === 'number' && seconds > 0 && seconds <= 60;
  });
  await assert.rejects(
    attempt(parts, { address: '10.6.6.6' }),
    code('too_many_requests'),
    'not even with the password',
  );
  assert.ok(await attempt(parts, { address: '10.0.0.1' }), 'the person from elsewhere');
  clock.advance(60_001);
  assert.ok(await attempt(parts, { address: '10.6.6.6' }));
});

test('findActor knows a session until it has run out or is ended', async (t) => {
  const { parts, setUp, db, clock } = await begin(t);
  const { secret, lifeMs } = await setUp();
  clock.advance(lifeMs - 1);
  assert.ok((await findActor(db, clock, secret)) !== undefined);
  clock.advance(1);
  assert.equal(await findActor(db, clock, secret), undefined);
  const again = await attempt(parts);
  const actor = await findActor(db, clock, again.secret);
  assert.ok(actor?.kind === 'user');
  await signOut(db, actor.session);
  assert.equal(await findActor(db, clock, again.secret), undefined);
  await assert.rejects(readCaller(db, actor.session), code('unauthenticated'));
  assert.equal(await findActor(db, clock, 'berthses_guess'), undefined);
});

test('signIn sweeps out sessions that have run out', async (t) => {
  const { parts, setUp, db, clock } = await begin(t);
  const { lifeMs } = await setUp();
  clock.advance(lifeMs + 1);
  await attempt(parts);
  assert.equal((await db.selectFrom('sessions').select('id').execute()).length, 1);
});

// Limits

test('makeAttemptLimits counts each key by itself, within a minute', () => {
  const clock = makeFakeClock();
  const limits = makeAttemptLimits(clock);
  for (let tries = 0; tries < 3; tries += 1) limits.count({ a: 3 });
  assert.throws(() => limits.count({ a: 3 }), code('too_many_requests'));
  limits.count({ b: 3 });
  clock.advance(60_001);
  limits.count({ a: 3 });
});

test('makeAttemptLimits forgives on request', () => {
  const limits = makeAttemptLimits(makeFakeClock());
  limits.count({ a: 1 });
  limits.forgive('a');
  limits.count({ a: 1 });
  assert.throws(() => limits.count({ a: 1 }), code('too_many_requests'));
});

test('makeAttemptLimits forgets old keys when there are very many', () => {
  const clock = makeFakeClock();
  const limits = makeAttemptLimits(clock);
  for (let key = 0; key < 10_001; key += 1) limits.count({ [`k${key}`]: 1 });
  clock.advance(60_001);
  limits.count({ fresh: 1 });
  assert.throws(() => limits.count({ fresh: 1 }), code('too_many_requests'), 'and keeps young ones');
});
