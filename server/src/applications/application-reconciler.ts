// Makes one application what it should be: read → plan → apply → record. What is to be done is the planner's to say; the
// outcome of the pass is in application-conditions.ts, that of the operation in operation-outcome.ts.
import { nowInstant, soonest } from '@berth/common/clock.ts';
import { asPlatformError, PlatformError } from '@berth/common/platform-error.ts';
import type { Condition, Operation } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import { transact } from '#db/transaction.ts';
import type { DockerServerLink, Fence } from '#hosts/docker-server-links.ts';
import { isOutOfReach, reachHost, type ReachedHost, type ReachParts } from '#hosts/reach-host.ts';
import { adoptPending } from './adopt-pending.ts';
import type { LiveHub } from '#live/live-hub.ts';
import { withImagesOfHost, type DesiredApplication, type ObservedApplication } from '#orchestration/desired.ts';
import type { Driver, Plan, UpgradeProgress } from '#orchestration/driver.ts';
import { makeStandaloneDriver } from '#orchestration/standalone/standalone-driver.ts';
import type { StandaloneDetail } from '#orchestration/standalone/standalone-steps.ts';
import type { Leases } from '#reconcile/lease.ts';
import type { Pass } from '#reconcile/loop.ts';
import { judgeApplication, judgeUnknown, type StepFailure, type Verdict } from './application-conditions.ts';
import { deleteApplication, findWay, readApplication, writeStatus, type ApplicationRow } from './application-store.ts';
import {
  pinImages,
  readBuildContext,
  readDesired,
  toObserved,
  withAllImages,
  withImages,
} from './desired-application.ts';
import { makeFailureLogs } from './failure-logs.ts';
import { decideOutcome, makeSettling, removalMessage } from './operation-outcome.ts';
import {
  finishOperation,
  findOperation,
  insertEvents,
  presentOperation,
  writeProgress,
  type NewEvent,
  type OperationRow,
} from './operation-store.ts';
import { makeOperationTracker, startedContainers, type OperationTracker } from './operation-tracker.ts';
import { withoutStale } from './stale-steps.ts';
import { stepEvents } from './step-events.ts';
import { followCourse, upgradeConditions, type Course } from './upgrade-course.ts';
import { settingsOf, upgradeOf, type UpgradeWord } from './upgrade-state.ts';

export interface ReconcilerParts extends ReachParts {
  readonly live: LiveHub;
  readonly leases: Leases;
  readonly context: Context;
}

const unreachableAgainMs = 10_000;
const leaseHeldAgainMs = 5_000;
// The check of a publish, or the event that rang, has listed the host a moment ago.
const recentMs = 1_000;
const repeatAgainMs = 2_000;

export const makeApplicationReconciler = (parts: ReconcilerParts) => {
  const settling = makeSettling(parts.context.clock);
  const failureLogs = makeFailureLogs();
  return async (key: string, signal: AbortSignal): Promise<Pass> => {
    const application = key as Id<'application'>;
    const way = await findWay(parts.db, application);
    if (way === undefined) return { steps: 0 };
    const allowed = await authorize(parts.context, parts.db, 'modify', 'application', way);
    const row = await readApplication(parts.db, allowed);
    const isWishOpen = row.observed_generation < row.generation;
    const operation = isWishOpen ? await findOperation(parts.db, allowed, application, row.generation) : undefined;
    const number = await parts.leases.hold(`environment:${way.environment}`);
    if (number === undefined) return { steps: 0, againMs: leaseHeldAgainMs };
    const round: Round = { parts, allowed, row, operation, fence: { environment: way.environment, number }, signal };
    try {
      return await reconcile(round, await reachHost(parts, way.environment), settling, failureLogs);
    } catch (thrown) {
      const error = asPlatformError(thrown);
      if (!isOutOfReach(error) || signal.aborted) throw thrown;
      if (error.code === 'stale_fence') parts.leases.forget(`environment:${way.environment}`);
      await recordUnknown(round, error);
      return { steps: 0, againMs: unreachableAgainMs };
    }
  };
};

