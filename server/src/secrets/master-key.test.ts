import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { openPlace } from '#testing/database.ts';
import { openMasterKey } from './master-key.ts';

const place = { purpose: 'hook', row: 'hok_1' };

const begin = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-key-'));
  const rows = await openPlace();
  t.after(async () => {
    await rows.db.destroy();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'master-key');
  const addHook = async () => {
    const tenant = await rows.tenant('acme');
    const application = await rows.application(tenant, await rows.environment(tenant, 'prod'), 'shop');
    await rows.db
      .insertInto('hooks')
      .values({
        id: rows.newId('hook'),
        application_id: application,
        name: 'deploy',
        spec: '{}',
        secret: 's1.x',
        user_id: await rows.user('ann'),
        created_by: 'ann',
        created_at: '2026-01-01T00:00:00.000Z',
        last_call_at: null,
        last_effect_at: null,
        last_outcome: null,
      })
      .execute();
  };
  return { ...rows, file, addHook };
};
const says = (words: RegExp) => (thrown: unknown) =>
  thrown instanceof PlatformError && thrown.code === 'unavailable' && words.test(thrown.message);

test('openMasterKey makes a key that only its owner can read, once', async (t) => {
  const { db, file } = await begin(t);
  const sealed = (await openMasterKey(db, file)).seal('secret', place);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal((await openMasterKey(db, file)).open(sealed, place), 'secret');
});

test('openMasterKey keeps the key out of the database', async (t) => {
  const { db, file } = await begin(t);
  await openMasterKey(db, file);
  const rows = JSON.stringify(await db.selectFrom('settings').selectAll().execute());
  assert.ok(!rows.includes(readFileSync(file, 'utf8').trim()));
});

test('openMasterKey refuses sealed values without their key', async (t) => {
  const { db, file, addHook } = await begin(t);
  await openMasterKey(db, file);
  await addHook();
  rmSync(file);
  await assert.rejects(openMasterKey(db, file), says(/is not there; put it back/));
  assert.throws(() => statSync(file), 'it makes no other key');
});

test('openMasterKey refuses sealed values with another key', async (t) => {
  const { db, file, addHook } = await begin(t);
  await openMasterKey(db, file);
  await addHook();
  writeFileSync(file, Buffer.alloc(32, 7).toString('base64url'));
  await assert.rejects(openMasterKey(db, file), says(/another master key/));
});

test('openMasterKey takes a new key while nothing is sealed', async (t) => {
  const { db, file } = await begin(t);
  await openMasterKey(db, file);
  rmSync(file);
  const sealed = (await openMasterKey(db, file)).seal('secret', place);
  assert.equal((await openMasterKey(db, file)).open(sealed, place), 'secret');
});

test('openMasterKey refuses a file that holds no key', async (t) => {
  const { db, file } = await begin(t);
  writeFileSync(file, 'hello\n');
  await assert.rejects(openMasterKey(db, file), says(/holds no master key/));
});
