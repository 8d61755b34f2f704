// The master key: a file beside the database, never in it, so that a copy of the database alone gives no secret away. Made at
// the first start; a server that has sealed values and not their key does not start, before it makes things worse.
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Db } from '#db/tables.ts';
import { keyBytes, makeSealer, type Sealer } from './seal.ts';

const settingName = 'master-key-check';
const place = { purpose: 'master-key-check', row: settingName };

export const openMasterKey = async (db: Db, file: string): Promise<Sealer> => {
  const hasSealed = await hasSealedValues(db);
  const known = readKey(file);
  if (known === undefined && hasSealed)
    throw new PlatformError(
      'unavailable',
      `The database holds secrets sealed with the master key ${file}, and that file is not there; put it back from the backup`,
    );
  const sealer = makeSealer(known ?? makeKey(file));
  if (!(await fits(db, sealer))) {
    if (hasSealed)
      throw new PlatformError(
        'unavailable',
        `The database holds secrets sealed with another master key than ${file}; put the right one back from the backup`,
      );
    await keepCheck(db, sealer);
  }
  return sealer;
};

const hasSealedValues = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('hooks').select('id').limit(1).executeTakeFirst()) !== undefined;

const readKey = (file: string): Buffer | undefined => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw new PlatformError('unavailable', `The master key ${file} cannot be read`, {}, thrown);
  }
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length !== keyBytes) throw new PlatformError('unavailable', `The file ${file} holds no master key`);
  return key;
};

// Complete or not there: a link to a file that is written out, which fails when another server was first.
const makeKey = (file: string): Buffer => {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  writeSync(handle, `${randomBytes(keyBytes).toString('base64url')}\n`);
  fsyncSync(handle);
  closeSync(handle);
  try {
    linkSync(draft, file);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  } finally {
    rmSync(draft, { force: true });
  }
  const key = readKey(file);
  if (key === undefined) throw new PlatformError('unavailable', `The master key ${file} could not be made`);
  return key;
};

const fits = async (db: Db, sealer: Sealer): Promise<boolean> => {
  const row = await db.selectFrom('settings').select('value').where('name', '=', settingName).executeTakeFirst();
  if (row === undefined) return false;
  try {
    return sealer.open(row.value, place) === settingName;
  } catch {
    return false;
  }
};

const keepCheck = async (db: Db, sealer: Sealer): Promise<void> => {
  await db.deleteFrom('settings').where('name', '=', settingName).execute();
  await db
    .insertInto('settings')
    .values({ name: settingName, value: sealer.seal(settingName, place) })
    .execute();
};