interface Round {
  readonly parts: ReconcilerParts;
  readonly allowed: Allowed<'modify', 'application'>;
  readonly row: ApplicationRow;
  readonly operation: OperationRow | undefined;
  readonly fence: Fence;
  readonly signal: AbortSignal;
}

const reconcile = async (
  round: Round,
  at: ReachedHost,
  settling: ReturnType<typeof makeSettling>,
  failureLogs: ReturnType<typeof makeFailureLogs>,
): Promise<Pass> => {
  const { parts, row, fence, signal } = round;
  // Read
  const hasAdopted = await adoptPending(parts.db, round.allowed, row, at.link, fence);
  const tracker = trackOperation(round);
  const wished = await readDesired(parts.db, round.allowed, row, tracker);
  const before = await withImages(
    at.link,
    wished,
    toObserved(at.host, await at.watch.observe(hasAdopted ? 0 : recentMs)),
  );
  const driver = makeStandaloneDriver(at.link, fence, before, (_, build) =>
    readBuildContext(parts.db, round.allowed, wished.revision, build),
  );
  const desired = withBatchesDone(withImagesOfHost(wished, before), driver, before);
  // Plan
  const plan = driver.plan(desired, before);
  // Apply
  const applied = await at.watch.during(() => apply(driver, plan, tracker, signal));
  const after =
    plan.steps.length === 0
      ? before
      : { ...toObserved(at.host, await at.watch.observe()), imagesPresent: before.imagesPresent };
  const failures = withoutStale(applied.failures, plan.steps, after);
  // Record
  const now = { ...desired, startedForWish: startedContainers(tracker?.progress() ?? []) };
  const rest = plan.steps.length === 0 ? plan : driver.plan(now, withAllImages(now, after));
  if (desired.state === 'removed' && rest.steps.length === 0) {
    await recordGone(round, tracker, removalMessage(after, row.id));
    return { steps: plan.steps.length };
  }
  const { course, verdict, outcome, progress } = await judge(round, at, settling, failureLogs, {
    desired: now,
    after,
    rest,
    driver,
    failures,
  });
  const isPinned = failures.length === 0 && (await pinImages(parts.db, round.allowed, at.link, wished));
  await record(
    round,
    tracker,
    verdict,
    outcome,
    [...stepEvents(plan.steps, applied.done, news(round, failures)), ...course.events],
    course.word,
  );
  const [failure] = failures;
  if (failure !== undefined && !course.isTurned)
    throw new PlatformError(failure.error.code, failure.message, {}, failure.error);
  if (course.isTurned || isPinned) return { steps: plan.steps.length, againMs: 0 };
  if (rest.steps.length > 0) return { steps: plan.steps.length, againMs: isRepeated(plan, rest) ? repeatAgainMs : 0 };
  const againMs = soonest(outcome.againMs, progress?.againMs, rest.restarts?.againMs, verdict.againMs);
  return { steps: plan.steps.length, ...(againMs === undefined ? {} : { againMs }) };
};

// What is through already makes way for the next batch in this pass.
const withBatchesDone = (
  desired: DesiredApplication,
  driver: Driver<StandaloneDetail>,
  before: ObservedApplication,
): DesiredApplication => {
  const { upgrade } = desired;
  if (desired.state !== 'running' || upgrade?.state !== 'rolling') return desired;
  return { ...desired, upgrade: { ...upgrade, batchDoneAt: driver.progress(desired, before).batchDoneAt } };
};

