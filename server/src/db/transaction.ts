// Every write goes through here. The body may run more than once, so it has no effect but on the database.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Db, Tx } from './tables.ts';

const triesMaximum = 5;

/** Runs the body in one transaction; again when the database says that somebody else was first. */
export const transact = async <T>(db: Db, body: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction().execute(body);
    } catch (thrown) {
      if (isUniqueViolation(thrown))
        throw new PlatformError('conflict', 'An object of that name exists already', {}, thrown);
      if (tries >= triesMaximum || !isLostRace(thrown)) throw thrown;
    }
  }
};

const numberOf = (thrown: unknown, field: 'errcode' | 'errno'): number | undefined => {
  const value = typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>)[field] : undefined;
  return typeof value === 'number' ? value : undefined;
};

// SQLite: BUSY and its kin. MySQL: deadlock and Galera's certification failure, which come at commit.
const isLostRace = (thrown: unknown): boolean => {
  const sqlite = numberOf(thrown, 'errcode');
  const mysql = numberOf(thrown, 'errno');
  return (sqlite !== undefined && (sqlite & 0xff) === 5) || mysql === 1213 || mysql === 1205;
};

// SQLite: 2067 unique, 1555 primary key. MySQL: 1062.
const isUniqueViolation = (thrown: unknown): boolean =>
  [2067, 1555].includes(numberOf(thrown, 'errcode') ?? 0) || numberOf(thrown, 'errno') === 1062;
