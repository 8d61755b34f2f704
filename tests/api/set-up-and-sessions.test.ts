// The first run, signing in and out, and how long each secret is good for. A portal server alone, without any host.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { systemClock, type Clock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { startPortalServer, type PortalServer } from '@berth/server/assemble.ts';
import { ask, type Answer } from '#harness/ask.ts';
import { refusedWith } from '#harness/application.ts';
import { adminName, adminPassword, clientWith, setUp, signIn } from '#harness/berth.ts';
import { samples } from './route-samples.ts';

interface Alone {
  readonly server: PortalServer;
  readonly folder: string;
  readonly code: string;
  /** Moves the wall clock. */
  readonly later: (ms: number) => void;
}

/** A new portal server for the test, gone after it. */
const withServer = async (look: (alone: Alone) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-alone-'));
  let offsetMs = 0;
  const clock: Clock = {
    ...systemClock,
    nowMs: () => systemClock.nowMs() + offsetMs,
    monotonicMs: () => systemClock.monotonicMs() + offsetMs,
  };
  const server = await start(folder, clock);
  try {
    await look({ server, folder, code: server.setupCode ?? '', later: (ms) => (offsetMs += ms) });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
const start = (dataFolder: string, clock: Clock): Promise<PortalServer> =>
  startPortalServer({
    dataFolder,
    address: '127.0.0.1',
    port: 0,
    portalFolder: undefined,
    tls: undefined,
    trustedProxies: [],
    clock,
    log: silentLog,
  });
const plain = ({ status, code, message }: Answer) => ({ status, code, message });
const hourMs = 3_600_000;

suite('a portal server alone', { concurrency: 3 }, () => {
  suite('set-up', { concurrency: 4 }, () => {
    test('is done once, with the code that only the machine’s administrator can read', () =>
      withServer(async ({ server, folder, code }) => {
        const stranger = clientWith(server.url, undefined);
        assert.match(code, /^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
        assert.equal(statSync(join(folder, 'setup-code')).mode & 0o777, 0o600);
        assert.deepEqual(await stranger.readSetup(), { needed: true });
        const body = { code: 'AAAA-BBBB-CCCC-DDDD', name: adminName, password: adminPassword };
        await refusedWith('forbidden', () => stranger.completeSetup({ body }));
        await refusedWith('invalid_request', () =>
          stranger.completeSetup({ body: { ...body, code, password: 'short' } }),
        );
        assert.deepEqual(await stranger.readSetup(), { needed: true });
        const done = await ask(server.url, 'completeSetup', { body: { ...body, code: ` ${code.toLowerCase()} ` } });
        assert.equal(done.status, 201);
        assert.match(done.headers.get('set-cookie') ?? '', /HttpOnly; SameSite=Strict/);
        assert.deepEqual(await stranger.readSetup(), { needed: false });
        assert.equal(existsSync(join(folder, 'setup-code')), false);
        await refusedWith('wrong_state', () => stranger.completeSetup({ body: { ...body, code, name: 'eve' } }));
        await refusedWith('unauthenticated', () => signIn(server.url, 'eve', adminPassword));
      }));

    test('is won by one of many who try at once', () =>
      withServer(async ({ server, code }) => {
        const tries = ['a', 'b', 'c', 'd', 'e'].map((name) =>
          ask(server.url, 'completeSetup', { body: { code, name, password: adminPassword } }),
        );
        const statuses = (await Promise.all(tries)).map(({ status }) => String(status)).sort();
        assert.deepEqual(statuses, ['201', '409', '409', '409', '409']);
      }));

    test('makes guessing slow, and says when to come back', () =>
      withServer(async ({ server, code, later }) => {
        const guess = () =>
          ask(server.url, 'completeSetup', { body: { code: 'WRONG', name: 'eve', password: adminPassword } });
        for (let tries = 0; tries < 10; tries += 1) assert.equal((await guess()).status, 403);
        const refused = await guess();
        assert.deepEqual([refused.status, refused.code], [429, 'too_many_requests']);
        const seconds = Number(refused.headers.get('retry-after'));
        assert.ok(seconds >= 1 && seconds <= 60, `${seconds}`);
        later(61_000);
        await setUp(server.url, code);
      }));

    test('is not asked for again after a restart, and there is no account but the one that was made', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'berth-again-'));
      try {
        const first = await start(folder, systemClock);
        const { setupCode } = first;
        await first.close();
        const second = await start(folder, systemClock);
        assert.equal(second.setupCode, setupCode, 'a code that was printed stays good');
        for (const [name, password] of [
          ['admin', 'admin'],
          ['root', 'root'],
          ['admin', 'password'],
          [adminName, ''],
        ] as const)
          assert.notEqual((await ask(second.url, 'signIn', { body: { name, password, client: 'cli' } })).status, 201);
        const key = await setUp(second.url, setupCode ?? '');
        await second.close();
        const third = await start(folder, systemClock);
        assert.equal(third.setupCode, undefined);
        assert.equal(
          (await clientWith(third.url, key).readCaller()).user.name,
          adminName,
          'a session outlives a restart',
        );
        await third.close();
        const stored =
          readFileSync(join(folder, 'berth.sqlite')).toString('latin1') +
          (existsSync(join(folder, 'berth.sqlite-wal'))
            ? readFileSync(join(folder, 'berth.sqlite-wal')).toString('latin1')
            : '');
        for (const secret of [key, adminPassword, setupCode ?? ''])
          assert.equal(stored.includes(secret), false, 'no secret is stored as it is');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });

  suite('a session', { concurrency: 4 }, () => {
    test('is opened by name and password, and a wrong one of either looks the same', () =>
      withServer(async ({ server, code }) => {
        await setUp(server.url, code);
        const attempt = (name: string, password: string) =>
          ask(server.url, 'signIn', { body: { name, password, client: 'cli' } });
        const wrongPassword = await attempt(adminName, 'not the password');
        const wrongName = await attempt('nobody', adminPassword);
        assert.deepEqual(plain(wrongPassword), {
          status: 401,
          code: 'unauthenticated',
          message: 'Name or password is wrong',
        });
        assert.deepEqual(plain(wrongName), plain(wrongPassword));
        assert.equal((await attempt(adminName.toUpperCase(), adminPassword)).status, 201);
      }));

    test('says who one is, and ends when one signs out, that one and no other', () =>
      withServer(async ({ server, code }) => {
        const key = await setUp(server.url, code);
        const other = await signIn(server.url, adminName, adminPassword);
        const caller = await clientWith(server.url, key).readCaller();
        assert.deepEqual(
          [caller.user.name, caller.user.platformRole, caller.memberships],
          [adminName, 'platform_admin', []],
        );
        await clientWith(server.url, key).signOut();
        await refusedWith('unauthenticated', () => clientWith(server.url, key).readCaller());
        assert.equal((await clientWith(server.url, other).readCaller()).user.name, adminName);
      }));

    test('runs out: of the portal after twelve hours, of the command line after ninety days', () =>
      withServer(async ({ server, code, later }) => {
        const key = await setUp(server.url, code);
        const portal = await ask(server.url, 'signIn', {
          body: { name: adminName, password: adminPassword, client: 'portal' },
        });
        const cookie = (portal.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
        const statuses = async () => [
          (await ask(server.url, 'readCaller', { cookie })).status,
          (await ask(server.url, 'readCaller', { key })).status,
        ];
        later(12 * hourMs - 60_000);
        assert.deepEqual(await statuses(), [200, 200]);
        later(60_000);
        assert.deepEqual(await statuses(), [401, 200]);
        later(90 * 24 * hourMs);
        assert.deepEqual(await statuses(), [401, 401]);
      }));

    test('cannot be guessed for: ten tries on an account, sixty from an address, and none of it locks others out', () =>
      withServer(async ({ server, code, later }) => {
        await setUp(server.url, code);
        later(61_000);
        const attempt = async (name: string, password = 'guess') =>
          (await ask(server.url, 'signIn', { body: { name, password, client: 'cli' } })).status;
        for (let tries = 0; tries < 10; tries += 1) assert.equal(await attempt(adminName), 401);
        assert.equal(await attempt(adminName, adminPassword), 429, 'also with the right one');
        const others = await Promise.all(Array.from({ length: 50 }, (_, tries) => attempt(`name-${tries}`)));
        assert.ok(
          others.every((status) => status === 401),
          others.join(),
        );
        assert.equal(await attempt('name-x'), 429);
        later(61_000);
        assert.equal(await attempt(adminName, adminPassword), 201);
      }));

    test('is not what the installer’s key is', () =>
      withServer(async ({ server }) => {
        const installer = clientWith(server.url, server.installerKey);
        await installer.createTenant({ body: { name: 'main', title: 'Main' } });
        await refusedWith('unauthenticated', () => installer.readCaller());
        await refusedWith('unauthenticated', () => installer.signOut());
        for (const call of [
          () => installer.listUsers(),
          () => installer.createUser({ body: { name: 'eve', password: adminPassword } }),
          () => installer.listLoops(),
        ])
          await refusedWith('forbidden', call);
        await refusedWith('forbidden', () => installer.listMembers({ params: { tenant: 'main' } }));
        await refusedWith('forbidden', () =>
          installer.setMember({ params: { tenant: 'main', user: 'eve' }, body: { role: 'tenant_admin' } }),
        );
      }));
  });

  test('a join token is good for an hour', () =>
    withServer(async ({ server, later }) => {
      const installer = clientWith(server.url, server.installerKey);
      await installer.createZone({ body: { name: 'local', title: 'L' } });
      await installer.createTenant({ body: { name: 'main', title: 'Main' } });
      await installer.createEnvironment({
        params: { tenant: 'main' },
        body: { name: 'local', title: 'L', zone: 'local', kind: 'standalone' },
      });
      const { token, expiresAt } = await installer.createJoinToken({
        params: { tenant: 'main', environment: 'local' },
      });
      assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - hourMs) < 60_000);
      later(hourMs);
      const publicKey = generateKeyPairSync('ed25519')
        .publicKey.export({ type: 'spki', format: 'der' })
        .toString('base64');
      const answer = await ask(server.url, 'joinHost', {
        body: { ...(samples.joinHost.body?.('') as object), token, publicKey },
      });
      assert.deepEqual([answer.status, answer.code], [401, 'unauthenticated']);
    }));
});