/** What is to be said of the pass: of the upgrade, of the application, and of the operation. */
const judge = async (
  { parts, row, operation }: Round,
  { link }: { link: DockerServerLink },
  settling: ReturnType<typeof makeSettling>,
  failureLogs: ReturnType<typeof makeFailureLogs>,
  seen: {
    readonly desired: DesiredApplication;
    readonly after: ObservedApplication;
    readonly rest: Plan<StandaloneDetail>;
    readonly driver: Driver<StandaloneDetail>;
    readonly failures: readonly StepFailure[];
  },
) => {
  const { desired, after, rest, driver, failures } = seen;
  const now = nowInstant(parts.context.clock);
  const isOnItsWay = desired.state === 'running' && desired.upgrade !== undefined;
  const progress = isOnItsWay ? driver.progress(desired, after) : undefined;
  const upgrade = upgradeOf(row);
  const failed = failures.find(({ service }) => service !== undefined);
  const course = followCourse({
    upgrade,
    progress,
    settings: settingsOf(row),
    spec: desired.spec,
    stepFailure: failed === undefined ? undefined : { service: failed.service ?? '', message: failed.message },
  });
  const verdict = judgeApplication({
    desired,
    observed: after,
    plan: rest,
    failures,
    logLines: await failureLogs.read(link, desired, after),
    previous: JSON.parse(row.conditions) as Condition[],
    upgrade: upgradeConditions(upgrade, course.word),
    isUpgrading: isStillUpgrading(course, progress) || rest.steps.length > 0 || rest.restarts !== undefined,
    now,
  });
  const settledMs = settling.since(row.id, row.generation, verdict.complete);
  const outcome = decideOutcome({ verdict, observed: after, desired, operation, settledMs, course, now });
  return { course, verdict, outcome, progress };
};

// A held one replaces nothing more: what else is asked of the application meanwhile can be done.
const isStillUpgrading = ({ word, isTurned }: Course, progress: UpgradeProgress | undefined): boolean =>
  isTurned || (word !== null && word.state !== 'held' && progress !== undefined && !progress.finished);

// Steps that were done and are wanted again had no effect that can be seen: no hurry to do them a third time.
const isRepeated = (before: Plan<unknown>, after: Plan<unknown>): boolean =>
  after.steps.every((step) => before.steps.some((former) => former.id === step.id));

const trackOperation = ({ parts, allowed, operation, row }: Round): OperationTracker | undefined => {
  if (operation === undefined) return undefined;
  const earlier = JSON.parse(operation.progress) as Operation['progress'];
  return makeOperationTracker(parts.context.clock, earlier, {
    write: (progress) => writeProgress(parts.db, allowed, operation.id, progress),
    tell: (progress) =>
      parts.live.tell(row.environment_id, {
        type: 'operation',
        operation: { ...presentOperation(operation), progress },
      }),
  });
};

const apply = async (
  driver: Driver<StandaloneDetail>,
  plan: Plan<StandaloneDetail>,
  tracker: OperationTracker | undefined,
  signal: AbortSignal,
) => {
  if (plan.steps.length === 0) return { done: [], failures: [] };
  tracker?.begin(plan.steps);
  const { done, failed } = await driver.apply(plan, (progress) => tracker?.note(progress), signal);
  await tracker?.flush();
  signal.throwIfAborted();
  const failures = failed.map(({ step, error: thrown }): StepFailure & { error: PlatformError; step: string } => {
    const error = asPlatformError(thrown);
    return { code: error.code, message: error.message, service: step.service, error, step: step.id };
  });
  const outOfReach = failures.find(({ error }) => isOutOfReach(error));
  if (outOfReach !== undefined) throw outOfReach.error;
  return { done, failures };
};

// A failure that goes on is told once, not with every try.
const news = <F extends StepFailure>({ row, operation }: Round, failures: readonly F[]): readonly F[] => {
  const known = JSON.parse(row.conditions) as Condition[];
  return failures.filter(
    ({ code, service }) =>
      operation?.state === 'running' ||
      !known.some((condition) => condition.reason === code && condition.service === service),
  );
};

