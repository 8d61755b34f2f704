// What callers may ask about jobs: read them, write them, and have one run now.
import { nowInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Job, JobSpec, Run } from '@berth/contract/jobs.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { readApplication, type ApplicationRow } from '#applications/application-store.ts';
import { insertEvents } from '#applications/operation-store.ts';
import { readSpec } from '#applications/revision-store.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import { actorName, type Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import { transact } from '#db/transaction.ts';
import { checkSchedule, nextTime } from './job-times.ts';
import * as store from './job-store.ts';
import { presentJob, presentRun } from './job-view.ts';
import { askForRun, refuseUnlessRunnable, type RunActionParts } from './run-actions.ts';
import { cancelOfJob, cancelRuns, deleteHistory, listLatest, listUnfinished } from './run-store.ts';

type ApplicationReference = { readonly tenant: string; readonly environment: string; readonly application: string };
type JobReference = ApplicationReference & { readonly job: string };

export interface JobActionParts extends RunActionParts {
  /** Rings the bell of a job: its schedule changed. */
  readonly ringJob: (job: string) => void;
}

const jobsMaximum = 100;

export const listJobs = async (
  ctx: Context,
  parts: JobActionParts,
  reference: ApplicationReference,
  page: PageQuery,
) => {
  const allowed = await authorize(ctx, parts.db, 'list', 'application.jobs', reference);
  const application = await readApplicationOf(ctx, parts, reference);
  const { rows, limit, total } = await store.listJobs(parts.db, allowed, page);
  const latest = await listLatest(
    parts.db,
    allowed,
    rows.map(({ id }) => id),
  );
  const input = { now: nowInstant(ctx.clock), isApplicationRunning: application.desired_state === 'running' };
  return makePage(
    rows,
    limit,
    total,
    ({ name }) => name,
    (row) => presentJob(row, latest.get(row.id), input),
  );
};

export const readJob = async (ctx: Context, parts: JobActionParts, reference: JobReference): Promise<Job> => {
  const allowed = await authorize(ctx, parts.db, 'read', 'application.jobs', reference);
  return present(ctx, parts, allowed, reference, await find(parts, allowed, reference.job));
};

export const createJob = async (
  ctx: Context,
  parts: JobActionParts,
  reference: ApplicationReference,
  spec: JobSpec,
): Promise<Job> => {
  const allowed = await authorize(ctx, parts.db, 'create', 'application.jobs', reference);
  const application = await readApplicationOf(ctx, parts, reference);
  if (application.desired_state === 'removed')
    throw new PlatformError('conflict', `${application.name} is being removed`);
  const now = nowInstant(ctx.clock);
  await check(ctx, parts, reference, application, spec, now);
  const id = ctx.newId('job');
  const row = await transact(parts.db, async (tx) => {
    if ((await store.countJobs(tx, allowed)) >= jobsMaximum)
      throw new PlatformError('conflict', `An application has at most ${jobsMaximum} jobs`);
    if ((await store.findJob(tx, allowed, spec.name)) !== undefined)
      throw new PlatformError('conflict', `There is a job called ${spec.name} already`);
    return store.insertJob(tx, allowed, {
      id,
      spec,
      createdBy: actorName(ctx.actor),
      nextRunAt: dueAfter(spec, now),
      now,
    });
  });
  await tellChange(ctx, parts, reference, id, `The job ${spec.name} was made: ${spec.schedule} (${spec.timeZone})`);
  return present(ctx, parts, allowed, reference, row);
};

export const setJob = async (
  ctx: Context,
  parts: JobActionParts,
  reference: JobReference,
  spec: JobSpec,
): Promise<Job> => {
  const allowed = await authorize(ctx, parts.db, 'modify', 'application.jobs', reference);
  const known = await find(parts, allowed, reference.job);
  const application = await readApplicationOf(ctx, parts, reference);
  const now = nowInstant(ctx.clock);
  await check(ctx, parts, reference, application, spec, now);
  await transact(parts.db, async (tx) => {
    const namesake = await store.findJob(tx, allowed, spec.name);
    if (namesake !== undefined && namesake.id !== known.id)
      throw new PlatformError('conflict', `There is a job called ${spec.name} already`);
    await store.writeJob(tx, allowed, { id: known.id, spec, nextRunAt: nextRunOf(known, spec, now), now });
  });
  await tellChange(
    ctx,
    parts,
    reference,
    known.id,
    `The job ${spec.name} was changed: ${spec.schedule} (${spec.timeZone})`,
  );
  return present(ctx, parts, allowed, reference, await find(parts, allowed, known.id));
};

