// Revisions in the database: immutable, numbered, a bounded number of them.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Publication } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';
import type { ApplicationRow } from './application-store.ts';
import { effectiveRevision } from './upgrade-state.ts';

type Handle = Allowed<'read' | 'modify' | 'delete', 'application'>;

// Of an upgrade both revisions are read, and the one that holds now is taken.
const withRevisions = (db: Queries) =>
  db
    .selectFrom('applications as a')
    .innerJoin('revisions as r', (join) =>
      join
        .onRef('r.application_id', '=', 'a.id')
        .on((e) => e.or([e('r.number', '=', e.ref('a.revision')), e('r.number', '=', e.ref('a.former_revision'))])),
    )
    .select([
      'a.id',
      'a.name',
      'a.scale',
      'a.desired_state',
      'a.revision',
      'a.former_revision',
      'a.upgrade',
      'a.upgrade_accepted',
      'a.observed_generation',
      'r.number',
      'r.spec',
    ]);

/** The others of an environment, with their present spec; for finding who holds a port. */
export const listSpecs = async (
  db: Queries,
  allowed: Allowed<'create', 'environment.applications'> | Allowed<'modify', 'application'>,
) =>
  (await withRevisions(db).where('a.environment_id', '=', allowed.environment.id).limit(2000).execute())
    .filter((row) => row.number === effectiveRevision(row))
    .map((row) => ({
      ...row,
      spec: JSON.parse(row.spec) as ApplicationSpec,
      scale: JSON.parse(row.scale) as Record<string, number>,
    }));

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

/** Numbers only go up, also after going back to an older one. */
export const nextRevisionNumber = async (tx: Queries, application: Id<'application'>): Promise<number> =>
  Number(
    (
      await tx
        .selectFrom('revisions')
        .select((e) => e.fn.max('number').as('newest'))
        .where('application_id', '=', application)
        .executeTakeFirst()
    )?.newest ?? 0,
  ) + 1;

/** Keeps the newest, and those that are in use. */
export const pruneRevisions = (
  tx: Queries,
  application: Id<'application'>,
  newest: number,
  keep: number,
  inUse: readonly number[],
) =>
  tx
    .deleteFrom('revisions')
    .where('application_id', '=', application)
    .where('number', '<=', newest - keep)
    .where('number', 'not in', inUse)
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

export const readRevision = (
  db: Queries,
  allowed:
    | Allowed<'read', 'application.revisions'>
    | Allowed<'read', 'application.export'>
    | Allowed<'modify', 'application'>,
  number: number,
) =>
  db
    .selectFrom('revisions')
    .select(['id', 'number', 'author', 'note', 'bundle', 'variables', 'profiles', 'spec', 'images', 'created_at'])
    .where('application_id', '=', allowed.application.id)
    .where('number', '=', number)
    .executeTakeFirst();

export type RevisionRow = NonNullable<Awaited<ReturnType<typeof readRevision>>>;

/** Which revision holds now, for those who may read revisions but hold no handle of the application. */
export const readEffectiveRevision = async (
  db: Queries,
  allowed: Allowed<'read' | 'list', 'application.revisions'> | Allowed<'read', 'application.export'>,
): Promise<number> =>
  effectiveRevision(
    await db
      .selectFrom('applications')
      .select(['revision', 'former_revision', 'upgrade', 'upgrade_accepted', 'observed_generation'])
      .where('id', '=', allowed.application.id)
      .executeTakeFirstOrThrow(),
  );

/** The present spec of each of a page of applications. */
export const readSpecs = async (
  db: Queries,
  _allowed: Allowed<'list', 'environment.applications'>,
  rows: readonly ApplicationRow[],
) => {
  if (rows.length === 0) return new Map<Id<'application'>, ApplicationSpec>();
  const specs = await withRevisions(db)
    .where(
      'a.id',
      'in',
      rows.map((row) => row.id),
    )
    .execute();
  return new Map(
    specs
      .filter((row) => row.number === effectiveRevision(row))
      .map((row) => [row.id, JSON.parse(row.spec) as ApplicationSpec]),
  );
};

export const readSpec = async (db: Queries, allowed: Handle, number: number): Promise<ApplicationSpec> =>
  (await readSpecAndImages(db, allowed, number)).spec;

export type RevisionImages = Record<string, { id: string; digest?: string }>;

/** With what its image references stand for; empty: it has not run yet. */
export const readSpecAndImages = async (
  db: Queries,
  allowed: Handle,
  number: number,
): Promise<{ spec: ApplicationSpec; images: RevisionImages }> => {
  const row = await db
    .selectFrom('revisions')
    .select(['spec', 'images'])
    .where('application_id', '=', allowed.application.id)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  return { spec: JSON.parse(row.spec) as ApplicationSpec, images: JSON.parse(row.images) as RevisionImages };
};

/** Once: what a revision stands for does not change any more. */
export const writeImages = (
  db: Queries,
  allowed: Allowed<'modify', 'application'>,
  number: number,
  images: RevisionImages,
) =>
  db
    .updateTable('revisions')
    .set({ images: JSON.stringify(images) })
    .where('application_id', '=', allowed.application.id)
    .where('number', '=', number)
    .where('images', '=', '{}')
    .execute();
