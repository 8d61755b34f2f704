// Makes one application what it should be: read → plan → apply → record. What is to be done is the planner's to say; the
// outcome of the pass is in application-conditions.ts, that of the operation in operation-outcome.ts.
import { nowInstant } from '@berth/common/clock.ts';
import { asPlatformError, PlatformError } from '@berth/common/platform-error.ts';
import type { Condition, Operation } from '@berth/contract/applications.ts';
import type { Observation } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import type { DockerServerLink, DockerServerLinks, Fence } from '#hosts/docker-server-links.ts';
import { listHostsOf } from '#hosts/host-store.ts';
import type { HostWatch } from '#hosts/host-watch.ts';
import type { LiveHub } from '#live/live-hub.ts';
import { ownContainers, type DesiredApplication, type ObservedApplication } from '#orchestration/desired.ts';
import type { Driver, Plan } from '#orchestration/driver.ts';
import { makeStandaloneDriver } from '#orchestration/standalone/standalone-driver.ts';
import type { StandaloneDetail } from '#orchestration/standalone/standalone-steps.ts';
import type { Leases } from '#reconcile/lease.ts';
import type { Pass } from '#reconcile/loop.ts';
import { judgeApplication, judgeUnknown, type StepFailure, type Verdict } from './application-conditions.ts';
import {
  deleteApplication,
  findWay,
  readApplication,
  readSpec,
  writeStatus,
  type ApplicationRow,
} from './application-store.ts';
import { desiredContainers } from './application-view.ts';
import { makeFailureLogs } from './failure-logs.ts';
import { decideOutcome, makeSettling } from './operation-outcome.ts';
import {
  finishOperation,
  findOperation,
  insertEvents,
  presentOperation,
  writeProgress,
  type NewEvent,
  type OperationRow,
} from './operation-store.ts';
import { makeOperationTracker, type OperationTracker } from './operation-tracker.ts';
import { stepEvents } from './step-events.ts';

export interface ReconcilerParts {
  readonly db: Db;
  readonly live: LiveHub;
  readonly leases: Leases;
  readonly links: DockerServerLinks;
  readonly watchOf: (host: Id<'host'>) => HostWatch | undefined;
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

const isOutOfReach = (error: PlatformError): boolean =>
  ['host_unreachable', 'engine_unavailable', 'stale_fence'].includes(error.code);

const reachHost = async (parts: ReconcilerParts, environment: Id<'environment'>) => {
  const [host] = await listHostsOf(parts.db, environment);
  if (host === undefined) throw new PlatformError('host_unreachable', 'The environment has no host yet');
  const link = parts.links.get(host.id);
  const watch = parts.watchOf(host.id);
  if (watch === undefined) throw new PlatformError('host_unreachable', `The host ${host.name} is not connected`);
  // Asking an engine that is known not to answer takes the whole of a time limit; its return rings.
  if (host.state === 'engine_down')
    throw new PlatformError('engine_unavailable', host.reason ?? `The Docker engine of ${host.name} does not answer`);
  return { host: { id: host.id, name: host.name }, link, watch };
};

const reconcile = async (
  round: Round,
  at: { host: { id: Id<'host'>; name: string }; link: DockerServerLink; watch: HostWatch },
  settling: ReturnType<typeof makeSettling>,
  failureLogs: ReturnType<typeof makeFailureLogs>,
): Promise<Pass> => {
  const { parts, row, operation, fence, signal } = round;
  const { clock } = parts.context;
  // Read
  const tracker = trackOperation(round);
  const desired = await readDesired(round, tracker);
  const before = await withImages(at.link, desired, toObserved(at.host, await at.watch.observe(recentMs)));
  const driver = makeStandaloneDriver(at.link, fence, before);
  // Plan
  const plan = driver.plan(desired, before);
  // Apply
  const applied = await at.watch.during(() => apply(driver, plan, tracker, signal));
  const after =
    plan.steps.length === 0
      ? before
      : { ...toObserved(at.host, await at.watch.observe()), imagesPresent: before.imagesPresent };
  // Record
  const rest = plan.steps.length === 0 ? plan : driver.plan(desired, { ...after, imagesPresent: allImages(desired) });
  if (desired.state === 'removed' && rest.steps.length === 0) {
    await recordGone(round, tracker);
    return { steps: plan.steps.length };
  }
  const verdict = judgeApplication({
    desired,
    observed: after,
    plan: rest,
    failures: applied.failures,
    logLines: await failureLogs.read(at.link, desired, after),
    previous: JSON.parse(row.conditions) as Condition[],
    now: nowInstant(clock),
  });
  const outcome = decideOutcome({
    verdict,
    observed: after,
    desired,
    operation,
    settledMs: settling.since(row.id, row.generation, verdict.complete),
    now: nowInstant(clock),
  });
  await record(round, tracker, verdict, outcome, stepEvents(plan.steps, applied.done, news(round, applied.failures)));
  if (applied.failures.length > 0)
    throw new PlatformError(
      applied.failures[0]?.error.code ?? 'bug',
      applied.failures[0]?.message ?? '',
      {},
      applied.failures[0]?.error,
    );
  if (rest.steps.length > 0) return { steps: plan.steps.length, againMs: isRepeated(plan, rest) ? repeatAgainMs : 0 };
  return { steps: plan.steps.length, ...(outcome.againMs === undefined ? {} : { againMs: outcome.againMs }) };
};

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

const readDesired = async (
  { parts, allowed, row }: Round,
  tracker: OperationTracker | undefined,
): Promise<DesiredApplication> => ({
  id: row.id,
  name: row.name,
  environment: row.environment_id,
  revision: row.revision,
  state: row.desired_state,
  removeVolumes: row.remove_volumes !== 0,
  spec: await readSpec(parts.db, allowed, row.revision),
  scale: JSON.parse(row.scale) as Record<string, number>,
  // Until it has been carried out, whatever became of its operation: a start that failed is still wanted.
  wishOpen: row.observed_generation < row.generation,
  startedForWish: new Set(
    (tracker?.progress() ?? [])
      .filter((step) => step.action === 'start_container' && step.state === 'done')
      .map((step) => step.target),
  ),
});

const toObserved = (host: ObservedApplication['host'], observation: Observation): ObservedApplication => ({
  host,
  containers: observation.containers,
  networks: observation.networks,
  volumes: observation.volumes,
  imagesPresent: new Set(),
});

const allImages = (desired: DesiredApplication): Set<string> =>
  new Set(Object.values(desired.spec.services).map((service) => service.image));

// Images are asked for only when something may have to be made: a pass over a converged application costs one list.
const withImages = async (
  link: DockerServerLink,
  desired: DesiredApplication,
  observed: ObservedApplication,
): Promise<ObservedApplication> => {
  if (desired.state !== 'running') return observed;
  const own = ownContainers(observed, desired.id);
  const wanted = desiredContainers(desired.spec, desired.scale);
  if (own.length === wanted && own.every((container) => container.owner?.revision === desired.revision))
    return { ...observed, imagesPresent: allImages(desired) };
  const client = link.client();
  const found = await Promise.all(
    [...allImages(desired)].map(async (reference) =>
      (await client.findImage({ query: { reference } })).image === null ? [] : [reference],
    ),
  );
  return { ...observed, imagesPresent: new Set(found.flat()) };
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

const recordGone = async (round: Round, tracker: OperationTracker | undefined): Promise<void> => {
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
      await finishOperation(tx, allowed, operation.id, { state: 'succeeded', reason: null, message: 'Removed', now });
  });
  tellFinished(round, tracker, 'succeeded', null, 'Removed', now);
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
  );
};
