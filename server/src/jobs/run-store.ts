// Runs in the database: of tasks and of jobs. Callers ask for a run or for its end; all else is the reconciler's word.
import type { Id } from '@berth/contract/ids.ts';
import type { RunState } from '@berth/contract/jobs.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const columns = [
  'id',
  'application_id',
  'environment_id',
  'job_id',
  'job_name',
  'service',
  'command',
  'environment',
  'timeout_ms',
  'revision',
  'state',
  'cancelled',
  'reason',
  'message',
  'exit_code',
  'requested_by',
  'scheduled_for',
  'created_at',
  'started_at',
  'finished_at',
  'container',
  'log_lines',
] as const;
export type RunRow = NonNullable<Awaited<ReturnType<typeof findRun>>>;
type Reader = Allowed<'list' | 'read' | 'create' | 'modify', 'application.runs'>;
type Writer = Allowed<'create' | 'modify', 'application.runs'>;

export const unfinishedStates = ['waiting', 'running'] as const satisfies readonly RunState[];
const taskRunsKept = 100;
/** Of one application, beside one another. */
export const unfinishedMaximum = 50;

export const findRun = (db: Queries, allowed: Reader, run: string) =>
  db
    .selectFrom('runs')
    .select(columns)
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', run as Id<'run'>)
    .executeTakeFirst();

export const listRuns = async (
  db: Queries,
  allowed: Allowed<'list', 'application.runs'>,
  page: PageQuery & { job?: string | undefined; state?: RunState | undefined },
) => {
  const limit = pageLimit(page.limit);
  const before = readCursor(page.cursor);
  const { job, state } = page;
  let query = db.selectFrom('runs').where('application_id', '=', allowed.application.id);
  if (job !== undefined)
    query = query.where((e) => e.or([e('job_id', '=', job as Id<'job'>), e('job_name', '=', job)]));
  if (state !== undefined) query = query.where('state', '=', state);
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (before !== undefined) query = query.where('id', '<', before as Id<'run'>);
  const rows = await query
    .select(columns)
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return { rows, limit, total };
};

/** The newest run of each of a page of jobs. */
export const listLatest = async (
  db: Queries,
  allowed: Allowed<'list' | 'read' | 'create' | 'modify', 'application.jobs'>,
  jobs: readonly Id<'job'>[],
): Promise<ReadonlyMap<string, RunRow>> => {
  if (jobs.length === 0) return new Map();
  const newest = db
    .selectFrom('runs')
    .select((e) => e.fn.max('id').as('id'))
    .where('application_id', '=', allowed.application.id)
    .where('job_id', 'in', jobs)
    .groupBy('job_id');
  const rows = await db.selectFrom('runs').select(columns).where('id', 'in', newest).execute();
  return new Map(rows.flatMap((row) => (row.job_id === null ? [] : [[row.job_id, row] as const])));
};

export interface NewRun {
  readonly id: Id<'run'>;
  readonly job: { readonly id: Id<'job'>; readonly name: string; readonly keepRuns: number } | undefined;
  readonly service: string;
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly revision: number;
  readonly requestedBy: string;
  readonly scheduledFor: string | null;
  readonly now: string;
  /** It is not to be started at all, and why. */
  readonly skipped?: { readonly reason: string; readonly message: string };
}

/** Also takes the oldest finished runs out of the history. */
export const insertRun = async (tx: Queries, allowed: Allowed<'create', 'application.runs'>, run: NewRun) => {
  const row: RunRow = {
    id: run.id,
    application_id: allowed.application.id,
    environment_id: allowed.environment.id,
    job_id: run.job?.id ?? null,
    job_name: run.job?.name ?? null,
    service: run.service,
    command: JSON.stringify(run.command),
    environment: JSON.stringify(run.environment),
    timeout_ms: run.timeoutMs,
    revision: run.revision,
    state: run.skipped === undefined ? 'waiting' : 'skipped',
    cancelled: 0,
    reason: run.skipped?.reason ?? null,
    message: run.skipped?.message ?? null,
    exit_code: null,
    requested_by: run.requestedBy,
    scheduled_for: run.scheduledFor,
    created_at: run.now,
    started_at: null,
    finished_at: run.skipped === undefined ? null : run.now,
    container: null,
    log_lines: '[]',
  };
  await tx.insertInto('runs').values(row).execute();
  await prune(tx, allowed, run.job?.id ?? null, run.job?.keepRuns ?? taskRunsKept);
  return row;
};

