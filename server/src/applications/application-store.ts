// Applications and their revisions in the database.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { ApplicationPhase, Condition, DesiredState, Publication } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const columns = [
  'id',
  'tenant_id',
  'environment_id',
  'name',
  'generation',
  'observed_generation',
  'desired_state',
  'revision',
  'scale',
  'remove_volumes',
  'former_revision',
  'upgrade_settings',
  'upgrade_accepted',
  'restart_services',
  'upgrade',
  'adopted',
  'phase',
  'conditions',
  'created_at',
  'updated_at',
] as const;
export type ApplicationRow = Awaited<ReturnType<typeof readApplication>>;
type Handle = Allowed<'read' | 'modify' | 'delete', 'application'>;

export const listApplications = async (
  db: Queries,
  allowed: Allowed<'list', 'environment.applications'>,
  page: PageQuery,
) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('applications').where('environment_id', '=', allowed.environment.id);
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  return {
    rows: await query
      .select(columns)
      .orderBy('name')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

export const readApplication = (db: Queries, allowed: Handle) =>
  db
    .selectFrom('applications')
    .select(columns)
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.application.id)
    .executeTakeFirstOrThrow();

/** The others of an environment, with their present spec; for finding who holds a port. */
export const listSpecs = async (
  db: Queries,
  allowed: Allowed<'create', 'environment.applications'> | Allowed<'modify', 'application'>,
) =>
  (
    await db
      .selectFrom('applications as a')
      .innerJoin('revisions as r', (join) =>
        join.onRef('r.application_id', '=', 'a.id').onRef('r.number', '=', 'a.revision'),
      )
      .select(['a.id', 'a.name', 'a.scale', 'a.desired_state', 'r.spec'])
      .where('a.environment_id', '=', allowed.environment.id)
      .limit(1000)
      .execute()
  ).map((row) => ({
    ...row,
    spec: JSON.parse(row.spec) as ApplicationSpec,
    scale: JSON.parse(row.scale) as Record<string, number>,
  }));

export const findByName = (
  db: Queries,
  allowed: Allowed<'create' | 'list', 'environment.applications'>,
  name: string,
) =>
  db
    .selectFrom('applications')
    .select(columns)
    .where('environment_id', '=', allowed.environment.id)
    .where('name', '=', name)
    .executeTakeFirst();

export const insertApplication = (
  tx: Queries,
  allowed: Allowed<'create', 'environment.applications'>,
  application: { id: Id<'application'>; name: string; now: string },
) =>
  tx
    .insertInto('applications')
    .values({
      id: application.id,
      tenant_id: allowed.tenant.id,
      environment_id: allowed.environment.id,
      name: application.name,
      generation: 0,
      observed_generation: 0,
      desired_state: 'running',
      revision: 0,
      scale: '{}',
      remove_volumes: 0,
      former_revision: null,
      upgrade_settings: '{}',
      upgrade_accepted: 0,
      restart_services: '[]',
      upgrade: null,
      adopted: '{}',
      phase: 'progressing',
      conditions: '[]',
      created_at: application.now,
      updated_at: application.now,
    })
    .execute();

/** A caller's wish: compare-and-set on the generation that was read. */
export const writeWish = async (
  tx: Queries,
  allowed: Allowed<'create', 'environment.applications'> | Allowed<'modify' | 'delete', 'application'>,
  application: Id<'application'>,
  wish: {
    readGeneration: number;
    desiredState: DesiredState;
    revision?: number;
    scale?: Readonly<Record<string, number>>;
    removeVolumes?: boolean;
    phase: ApplicationPhase;
    now: string;
  },
): Promise<void> => {
  const { numUpdatedRows } = await tx
    .updateTable('applications')
    .set({
      generation: wish.readGeneration + 1,
      desired_state: wish.desiredState,
      phase: wish.phase,
      updated_at: wish.now,
      ...(wish.revision === undefined ? {} : { revision: wish.revision }),
      ...(wish.scale === undefined ? {} : { scale: JSON.stringify(wish.scale) }),
      ...(wish.removeVolumes === undefined ? {} : { remove_volumes: Number(wish.removeVolumes) }),
    })
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', application)
    .where('generation', '=', wish.readGeneration)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n)
    throw new PlatformError('conflict', 'Somebody changed the application meanwhile; look again and repeat');
};

