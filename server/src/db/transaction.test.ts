import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { sql } from 'kysely';
import { PlatformError } from '@berth/common/platform-error.ts';
import { openDb } from './open.ts';
import type { Db, Tx } from './tables.ts';
import { transact } from './transaction.ts';

const open = async (t: TestContext, file = ':memory:'): Promise<Db> => {
  const db = await openDb(file);
  t.after(() => db.destroy());
  return db;
};
const put = (tx: Tx, name: string, value = 'x') => tx.insertInto('settings').values({ name, value }).execute();
const names = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('settings').select('name').orderBy('name').execute()).map((row) => row.name);

test('transact gives what its body gives, and keeps what it wrote', async (t) => {
  const db = await open(t);
  const given = await transact(db, async (tx) => {
    await put(tx, 'a');
    return 7;
  });
  assert.equal(given, 7);
  assert.deepEqual(await names(db), ['a']);
});

test('transact keeps nothing of a body that throws, and throws the same', async (t) => {
  const db = await open(t);
  const error = new PlatformError('wrong_state', 'no');
  await assert.rejects(
    transact(db, async (tx) => {
      await put(tx, 'a');
      throw error;
    }),
    (thrown) => thrown === error,
  );
  assert.deepEqual(await names(db), []);
});

test('transact calls a name that is taken a conflict, with its cause', async (t) => {
  const db = await open(t);
  await transact(db, (tx) => put(tx, 'a'));
  await assert.rejects(
    transact(db, (tx) => put(tx, 'a')),
    (thrown: unknown) => thrown instanceof PlatformError && thrown.code === 'conflict' && thrown.cause instanceof Error,
  );
});

test('transact calls a row that points nowhere a mistake, not a conflict', async (t) => {
  const db = await open(t);
  await assert.rejects(
    transact(db, (tx) =>
      tx
        .insertInto('members')
        .values({ tenant_id: 't' as never, user_id: 'u' as never, role: 'viewer' })
        .execute(),
    ),
    (thrown: unknown) => !(thrown instanceof PlatformError),
  );
});

test('transact runs its body again when the database was busy, from the beginning', async (t) => {
  const db = await open(t);
  const busy = Object.assign(new Error('database is locked'), { errcode: 5 });
  let runs = 0;
  await transact(db, async (tx) => {
    runs += 1;
    await put(tx, `run-${runs}`);
    if (runs < 3) throw busy;
  });
  assert.deepEqual(await names(db), ['run-3']);
});

for (const [what, error] of Object.entries({
  'a snapshot that is out of date': { errcode: 517 },
  'a deadlock of MySQL, or a lost certification of Galera': { errno: 1213 },
  'a lock MySQL waited for too long': { errno: 1205 },
}))
  test(`transact tries again after ${what}`, async (t) => {
    const db = await open(t);
    let runs = 0;
    await transact(db, async () => {
      runs += 1;
      if (runs === 1) throw Object.assign(new Error('lost'), error);
    });
    assert.equal(runs, 2);
  });

test('transact gives up after a few tries', async (t) => {
  const db = await open(t);
  let runs = 0;
  await assert.rejects(
    transact(db, async () => {
      runs += 1;
      throw Object.assign(new Error('database is locked'), { errcode: 5 });
    }),
    /locked/,
  );
  assert.ok(runs > 1 && runs < 20, String(runs));
});

test('transact runs no other mistake twice', async (t) => {
  const db = await open(t);
  let runs = 0;
  await assert.rejects(
    transact(db, async () => {
      runs += 1;
      throw new Error('a mistake of ours');
    }),
  );
  assert.equal(runs, 1);
});

test('transact loses no update of two processes that write to one database file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-transact-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'db');
  const db = await open(t, file);
  await transact(db, (tx) => put(tx, 'counter', '0'));
  const writer = join(import.meta.dirname, 'testing/add-many.ts');
  const ends = await Promise.all(
    [0, 1].map(
      async () => (await once(spawn(process.execPath, [writer, file, '40'], { stdio: 'inherit' }), 'exit'))[0],
    ),
  );
  assert.deepEqual(ends, [0, 0], 'no writer gave up');
  const { value } = await db.selectFrom('settings').select('value').executeTakeFirstOrThrow();
  assert.equal(value, '80');
});

test('openDb makes every table from nothing, and finds them made the second time', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-open-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'db');
  const first = await openDb(file);
  await transact(first, (tx) => put(tx, 'kept'));
  const tables = (await first.introspection.getTables()).map(({ name }) => name).sort();
  assert.deepEqual(tables, [
    'applications',
    'containers',
    'environments',
    'events',
    'hook_deliveries',
    'hooks',
    'hosts',
    'jobs',
    'join_tokens',
    'leases',
    'members',
    'operations',
    'revisions',
    'runs',
    'sessions',
    'settings',
    'tenants',
    'users',
    'zones',
  ]);
  await first.destroy();
  assert.deepEqual(await names(await open(t, file)), ['kept']);
});

test('openDb keeps what is acknowledged, checks what points elsewhere, and lets readers go on', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-open-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const db = await open(t, join(folder, 'db'));
  const pragma = async (name: string) =>
    Object.values((await sql.raw(`pragma ${name}`).execute(db)).rows[0] as object)[0] as unknown;
  assert.deepEqual(
    [
      await pragma('journal_mode'),
      await pragma('synchronous'),
      await pragma('foreign_keys'),
      await pragma('busy_timeout'),
    ],
    ['wal', 2, 1, 5000],
  );
});

test('openDb says that a file is no database', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-open-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'db');
  const other = new DatabaseSync(file);
  other.exec('create table users (id text)');
  other.close();
  await assert.rejects(
    openDb(file),
    (thrown: unknown) => thrown instanceof PlatformError && thrown.code === 'unavailable',
  );
});
