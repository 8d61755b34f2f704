// What callers may ask about hosts.
import type { Host, HostFacts } from '@berth/contract/hosts.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db } from '#db/tables.ts';
import * as store from './host-store.ts';

const present = (row: store.HostRow): Host => ({
  id: row.id,
  name: row.name,
  state: row.state,
  ...(row.reason === null ? {} : { reason: row.reason }),
  since: row.since,
  observedAt: row.observed_at,
  facts: row.facts === null ? null : (JSON.parse(row.facts) as HostFacts),
  containers: { running: row.running, total: row.total, foreign: row.foreign_total },
});

export const listHosts = async (
  ctx: Context,
  db: Db,
  reference: { tenant: string; environment: string },
  page: PageQuery,
) => {
  const allowed = await authorize(ctx, db, 'list', 'environment.hosts', reference);
  const { rows, limit, total } = await store.listHosts(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.name, present);
};

export const readHost = async (
  ctx: Context,
  db: Db,
  reference: { tenant: string; environment: string; host: string },
) => present(await store.readHost(db, await authorize(ctx, db, 'read', 'host', reference)));
