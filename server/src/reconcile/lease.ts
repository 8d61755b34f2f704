// Leases as rows: one holder at a time, and a fencing number that only grows, which Docker Servers check.
import { randomUUID } from 'node:crypto';
import type { Clock } from '@berth/common/clock.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';

const leaseMs = 15_000;

export interface Leases {
  /** The fencing number when this server holds the lease (now for 15 s more); undefined when another does. */
  readonly hold: (name: string) => Promise<number | undefined>;
  /** A Docker Server refused the number: whoever holds the lease now is asked of the database, not of memory. */
  readonly forget: (name: string) => void;
  /** Gives all leases back, for a quick take-over. */
  readonly release: () => Promise<void>;
}

/**
 * `holder` names this server run; a restarted server is another holder. `hasEnded` knows of holders that cannot come back,
 * so that a server that was killed is followed at once by its restart. If it errs, the fencing number still protects.
 */
export const makeLeases = (
  db: Db,
  clock: Clock,
  holder: string,
  hasEnded: (holder: string) => boolean = () => false,
): Leases => {
  const held = new Map<string, { fence: number; renewAtMs: number }>();
  return {
    hold: async (name) => {
      const known = held.get(name);
      if (known !== undefined && clock.monotonicMs() < known.renewAtMs) return known.fence;
      const startedMs = clock.monotonicMs();
      const fence = await transact(db, async (tx) => {
        const now = clock.nowMs();
        const row = await tx
          .selectFrom('leases')
          .select(['holder', 'fence', 'expires_ms'])
          .where('name', '=', name)
          .executeTakeFirst();
        if (row === undefined) {
          await tx
            .insertInto('leases')
            .values({ name, holder, fence: 1, expires_ms: now + leaseMs })
            .execute();
          return 1;
        }
        if (row.holder !== holder && row.expires_ms > now && !hasEnded(row.holder)) return undefined;
        const next = row.holder === holder ? row.fence : row.fence + 1;
        const { numUpdatedRows } = await tx
          .updateTable('leases')
          .set({ holder, fence: next, expires_ms: now + leaseMs })
          .where('name', '=', name)
          .where('holder', '=', row.holder)
          .where('fence', '=', row.fence)
          .executeTakeFirst();
        return numUpdatedRows === 1n ? next : undefined;
      });
      if (fence === undefined) held.delete(name);
      else held.set(name, { fence, renewAtMs: startedMs + leaseMs / 3 });
      return fence;
    },
    forget: (name) => void held.delete(name),
    release: async () => {
      held.clear();
      await db.updateTable('leases').set({ expires_ms: 0 }).where('holder', '=', holder).execute();
    },
  };
};

/** A holder's name that tells its process. */
export const newHolder = (): string => `${process.pid}-${randomUUID()}`;

/** For servers on one machine, as with a database in a file: whether the holder's process is gone. */
export const processHasEnded = (holder: string): boolean => {
  const pid = Number.parseInt(holder, 10);
  if (!Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH';
  }
};
