// Brings one run to its end: read → decide → act, over and over, until there is nothing to do but wait. What is next is
// run-plan.ts's to say. The container on the host, found by its label, is the truth; the row is what was last seen of it, so
// that a portal server that is killed at any point goes on where the container is.
import { nowInstant } from '@berth/common/clock.ts';
import { asPlatformError, type PlatformError } from '@berth/common/platform-error.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { JobSpec } from '@berth/contract/jobs.ts';
import { readApplication, type ApplicationRow } from '#applications/application-store.ts';
import { insertEvents } from '#applications/operation-store.ts';
import { readSpec } from '#applications/revision-store.ts';
import { effectiveRevision } from '#applications/upgrade-state.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import { transact } from '#db/transaction.ts';
import type { Fence } from '#hosts/docker-server-links.ts';
import { isOutOfReach, reachHost, type ReachedHost, type ReachParts } from '#hosts/reach-host.ts';
import type { LiveHub } from '#live/live-hub.ts';
import type { Leases } from '#reconcile/lease.ts';
import type { Pass } from '#reconcile/loop.ts';
import { findJob } from './job-store.ts';
import { makeRunContainer } from './make-run-container.ts';
import { runContainerName } from './run-container.ts';
import {
  decideRun,
  failed,
  isOverdue,
  neverStarted,
  type Outcome,
  type RunDecision,
  type RunFacts,
} from './run-plan.ts';
import { readLastLines } from './run-log.ts';
import { deleteIfJobless, findRun, findWayOfRun, listUnfinished, writeRun, type RunRow } from './run-store.ts';

export interface RunParts extends ReachParts {
  readonly live: LiveHub;
  readonly leases: Leases;
  readonly context: Context;
}

export interface RunRound {
  readonly parts: RunParts;
  readonly allowed: Allowed<'modify', 'application.runs'>;
  readonly ofApplication: Allowed<'modify', 'application'>;
  readonly application: ApplicationRow;
  readonly fence: Fence;
  readonly signal: AbortSignal;
}

const unreachableAgainMs = 10_000;
const leaseHeldAgainMs = 5_000;
// More than a run ever needs: what still changes after so many is looked at again in a while.
const stepsPerPassMaximum = 12;
const repeatAgainMs = 2_000;
const stopGraceMaximumMs = 10 * 60_000;
const stopGraceDefaultMs = 10_000;
const changeLimitMs = 120_000;

export const makeRunReconciler =
  (parts: RunParts) =>
  async (key: string, signal: AbortSignal): Promise<Pass> => {
    const way = await findWayOfRun(parts.db, key as Id<'run'>);
    if (way === undefined) return { steps: 0 };
    const allowed = await authorize(parts.context, parts.db, 'modify', 'application.runs', way);
    const ofApplication = await authorize(parts.context, parts.db, 'modify', 'application', way);
    const number = await parts.leases.hold(`environment:${way.environment}`);
    if (number === undefined) return { steps: 0, againMs: leaseHeldAgainMs };
    const application = await readApplication(parts.db, ofApplication);
    const fence = { environment: way.environment, number };
    const round: RunRound = { parts, allowed, ofApplication, application, fence, signal };
    try {
      return await reconcile(round, key, await reachHost(parts, way.environment));
    } catch (thrown) {
      const error = asPlatformError(thrown);
      if (!isOutOfReach(error) || signal.aborted) throw thrown;
      if (error.code === 'stale_fence') parts.leases.forget(`environment:${way.environment}`);
      await recordUnreachable(round, key, error);
      return { steps: 0, againMs: unreachableAgainMs };
    }
  };

