// The scheduler: makes the runs of one job when they are due. Whoever moves the job's time on makes the run, in one
// transaction, so that two portal servers make one.
import { fromInstant, nowInstant } from '@berth/common/clock.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { JobSpec } from '@berth/contract/jobs.ts';
import { readApplication, type ApplicationRow } from '#applications/application-store.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import type { Db, Tx } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import type { LiveHub } from '#live/live-hub.ts';
import type { Pass } from '#reconcile/loop.ts';
import { decideJob, type JobDecision } from './job-plan.ts';
import { findJob, findWayOfJob, passOn, type JobRow } from './job-store.ts';
import { cancelRuns, insertRun, listLatest, listUnfinished, unfinishedMaximum, type NewRun } from './run-store.ts';

export interface JobParts {
  readonly db: Db;
  readonly live: LiveHub;
  /** Rings the bell of a run. */
  readonly ringRun: (run: string) => void;
  readonly context: Context;
}

// The wall clock may be set, and a stopped application starts without a bell here: never far from the next look.
const lookAgainMs = 60_000;

export const makeJobReconciler =
  (parts: JobParts) =>
  async (key: string): Promise<Pass> => {
    const way = await findWayOfJob(parts.db, key as Id<'job'>);
    if (way === undefined) return { steps: 0 };
    const ofJobs = await authorize(parts.context, parts.db, 'modify', 'application.jobs', way);
    const ofRuns = await authorize(parts.context, parts.db, 'create', 'application.runs', way);
    const ofApplication = await authorize(parts.context, parts.db, 'modify', 'application', way);
    const [job, application] = await Promise.all([
      findJob(parts.db, ofJobs, key),
      readApplication(parts.db, ofApplication),
    ]);
    if (job === undefined || job.next_run_at === null || application.desired_state === 'removed') return { steps: 0 };
    const now = nowInstant(parts.context.clock);
    const unfinished = await listUnfinished(parts.db, ofRuns, job.id);
    const latest = (await listLatest(parts.db, ofJobs, [job.id])).get(job.id);
    const decision = decideJob({
      spec: JSON.parse(job.spec) as JobSpec,
      nextRunAt: job.next_run_at,
      now,
      isApplicationRunning: application.desired_state === 'running',
      unfinished: unfinished.length,
      latestSkip: latest?.state === 'skipped' ? (latest.reason ?? undefined) : undefined,
    });
    if (decision.do === 'wait')
      return {
        steps: 0,
        againMs: untilNext(Math.max(fromInstant(job.next_run_at), parts.context.clock.nowMs()), parts),
      };
    const run = newRunOf(parts, job, application, decision, now);
    const isFirst = await transact(parts.db, async (tx) => {
      if (!(await passOn(tx, ofJobs, job, decision.next ?? null))) return false;
      if (decision.do === 'run' && decision.replaces)
        await cancelRuns(
          tx,
          ofRuns,
          unfinished.map(({ id }) => id),
        );
      if (run !== undefined) await insertRun(tx, ofRuns, await withinMaximum(tx, ofRuns, run));
      return true;
    });
    if (isFirst && run !== undefined) {
      for (const { id } of unfinished) parts.ringRun(id);
      parts.ringRun(run.id);
      parts.live.tell(application.environment_id, { type: 'changed', what: 'runs', application: application.id });
    }
    return {
      steps: 1,
      ...(decision.next === undefined ? {} : { againMs: untilNext(fromInstant(decision.next), parts) }),
    };
  };

const untilNext = (dueMs: number, { context }: JobParts): number => {
  const inMs = dueMs - context.clock.nowMs();
  return inMs <= 0 ? lookAgainMs : Math.min(inMs, lookAgainMs);
};

const newRunOf = (
  { context }: JobParts,
  job: JobRow,
  application: ApplicationRow,
  decision: Exclude<JobDecision, { do: 'wait' }>,
  now: string,
): NewRun | undefined => {
  if (decision.do === 'pass') return undefined;
  const spec = JSON.parse(job.spec) as JobSpec;
  return {
    id: context.newId('run'),
    job: { id: job.id, name: job.name, keepRuns: spec.keepRuns },
    service: spec.service,
    command: spec.command,
    environment: spec.environment ?? {},
    timeoutMs: spec.timeoutMs,
    revision: application.revision,
    requestedBy: 'schedule',
    scheduledFor: decision.scheduledFor,
    now,
    ...(decision.do === 'skip' ? { skipped: { reason: decision.reason, message: decision.message } } : {}),
  };
};

// Runs beside one another without end would take the host down.
const withinMaximum = async (tx: Tx, ofRuns: Parameters<typeof listUnfinished>[1], run: NewRun): Promise<NewRun> => {
  if (run.skipped !== undefined || (await listUnfinished(tx, ofRuns)).length < unfinishedMaximum) return run;
  const message = `${unfinishedMaximum} runs of the application have not ended`;
  return { ...run, skipped: { reason: 'too_many_runs', message } };
};