// Only what is over, and has no container any more, leaves the history.
const prune = async (tx: Queries, allowed: Writer, job: Id<'job'> | null, keep: number): Promise<void> => {
  const ofJob = tx
    .selectFrom('runs')
    .where('application_id', '=', allowed.application.id)
    .where('job_id', job === null ? 'is' : '=', job);
  const oldest = await ofJob.select('id').orderBy('id', 'desc').offset(keep).limit(1).executeTakeFirst();
  if (oldest === undefined) return;
  await tx
    .deleteFrom('runs')
    .where('application_id', '=', allowed.application.id)
    .where('job_id', job === null ? 'is' : '=', job)
    .where('id', '<=', oldest.id)
    .where('state', 'not in', unfinishedStates)
    .where('container', 'is', null)
    .execute();
};

/** Runs that have not ended: of the application, or of one of its jobs. */
export const listUnfinished = (db: Queries, allowed: Reader, job?: Id<'job'>) => {
  const query = db
    .selectFrom('runs')
    .select(['id', 'cancelled'])
    .where('application_id', '=', allowed.application.id)
    .where('state', 'in', unfinishedStates)
    .orderBy('id')
    .limit(1_000);
  return (job === undefined ? query : query.where('job_id', '=', job)).execute();
};

/** Asks for the end of runs; those that have ended stay as they are. */
export const cancelRuns = async (tx: Queries, allowed: Writer, runs: readonly Id<'run'>[]): Promise<void> => {
  if (runs.length === 0) return;
  await tx
    .updateTable('runs')
    .set({ cancelled: 1 })
    .where('application_id', '=', allowed.application.id)
    .where('id', 'in', runs)
    .where('state', 'in', unfinishedStates)
    .execute();
};

/** With its job goes the history of a job; what has not ended yet follows once it has. */
export const deleteHistory = (tx: Queries, allowed: Allowed<'delete', 'application.jobs'>, job: Id<'job'>) =>
  tx
    .deleteFrom('runs')
    .where('application_id', '=', allowed.application.id)
    .where('job_id', '=', job)
    .where('state', 'not in', unfinishedStates)
    .where('container', 'is', null)
    .execute();

export const cancelOfJob = async (
  tx: Queries,
  allowed: Allowed<'delete', 'application.jobs'>,
  job: Id<'job'>,
): Promise<Id<'run'>[]> => {
  const ofJob = await tx
    .selectFrom('runs')
    .select('id')
    .where('application_id', '=', allowed.application.id)
    .where('job_id', '=', job)
    .where('state', 'in', unfinishedStates)
    .limit(1_000)
    .execute();
  await tx
    .updateTable('runs')
    .set({ cancelled: 1 })
    .where('application_id', '=', allowed.application.id)
    .where('job_id', '=', job)
    .where('state', 'in', unfinishedStates)
    .execute();
  return ofJob.map(({ id }) => id);
};

// The reconciler's word

export type RunStatus = Partial<
  Pick<
    RunRow,
    'state' | 'reason' | 'message' | 'exit_code' | 'started_at' | 'finished_at' | 'container' | 'log_lines' | 'revision'
  >
>;

/** Only while the run is still in the state that was read: an outcome is written once. */
export const writeRun = async (
  tx: Queries,
  allowed: Allowed<'modify', 'application.runs'>,
  run: Pick<RunRow, 'id' | 'state'>,
  status: RunStatus,
): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('runs')
    .set(status)
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', run.id)
    .where('state', '=', run.state)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
};

/** A finished run whose job was removed meanwhile goes after it. */
export const deleteIfJobless = (tx: Queries, allowed: Allowed<'modify', 'application.runs'>, run: Id<'run'>) =>
  tx
    .deleteFrom('runs')
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', run)
    .where('state', 'not in', unfinishedStates)
    .where('job_id', 'is not', null)
    .where((e) => e.not(e.exists(e.selectFrom('jobs').select('jobs.id').whereRef('jobs.id', '=', 'runs.job_id'))))
    .execute();

/** For the reconciler's sweep: ids of runs with something left to do. */
export const listOpenRunIds = async (db: Queries): Promise<string[]> =>
  (
    await db
      .selectFrom('runs')
      .select('id')
      .where((e) => e.or([e('state', 'in', unfinishedStates), e('container', 'is not', null)]))
      .limit(100_000)
      .execute()
  ).map((row) => row.id);

export const listOpenRunIdsOfEnvironment = async (db: Queries, environment: Id<'environment'>): Promise<string[]> =>
  (
    await db
      .selectFrom('runs')
      .select('id')
      .where('environment_id', '=', environment)
      .where((e) => e.or([e('state', 'in', unfinishedStates), e('container', 'is not', null)]))
      .limit(10_000)
      .execute()
  ).map((row) => row.id);

/** The way to a run's application. */
export const findWayOfRun = (db: Queries, run: Id<'run'>) =>
  db
    .selectFrom('runs as r')
    .innerJoin('applications as a', 'a.id', 'r.application_id')
    .select(['a.id as application', 'a.environment_id as environment', 'a.tenant_id as tenant'])
    .where('r.id', '=', run)
    .executeTakeFirst();