const reconcile = async (begun: RunRound, key: string, at: ReachedHost): Promise<Pass> => {
  const { parts, allowed, ofApplication, signal } = begun;
  for (let steps = 0; steps < stepsPerPassMaximum; steps += 1) {
    const row = await findRun(parts.db, allowed, key);
    const observation = await at.watch.observe();
    const container = observation.containers.find(({ owner }) => owner?.run === key);
    if (row === undefined) {
      // Its application was removed while this pass made the container, too late for the removal to see it.
      if (container !== undefined) await removeContainer(begun, at, container.id);
      return { steps };
    }
    if (row.finished_at !== null && row.container === null) return { steps };
    const round = { ...begun, application: await readApplication(parts.db, ofApplication) };
    const decision = decideRun(await factsOf(round, row, container, observation.observedAt));
    const pass = await act(round, row, at, decision);
    signal.throwIfAborted();
    if (pass !== undefined) return { steps, ...pass };
  }
  return { steps: stepsPerPassMaximum, againMs: repeatAgainMs };
};

const factsOf = async (
  round: RunRound,
  row: RunRow,
  container: ObservedContainer | undefined,
  observedAt: string,
): Promise<RunFacts> => ({
  state: row.state,
  isCancelled: row.cancelled !== 0,
  timeoutMs: row.timeout_ms,
  createdAt: row.created_at,
  startedAt: row.started_at,
  application: round.application.desired_state,
  waitsForFormer: await waitsForFormer(round, row),
  container,
  observedAt,
  now: nowInstant(round.parts.context.clock),
});

// A job that replaces its former run does not run beside it, however long that takes to end.
const waitsForFormer = async ({ parts, allowed }: RunRound, row: RunRow): Promise<boolean> => {
  if (row.job_id === null || row.state !== 'waiting') return false;
  const way = { tenant: allowed.tenant.id, environment: allowed.environment.id, application: allowed.application.id };
  const ofJobs = await authorize(parts.context, parts.db, 'read', 'application.jobs', way);
  const job = await findJob(parts.db, ofJobs, row.job_id);
  if (job === undefined || (JSON.parse(job.spec) as JobSpec).concurrency !== 'replace') return false;
  return (await listUnfinished(parts.db, allowed, row.job_id)).some(
    ({ id, cancelled }) => id < row.id && cancelled !== 0,
  );
};

/** Undefined: look again at once. */
const act = async (
  round: RunRound,
  row: RunRow,
  at: ReachedHost,
  decision: RunDecision,
): Promise<{ againMs?: number } | undefined> => {
  switch (decision.do) {
    case 'make': {
      const made = await makeRunContainer(round, row, at);
      if ('outcome' in made) await recordEnd(round, row, at, made.outcome, undefined);
      else if ('againMs' in made) {
        await recordWait(round, row, made.reason, made.message);
        return { againMs: made.againMs };
      }
      return undefined;
    }
    case 'start':
      await startContainer(round, row, at, decision.container);
      return undefined;
    case 'note_started':
      await writeRun(round.parts.db, round.allowed, row, {
        state: 'running',
        started_at: decision.startedAt,
        container: decision.container,
        reason: null,
        message: null,
      });
      tell(round);
      return undefined;
    case 'stop':
      await stopContainer(round, row, at, decision.container);
      return undefined;
    case 'end':
      await recordEnd(round, row, at, decision.outcome, decision.container);
      return undefined;
    case 'clear':
      if (decision.isLive && decision.container !== undefined) await stopContainer(round, row, at, decision.container);
      await clear(round, row, at, decision.container);
      return {};
    case 'wait':
      await recordWait(round, row, decision.reason, decision.message);
      return decision.againMs === undefined ? {} : { againMs: decision.againMs };
  }
};

const startContainer = async (round: RunRound, row: RunRow, at: ReachedHost, container: string): Promise<void> => {
  try {
    await at.watch.during(() => clientOf(round, at).startContainer({ params: { container }, signal: round.signal }));
  } catch (thrown) {
    const error = asPlatformError(thrown);
    if (isOutOfReach(error) || error.code === 'bug' || round.signal.aborted) throw thrown;
    await recordEnd(round, row, at, failed(error.code, error.message), container);
  }
};

const stopContainer = async (round: RunRound, row: RunRow, at: ReachedHost, container: string): Promise<void> => {
  const graceMs = Math.min(await graceOf(round, row), stopGraceMaximumMs);
  await at.watch.during(() =>
    clientOf(round, at, graceMs).stopContainer({ params: { container }, body: { graceMs }, signal: round.signal }),
  );
};

