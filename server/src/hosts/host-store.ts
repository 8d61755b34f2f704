// Hosts, join tokens and observed containers in the database.
import type { Id } from '@berth/contract/ids.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { HostFacts, HostState } from '@berth/contract/hosts.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const hostColumns = [
  'id',
  'environment_id',
  'name',
  'state',
  'reason',
  'since',
  'facts',
  'observed_at',
  'running',
  'total',
  'foreign_total',
] as const;
export type HostRow = Awaited<ReturnType<typeof readHost>>;

export const listHosts = async (db: Queries, allowed: Allowed<'list', 'environment.hosts'>, page: PageQuery) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('hosts').where('environment_id', '=', allowed.environment.id);
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  return {
    rows: await query
      .select(hostColumns)
      .orderBy('name')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

export const readHost = (db: Queries, allowed: Allowed<'read', 'host'>) =>
  db
    .selectFrom('hosts')
    .select(hostColumns)
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.host.id)
    .executeTakeFirstOrThrow();

export const insertJoinToken = (
  db: Queries,
  allowed: Allowed<'create', 'environment.hosts'>,
  token: { id: Id<'joinToken'>; secret_hash: string; expires_at: string },
) =>
  db
    .insertInto('join_tokens')
    .values({ ...token, environment_id: allowed.environment.id, used_at: null })
    .execute();

/** Spends the token: only the first caller gets the environment. Holding the secret is the leave. */
export const spendJoinToken = async (tx: Queries, hash: string, now: string) => {
  const { numUpdatedRows } = await tx
    .updateTable('join_tokens')
    .set({ used_at: now })
    .where('secret_hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return undefined;
  return tx
    .selectFrom('join_tokens as j')
    .innerJoin('environments as n', 'n.id', 'j.environment_id')
    .select(['n.id', 'n.kind'])
    .where('j.secret_hash', '=', hash)
    .executeTakeFirst();
};

export const listHostNames = async (tx: Queries, environment: Id<'environment'>): Promise<readonly string[]> =>
  (await tx.selectFrom('hosts').select('name').where('environment_id', '=', environment).limit(1000).execute()).map(
    (row) => row.name,
  );

export const insertHost = (
  tx: Queries,
  host: {
    id: Id<'host'>;
    environment_id: Id<'environment'>;
    name: string;
    public_key: string;
    facts: string;
    since: string;
    joined_at: string;
  },
) =>
  tx
    .insertInto('hosts')
    .values({ ...host, state: 'joining', reason: null, observed_at: null, running: 0, total: 0, foreign_total: 0 })
    .execute();

/** For the connection of a Docker Server: its key proves who it is. */
export const findHostKey = (db: Queries, host: string) =>
  db
    .selectFrom('hosts')
    .select(['id', 'environment_id', 'name', 'public_key'])
    .where('id', '=', host as Id<'host'>)
    .executeTakeFirst();

export const writeHostState = (db: Queries, host: Id<'host'>, state: HostState, reason: string | null, now: string) =>
  db
    .updateTable('hosts')
    .set({ state, reason, since: now })
    .where('id', '=', host)
    .where((e) => e.or([e('state', '!=', state), e(e.fn.coalesce('reason', e.val('')), '!=', reason ?? '')]))
    .executeTakeFirst();

export const writeHostFacts = (db: Queries, host: Id<'host'>, facts: HostFacts) =>
  db
    .updateTable('hosts')
    .set({ facts: JSON.stringify(facts) })
    .where('id', '=', host)
    .execute();

/** At start no host is connected yet, whatever the rows say. */
export const markAllUnreachable = (db: Queries, now: string) =>
  db
    .updateTable('hosts')
    .set({
      state: 'unreachable',
      reason: 'Its Docker Server has not connected since the portal server started',
      since: now,
    })
    .where('state', 'in', ['active', 'engine_down'])
    .execute();

export interface ObservedRows {
  readonly host: Id<'host'>;
  readonly environment: Id<'environment'>;
  readonly observedAt: string;
  readonly running: number;
  readonly total: number;
  readonly foreign: number;
  readonly changed: readonly ObservedContainer[];
  readonly gone: readonly string[];
}

/** Writes what changed since the last observation. */
export const writeObservation = async (tx: Queries, rows: ObservedRows): Promise<void> => {
  await tx
    .updateTable('hosts')
    .set({ observed_at: rows.observedAt, running: rows.running, total: rows.total, foreign_total: rows.foreign })
    .where('id', '=', rows.host)
    .execute();
  const ids = [...rows.gone, ...rows.changed.map((container) => container.id)];
  for (let at = 0; at < ids.length; at += 200)
    await tx
      .deleteFrom('containers')
      .where('host_id', '=', rows.host)
      .where('id', 'in', ids.slice(at, at + 200))
      .execute();
  const values = rows.changed.flatMap((container) =>
    container.owner === undefined
      ? []
      : [
          {
            host_id: rows.host,
            id: container.id,
            environment_id: rows.environment,
            application_id: container.owner.application as Id<'application'>,
            name: container.name,
            service: container.owner.key,
            slot: container.owner.slot,
            revision: container.owner.revision,
            state: container.state,
            observed: JSON.stringify(container),
          },
        ],
  );
  for (let at = 0; at < values.length; at += 100)
    await tx
      .insertInto('containers')
      .values(values.slice(at, at + 100))
      .execute();
};

/** The hosts of an environment, for its reconciler and for questions about it. */
export const listHostsOf = (db: Queries, environment: Id<'environment'>) =>
  db
    .selectFrom('hosts')
    .select(['id', 'name', 'state', 'reason', 'facts'])
    .where('environment_id', '=', environment)
    .orderBy('name')
    .limit(1000)
    .execute();

/** Container ids known of a host, with what was last seen. */
export const listObserved = (db: Queries, host: Id<'host'>) =>
  db.selectFrom('containers').select(['id', 'observed']).where('host_id', '=', host).limit(10_000).execute();
