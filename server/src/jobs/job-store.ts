// Jobs in the database. `next_run_at` is what the scheduler looks for; whoever writes a schedule writes it too.
import type { Id } from '@berth/contract/ids.ts';
import type { JobSpec } from '@berth/contract/jobs.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const columns = [
  'id',
  'application_id',
  'name',
  'spec',
  'enabled',
  'created_by',
  'next_run_at',
  'created_at',
  'updated_at',
] as const;
export type JobRow = NonNullable<Awaited<ReturnType<typeof findJob>>>;
type Reader =
  | Allowed<'list' | 'read' | 'create' | 'modify' | 'delete', 'application.jobs'>
  | Allowed<'create', 'application.runs'>;

/** By id or name, within the application. */
export const findJob = (db: Queries, allowed: Reader, job: string) =>
  db
    .selectFrom('jobs')
    .select(columns)
    .where('application_id', '=', allowed.application.id)
    .where((e) => e.or([e('id', '=', job as Id<'job'>), e('name', '=', job)]))
    .executeTakeFirst();

export const listJobs = async (db: Queries, allowed: Allowed<'list', 'application.jobs'>, page: PageQuery) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('jobs').where('application_id', '=', allowed.application.id);
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  const rows = await query
    .select(columns)
    .orderBy('name')
    .limit(limit + 1)
    .execute();
  return { rows, limit, total };
};

export const countJobs = async (db: Queries, allowed: Allowed<'create', 'application.jobs'>): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('jobs')
        .select((e) => e.fn.countAll().as('count'))
        .where('application_id', '=', allowed.application.id)
        .executeTakeFirstOrThrow()
    ).count,
  );

export const insertJob = async (
  tx: Queries,
  allowed: Allowed<'create', 'application.jobs'>,
  job: { id: Id<'job'>; spec: JobSpec; createdBy: string; nextRunAt: string | null; now: string },
): Promise<JobRow> => {
  const row: JobRow = {
    id: job.id,
    application_id: allowed.application.id,
    name: job.spec.name,
    spec: JSON.stringify(job.spec),
    enabled: Number(job.spec.enabled),
    created_by: job.createdBy,
    next_run_at: job.nextRunAt,
    created_at: job.now,
    updated_at: job.now,
  };
  await tx.insertInto('jobs').values(row).execute();
  return row;
};

export const writeJob = (
  tx: Queries,
  allowed: Allowed<'modify', 'application.jobs'>,
  job: { id: Id<'job'>; spec: JobSpec; nextRunAt: string | null; now: string },
) =>
  tx
    .updateTable('jobs')
    .set({
      name: job.spec.name,
      spec: JSON.stringify(job.spec),
      enabled: Number(job.spec.enabled),
      next_run_at: job.nextRunAt,
      updated_at: job.now,
    })
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', job.id)
    .execute();

export const deleteJob = (tx: Queries, allowed: Allowed<'delete', 'application.jobs'>, job: Id<'job'>) =>
  tx.deleteFrom('jobs').where('application_id', '=', allowed.application.id).where('id', '=', job).execute();

/** True for the one scheduler that is first: the time it read as due becomes the next one. */
export const passOn = async (
  tx: Queries,
  allowed: Allowed<'modify', 'application.jobs'>,
  job: Pick<JobRow, 'id' | 'next_run_at'>,
  next: string | null,
): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('jobs')
    .set({ next_run_at: next })
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', job.id)
    .where('next_run_at', '=', job.next_run_at)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
};

/** For the scheduler's sweep: ids of jobs that come due some day. */
export const listScheduledIds = async (db: Queries): Promise<string[]> =>
  (await db.selectFrom('jobs').select('id').where('next_run_at', 'is not', null).limit(100_000).execute()).map(
    (row) => row.id,
  );

/** The way to a job's application. */
export const findWayOfJob = (db: Queries, job: Id<'job'>) =>
  db
    .selectFrom('jobs as j')
    .innerJoin('applications as a', 'a.id', 'j.application_id')
    .select(['a.id as application', 'a.environment_id as environment', 'a.tenant_id as tenant'])
    .where('j.id', '=', job)
    .executeTakeFirst();