const record = async (
  round: Round,
  tracker: OperationTracker | undefined,
  verdict: Verdict,
  outcome: ReturnType<typeof decideOutcome>,
  events: readonly Omit<NewEvent, 'id' | 'at' | 'actor'>[],
  upgrade: Course['word'],
) => {
  const { parts, allowed, row, operation } = round;
  const now = nowInstant(parts.context.clock);
  const conditions = JSON.stringify(verdict.conditions);
  const closing = operation?.state === 'running' && outcome.state !== 'running';
  const observedGeneration = outcome.isCarriedOut ? row.generation : row.observed_generation;
  if (
    events.length === 0 &&
    !closing &&
    conditions === row.conditions &&
    verdict.phase === row.phase &&
    (upgrade === null ? null : JSON.stringify(upgrade)) === row.upgrade &&
    observedGeneration === row.observed_generation
  )
    return;
  const told = [...events, ...outcome.events].map((event) => ({
    ...event,
    id: parts.context.newId('event'),
    at: now,
    actor: 'reconciler',
  }));
  const current = await transact(parts.db, async (tx) => {
    await insertEvents(tx, allowed, row.id, told);
    const isNewest = await writeStatus(tx, allowed, {
      generation: row.generation,
      observedGeneration,
      phase: verdict.phase,
      conditions: verdict.conditions,
      upgrade,
    });
    if (isNewest && closing)
      await finishOperation(tx, allowed, operation.id, {
        state: outcome.state,
        reason: outcome.reason,
        message: outcome.message,
        now,
      });
    return isNewest;
  });
  if (closing && current) tellFinished(round, tracker, outcome.state, outcome.reason, outcome.message, now);
  parts.live.tell(row.environment_id, { type: 'changed', what: 'applications', application: row.id });
  if (told.length > 0) parts.live.tell(row.environment_id, { type: 'changed', what: 'events', application: row.id });
};

const tellFinished = (
  { parts, row, operation }: Round,
  tracker: OperationTracker | undefined,
  state: Operation['state'],
  reason: string | null,
  message: string | null,
  now: string,
): void => {
  if (operation === undefined) return;
  parts.live.tell(row.environment_id, {
    type: 'operation',
    operation: {
      ...presentOperation(operation),
      progress: tracker?.progress() ?? presentOperation(operation).progress,
      state,
      reason,
      message,
      finishedAt: now,
    },
  });
};

const recordGone = async (round: Round, tracker: OperationTracker | undefined, message: string): Promise<void> => {
  const { parts, row, operation } = round;
  const now = nowInstant(parts.context.clock);
  const allowed = await authorize(parts.context, parts.db, 'delete', 'application', {
    tenant: row.tenant_id,
    environment: row.environment_id,
    application: row.id,
  });
  await transact(parts.db, async (tx) => {
    const { numDeletedRows } = await deleteApplication(tx, allowed, row.generation);
    if (numDeletedRows !== 1n) throw new PlatformError('conflict', 'Somebody changed the application meanwhile');
    if (operation !== undefined)
      await finishOperation(tx, allowed, operation.id, { state: 'succeeded', reason: null, message, now });
  });
  tellFinished(round, tracker, 'succeeded', null, message, now);
  parts.live.tell(row.environment_id, { type: 'changed', what: 'applications', application: row.id });
};

const recordUnknown = async (round: Round, error: PlatformError): Promise<void> => {
  const { parts, row, operation } = round;
  const now = nowInstant(parts.context.clock);
  const conditions = judgeUnknown(
    JSON.parse(row.conditions) as Condition[],
    { code: error.code, message: error.message },
    now,
  );
  const verdict: Verdict = { conditions, phase: 'unknown', complete: false, failed: undefined };
  const late = operation?.state === 'running' && operation.deadline_at < now;
  await record(
    round,
    undefined,
    verdict,
    late
      ? { state: 'failed', isCarriedOut: false, reason: error.code, message: error.message, events: [] }
      : { state: 'running', isCarriedOut: false, events: [] },
    [],
    row.upgrade === null ? null : (JSON.parse(row.upgrade) as UpgradeWord),
  );
};