export const removeJob = async (ctx: Context, parts: JobActionParts, reference: JobReference) => {
  const allowed = await authorize(ctx, parts.db, 'delete', 'application.jobs', reference);
  const job = await find(parts, allowed, reference.job);
  const ended = await transact(parts.db, async (tx) => {
    await store.deleteJob(tx, allowed, job.id);
    await deleteHistory(tx, allowed, job.id);
    return cancelOfJob(tx, allowed, job.id);
  });
  for (const run of ended) parts.ringRun(run);
  await tellChange(ctx, parts, reference, job.id, `The job ${job.name} was removed`);
  return {};
};

export const runJob = async (ctx: Context, parts: JobActionParts, reference: JobReference): Promise<Run> => {
  const allowed = await authorize(ctx, parts.db, 'create', 'application.runs', reference);
  const job = await store.findJob(parts.db, allowed, reference.job);
  if (job === undefined) throw noSuchJob();
  const spec = JSON.parse(job.spec) as JobSpec;
  const application = await refuseUnlessRunnable(ctx, parts, reference, spec.service);
  const row = await askForRun(ctx, parts, allowed, application, {
    job: { id: job.id, name: job.name, keepRuns: spec.keepRuns },
    service: spec.service,
    command: spec.command,
    environment: spec.environment ?? {},
    timeoutMs: spec.timeoutMs,
    before: async (tx) => {
      const unfinished = (await listUnfinished(tx, allowed, job.id)).map(({ id }) => id);
      if (unfinished.length > 0 && spec.concurrency === 'forbid')
        throw new PlatformError('wrong_state', `The former run of ${job.name} has not ended`);
      if (spec.concurrency === 'replace') await cancelRuns(tx, allowed, unfinished);
      return spec.concurrency === 'replace' ? unfinished : [];
    },
  });
  return presentRun(row);
};

const noSuchJob = () => new PlatformError('not_found', 'There is no such object, or you may not know of it');

const find = async (
  parts: JobActionParts,
  allowed: Allowed<'read' | 'modify' | 'delete', 'application.jobs'>,
  job: string,
): Promise<store.JobRow> => {
  const row = await store.findJob(parts.db, allowed, job);
  if (row === undefined) throw noSuchJob();
  return row;
};

const readApplicationOf = async (
  ctx: Context,
  parts: JobActionParts,
  reference: ApplicationReference,
): Promise<ApplicationRow> =>
  readApplication(parts.db, await authorize(ctx, parts.db, 'read', 'application', reference));

const present = async (
  ctx: Context,
  parts: JobActionParts,
  allowed: Allowed<'read' | 'create' | 'modify', 'application.jobs'>,
  reference: ApplicationReference,
  row: store.JobRow,
): Promise<Job> => {
  const application = await readApplicationOf(ctx, parts, reference);
  const latest = await listLatest(parts.db, allowed, [row.id]);
  const input = { now: nowInstant(ctx.clock), isApplicationRunning: application.desired_state === 'running' };
  return presentJob(row, latest.get(row.id), input);
};

const check = async (
  ctx: Context,
  parts: JobActionParts,
  reference: ApplicationReference,
  application: ApplicationRow,
  spec: JobSpec,
  now: string,
): Promise<void> => {
  checkSchedule(spec, now);
  const allowed = await authorize(ctx, parts.db, 'read', 'application', reference);
  const { services } = await readSpec(parts.db, allowed, application.revision);
  if (services[spec.service] === undefined)
    throw new PlatformError('invalid_request', `${application.name} has no service called ${spec.service}`);
};

const dueAfter = (spec: JobSpec, now: string): string | null => (spec.enabled ? (nextTime(spec, now) ?? null) : null);

// A time that is due and waits to be made up for is not lost by a change that leaves the schedule as it is.
const nextRunOf = (known: store.JobRow, spec: JobSpec, now: string): string | null => {
  const former = JSON.parse(known.spec) as JobSpec;
  const isSame = former.schedule === spec.schedule && former.timeZone === spec.timeZone;
  if (isSame && spec.enabled && known.next_run_at !== null) return known.next_run_at;
  return dueAfter(spec, now);
};

const tellChange = async (
  ctx: Context,
  parts: JobActionParts,
  reference: ApplicationReference,
  job: string,
  message: string,
): Promise<void> => {
  parts.ringJob(job);
  const allowed = await authorize(ctx, parts.db, 'modify', 'application', reference);
  const event = { id: ctx.newId('event'), at: nowInstant(ctx.clock), actor: actorName(ctx.actor) };
  await transact(parts.db, (tx) =>
    insertEvents(tx, allowed, allowed.application.id, [{ ...event, type: 'normal', reason: 'job', message }]),
  );
  const { id } = allowed.application;
  for (const what of ['runs', 'events'] as const)
    parts.live.tell(allowed.environment.id, { type: 'changed', what, application: id });
};
