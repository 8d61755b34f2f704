// Opens the database and brings it to the newest migration.
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { PlatformError } from '@berth/common/platform-error.ts';
import { openNodeSqlite } from './dialect-node-sqlite.ts';
import { migrations } from './migrations.ts';
import type { Db, Tables } from './tables.ts';

/** `file`: path of the SQLite database, or `:memory:`. */
export const openDb = async (file: string): Promise<Db> => {
  const db = new Kysely<Tables>({ dialect: openNodeSqlite(file) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new PlatformError('unavailable', 'The database could not be brought up to date', { results }, error);
  return db;
};