/** The reconciler's word; only while the wish it carried out is still the newest. */
export const writeStatus = async (
  tx: Queries,
  allowed: Allowed<'modify', 'application'>,
  status: { generation: number; observedGeneration: number; phase: ApplicationPhase; conditions: readonly Condition[] },
): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('applications')
    .set({
      observed_generation: status.observedGeneration,
      phase: status.phase,
      conditions: JSON.stringify(status.conditions),
    })
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.application.id)
    .where('generation', '=', status.generation)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
};

export const deleteApplication = (tx: Queries, allowed: Allowed<'delete', 'application'>, generation: number) =>
  tx
    .deleteFrom('applications')
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.application.id)
    .where('generation', '=', generation)
    .executeTakeFirst();

/** For the reconciler's sweep and to find the way to one: ids only. */
export const listApplicationIds = async (db: Queries): Promise<string[]> =>
  (await db.selectFrom('applications').select('id').limit(100_000).execute()).map((row) => row.id);
export const findWay = (db: Queries, application: Id<'application'>) =>
  db
    .selectFrom('applications')
    .select(['id as application', 'environment_id as environment', 'tenant_id as tenant'])
    .where('id', '=', application)
    .executeTakeFirst();
export const listIdsOfEnvironment = async (db: Queries, environment: Id<'environment'>): Promise<string[]> =>
  (
    await db.selectFrom('applications').select('id').where('environment_id', '=', environment).limit(10_000).execute()
  ).map((row) => row.id);

// Revisions

export const insertRevision = (
  tx: Queries,
  _allowed: Allowed<'create', 'environment.applications'>,
  revision: {
    id: Id<'revision'>;
    application: Id<'application'>;
    number: number;
    author: string;
    publication: Publication;
    spec: ApplicationSpec;
    now: string;
  },
) =>
  tx
    .insertInto('revisions')
    .values({
      id: revision.id,
      application_id: revision.application,
      number: revision.number,
      author: revision.author,
      note: revision.publication.note ?? '',
      bundle: JSON.stringify(revision.publication.bundle),
      variables: JSON.stringify(revision.publication.variables ?? {}),
      profiles: JSON.stringify(revision.publication.profiles ?? []),
      spec: JSON.stringify(revision.spec),
      images: '{}',
      created_at: revision.now,
    })
    .execute();

/** Keeps the newest. */
export const pruneRevisions = (tx: Queries, application: Id<'application'>, newest: number, keep: number) =>
  tx
    .deleteFrom('revisions')
    .where('application_id', '=', application)
    .where('number', '<=', newest - keep)
    .execute();

export const listRevisions = async (
  db: Queries,
  allowed: Allowed<'list', 'application.revisions'>,
  page: PageQuery,
) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('revisions').where('application_id', '=', allowed.application.id);
  if (page.search !== undefined) query = query.where(contains('note', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('number', '<', Number(after));
  const rows = await query
    .select(['id', 'number', 'author', 'note', 'created_at'])
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute();
  return { rows, limit, total };
};

export const readRevision = (db: Queries, allowed: Allowed<'read', 'application.revisions'>, number: number) =>
  db
    .selectFrom('revisions')
    .select(['id', 'number', 'author', 'note', 'bundle', 'variables', 'profiles', 'spec', 'created_at'])
    .where('application_id', '=', allowed.application.id)
    .where('number', '=', number)
    .executeTakeFirst();

export type RevisionRow = NonNullable<Awaited<ReturnType<typeof readRevision>>>;

/** The present spec of each of a page of applications. */
export const readSpecs = async (
  db: Queries,
  _allowed: Allowed<'list', 'environment.applications'>,
  rows: readonly ApplicationRow[],
) => {
  if (rows.length === 0) return new Map<Id<'application'>, ApplicationSpec>();
  const specs = await db
    .selectFrom('applications as a')
    .innerJoin('revisions as r', (join) =>
      join.onRef('r.application_id', '=', 'a.id').onRef('r.number', '=', 'a.revision'),
    )
    .select(['a.id', 'r.spec'])
    .where(
      'a.id',
      'in',
      rows.map((row) => row.id),
    )
    .execute();
  return new Map(specs.map((row) => [row.id, JSON.parse(row.spec) as ApplicationSpec]));
};

export const readSpec = async (db: Queries, allowed: Handle, number: number): Promise<ApplicationSpec> => {
  const row = await db
    .selectFrom('revisions')
    .select('spec')
    .where('application_id', '=', allowed.application.id)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  return JSON.parse(row.spec) as ApplicationSpec;
};
