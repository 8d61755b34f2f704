// Observed containers in the database; hosts write them, here they are read.
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Container } from '@berth/contract/containers.ts';
import type { HostFacts } from '@berth/contract/hosts.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const rowsOf = (db: Queries, environment: Id<'environment'>) =>
  db
    .selectFrom('containers as c')
    .innerJoin('hosts as h', 'h.id', 'c.host_id')
    .leftJoin('applications as a', 'a.id', 'c.application_id')
    .where('c.environment_id', '=', environment);

const columns = [
  'c.observed',
  'c.name',
  'c.application_id',
  'a.name as applicationName',
  'h.id as hostId',
  'h.name as hostName',
  'h.facts as hostFacts',
  'h.state as hostState',
  'h.observed_at as observedAt',
] as const;
type Row = Awaited<ReturnType<typeof readContainer>>;

export const listContainers = async (
  db: Queries,
  allowed: Allowed<'list', 'environment.containers'>,
  page: PageQuery & { application?: string | undefined; service?: string | undefined },
) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  const { application, service, search } = page;
  let query = rowsOf(db, allowed.environment.id);
  if (application !== undefined)
    query = query.where((e) => e.or([e('a.id', '=', application as Id<'application'>), e('a.name', '=', application)]));
  if (service !== undefined) query = query.where('c.service', '=', service);
  if (search !== undefined) query = query.where(contains('c.name', search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('c.name', '>', after);
  return {
    rows: await query
      .select(columns)
      .orderBy('c.name')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

export const readContainer = (db: Queries, allowed: Allowed<'read', 'container'>) =>
  rowsOf(db, allowed.environment.id).select(columns).where('c.id', '=', allowed.container.id).executeTakeFirstOrThrow();

/** All of them, those of runs too. */
export const listOfApplication = (db: Queries, allowed: Allowed<'read', 'application'>) =>
  rowsOf(db, allowed.environment.id)
    .select(columns)
    .where('c.application_id', '=', allowed.application.id)
    .orderBy('c.name')
    .limit(5000)
    .execute();

/** What runs of some applications' services, or has ended, for lists. */
export const listRunningOrEnded = async (
  db: Queries,
  allowed:
    | Allowed<'list', 'environment.applications'>
    | Allowed<'create', 'environment.applications'>
    | Allowed<'read' | 'modify' | 'delete', 'application'>,
  applications: readonly Id<'application'>[],
): Promise<Container[]> => {
  if (applications.length === 0) return [];
  const rows = await rowsOf(db, allowed.environment.id)
    .select(columns)
    .where('c.application_id', 'in', applications)
    .where('c.state', 'in', ['running', 'exited'])
    .where('h.state', '=', 'active')
    .orderBy('c.name')
    .limit(10_000)
    .execute();
  return rows.map(presentContainer).filter(({ run }) => run === undefined);
};

/** A host that does not answer: its containers are unknown, never stopped. */
export const presentContainer = (row: Row): Container => {
  const observed = JSON.parse(row.observed) as ObservedContainer;
  const known = row.hostState === 'active';
  return {
    id: observed.id,
    name: observed.name,
    application: { id: row.application_id, name: row.applicationName ?? observed.owner?.applicationName ?? '' },
    service: observed.owner?.key ?? '',
    slot: observed.owner?.slot ?? 0,
    revision: observed.owner?.revision ?? 0,
    ...(observed.owner?.run === undefined ? {} : { run: observed.owner.run as Id<'run'> }),
    host: { id: row.hostId, name: row.hostName, address: addressOf(row) },
    image: observed.image,
    state: known ? observed.state : 'unknown',
    health: known ? observed.health : 'none',
    ...(observed.exit === undefined ? {} : { exitCode: observed.exit.code, outOfMemory: observed.exit.outOfMemory }),
    ports: observed.ports,
    createdAt: observed.createdAt,
    observedAt: row.observedAt ?? observed.createdAt,
  };
};

const addressOf = (row: Row): string =>
  row.hostFacts === null ? row.hostName : (JSON.parse(row.hostFacts) as HostFacts).address;