const graceOf = async ({ parts, ofApplication, application }: RunRound, row: RunRow): Promise<number> => {
  const spec = await readSpec(parts.db, ofApplication, effectiveRevision(application));
  return spec.services[row.service]?.stopGraceMs ?? stopGraceDefaultMs;
};

const clear = async (round: RunRound, row: RunRow, at: ReachedHost, container: string | undefined): Promise<void> => {
  const { parts, allowed } = round;
  if (container !== undefined) await removeContainer(round, at, container);
  await transact(parts.db, async (tx) => {
    await writeRun(tx, allowed, row, { container: null });
    await deleteIfJobless(tx, allowed, row.id);
  });
  tell(round);
};

const removeContainer = (round: RunRound, at: ReachedHost, container: string) =>
  at.watch.during(() => clientOf(round, at).removeContainer({ params: { container }, body: {}, signal: round.signal }));

const clientOf = ({ fence }: RunRound, { link }: ReachedHost, moreMs = 0) =>
  link.client({ fence, limits: { firstByteMs: changeLimitMs + moreMs, idleMs: changeLimitMs } });

// Before the container goes: what it said goes with it.
const recordEnd = async (
  round: RunRound,
  row: RunRow,
  at: ReachedHost,
  outcome: Outcome,
  container: string | undefined,
): Promise<void> => {
  const lines = container === undefined ? [] : await readLastLines(at.link, container);
  // A start that failed may have left a container; its name leads to it until it is seen to be gone.
  await writeEnd(round, row, outcome, container ?? nameOf(round, row), lines);
};

const writeEnd = async (
  round: RunRound,
  row: RunRow,
  outcome: Outcome,
  container: string,
  lines: readonly string[],
): Promise<void> => {
  const { parts, allowed, ofApplication } = round;
  const now = nowInstant(parts.context.clock);
  const what = row.job_name === null ? `A task of ${row.service}` : `The job ${row.job_name}`;
  await transact(parts.db, async (tx) => {
    const isFirst = await writeRun(tx, allowed, row, {
      state: outcome.state,
      reason: outcome.reason,
      message: outcome.message,
      exit_code: outcome.exitCode,
      finished_at: now,
      container,
      log_lines: JSON.stringify(lines),
    });
    if (isFirst && (outcome.state === 'failed' || outcome.state === 'timed_out'))
      await insertEvents(tx, ofApplication, row.application_id, [
        {
          id: parts.context.newId('event'),
          at: now,
          type: 'warning',
          reason: 'run_failed',
          message: `${what} failed: ${outcome.message}`,
          actor: row.requested_by,
          service: row.service,
        },
      ]);
  });
  tell(round);
};

const recordWait = async (
  round: RunRound,
  row: RunRow,
  reason: string | null,
  message: string | null,
): Promise<void> => {
  if (row.reason === reason && row.message === message) return;
  await writeRun(round.parts.db, round.allowed, row, { reason, message });
  tell(round);
};

/** A run that was never started needs no host to be ended; one that may have a container keeps its way to it. */
const recordUnreachable = async (round: RunRound, key: string, error: PlatformError): Promise<void> => {
  const row = await findRun(round.parts.db, round.allowed, key);
  if (row === undefined || row.finished_at !== null) return;
  const application = round.application.desired_state;
  const now = nowInstant(round.parts.context.clock);
  if (row.state === 'waiting' && (row.cancelled !== 0 || application === 'removed'))
    await writeEnd(round, row, neverStarted({ application }), nameOf(round, row), []);
  else if (row.state === 'waiting' && isOverdue({ createdAt: row.created_at, now }))
    await writeEnd(round, row, failed('not_started_in_time', error.message), nameOf(round, row), []);
  else await recordWait(round, row, error.code, error.message);
};

const nameOf = ({ application }: RunRound, row: RunRow): string =>
  runContainerName(application.name, { run: row.id, service: row.service });

const tell = ({ parts, application }: RunRound): void =>
  parts.live.tell(application.environment_id, { type: 'changed', what: 'runs', application: application.id });
