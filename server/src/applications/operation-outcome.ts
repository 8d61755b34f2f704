// How an operation ends: done when all is as it should be and stays so for a moment; failed when waiting would not help.
import { fromInstant, type Clock } from '@berth/common/clock.ts';
import type { Condition } from '@berth/contract/applications.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Instant } from '@berth/contract/time.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import { serviceContainers, type Verdict } from './application-conditions.ts';
import type { NewEvent, OperationRow } from './operation-store.ts';
import type { Course } from './upgrade-course.ts';

// A program that is going to fail at once mostly does so in its first second or two.
const settleMs = 1_500;
// A container that restarts may be waiting for another; after so many times it is not.
const restartsMaximum = 4;
// On top of the retries and the start period that the file allows.
const unhealthyPatienceMs = 20_000;

const leftShown = 10;

export type Outcome = {
  /** The wish is fulfilled; also when its operation had failed before. */
  readonly isCarriedOut: boolean;
  readonly events: readonly Omit<NewEvent, 'id' | 'at' | 'actor'>[];
  readonly againMs?: number;
} & (
  | { readonly state: 'running' }
  | { readonly state: 'succeeded' | 'failed'; readonly reason: string | null; readonly message: string | null }
);

export interface OutcomeFacts {
  readonly verdict: Verdict;
  readonly desired: DesiredApplication;
  readonly observed: ObservedApplication;
  readonly operation: OperationRow | undefined;
  /** For how long it has been complete; undefined: it is not. */
  readonly settledMs: number | undefined;
  /** How the upgrade goes, if there is one. */
  readonly course?: Pick<Course, 'failure' | 'word'> | undefined;
  readonly now: Instant;
}

export const decideOutcome = ({
  verdict,
  desired,
  observed,
  operation,
  settledMs,
  course,
  now,
}: OutcomeFacts): Outcome => {
  const waits = (againMs?: number): Outcome => ({
    state: 'running',
    isCarriedOut: false,
    events: [],
    ...(againMs === undefined ? {} : { againMs }),
  });
  // It is held or went back: that is the end of this wish, and what comes next is another one's.
  if (course?.failure !== undefined) {
    const { reason, message } = course.failure;
    return operation?.state === 'running'
      ? { ...fail(operation, reason, message), isCarriedOut: true }
      : { ...waits(), isCarriedOut: true };
  }
  if (verdict.complete && settledMs !== undefined) {
    const steadyMs = Math.min(settledMs, youngestMs(observed, desired.id));
    if (desired.state === 'running' && steadyMs < settleMs) return waits(settleMs - steadyMs);
    if (operation?.state !== 'running') return { ...waits(), isCarriedOut: true };
    return {
      state: 'succeeded',
      isCarriedOut: true,
      reason: null,
      message: null,
      events: [{ type: 'normal', reason: `${operation.kind}_done`, message: `${operation.kind} is done` }],
    };
  }
  if (operation?.state !== 'running') return waits();
  const failed = verdict.failed;
  // Containers that fail while services are replaced are the upgrade's own affair: it holds or turns back.
  const word = course?.word;
  const isUpgrading =
    word?.state === 'rolling_back' ||
    (word?.state === 'rolling' && word.services.some(({ moved, total }) => moved < total));
  // What is to stop or go is tried until the deadline: there is nothing better to offer than another try.
  if (
    desired.state === 'running' &&
    failed !== undefined &&
    (failed.type === 'Blocked' || (!isUpgrading && serviceContainers(observed, desired.id).some(isHopeless)))
  )
    return fail(operation, failed.reason, withLastWords(failed));
  // What is unhealthy may still be warming up; after a while a person had better know.
  const unhealthy = verdict.conditions.find(
    ({ reason }) => desired.state === 'running' && !isUpgrading && reason === 'unhealthy',
  );
  const againMs =
    unhealthy === undefined ? undefined : unhealthyPatienceMs - (fromInstant(now) - fromInstant(unhealthy.since));
  if (unhealthy !== undefined && againMs !== undefined && againMs <= 0)
    return fail(operation, unhealthy.reason, withLastWords(unhealthy));
  if (operation.deadline_at < now) {
    const last = verdict.conditions[0]?.message ?? 'unknown';
    return fail(operation, 'deadline_exceeded', `Not done in time; last: ${last}`);
  }
  return waits(againMs);
};

/** For how long the container that was started last has run: one that ends in between may run at each look. */
const youngestMs = (observed: ObservedApplication, application: Id<'application'>): number =>
  Math.min(
    ...serviceContainers(observed, application).flatMap(({ state, startedAt }) =>
      state === 'running' && startedAt !== undefined ? [fromInstant(observed.observedAt) - fromInstant(startedAt)] : [],
    ),
  );

/** What a program said last mostly tells more than its exit code. */
const withLastWords = ({ message, logLines }: Condition): string => {
  const last = logLines?.findLast((line) => line.trim() !== '');
  return last === undefined ? message : `${message}; it said last: ${last}`;
};

const fail = (operation: OperationRow, reason: string, message: string): Outcome => ({
  state: 'failed',
  isCarriedOut: false,
  reason,
  message,
  events: [{ type: 'warning', reason: `${operation.kind}_failed`, message }],
});

// Ended for good with an error, or restarted too often.
const isHopeless = (container: ObservedContainer): boolean =>
  (container.state === 'exited' &&
    container.exit !== undefined &&
    container.exit.code !== 0 &&
    !container.exit.byEngine) ||
  (container.state === 'created' && (container.exit?.error ?? '') !== '') ||
  container.restarts >= restartsMaximum;

/** Remembers since when an application is complete under one wish. */
export const makeSettling = (clock: Clock) => {
  const since = new Map<Id<'application'>, { generation: number; sinceMs: number }>();
  return {
    since: (application: Id<'application'>, generation: number, complete: boolean): number | undefined => {
      if (!complete) {
        since.delete(application);
        return undefined;
      }
      const known = since.get(application);
      if (known?.generation === generation) return clock.monotonicMs() - known.sinceMs;
      since.set(application, { generation, sinceMs: clock.monotonicMs() });
      return 0;
    },
  };
};

/** What stays behind when all else of an application is gone, and why: volumes hold data, networks may have others on them. */
export const removalMessage = (
  { networks, volumes }: Pick<ObservedApplication, 'networks' | 'volumes'>,
  application: string,
): string => {
  const own = (objects: readonly { name: string; owner?: { application: string } | undefined }[]) =>
    objects.flatMap(({ name, owner }) => (owner?.application === application ? [name] : [])).sort();
  const words = [
    ...own(networks).map((name) => `the network ${name} stays, other applications use it`),
    ...own(volumes).map((name) => `the volume ${name} is kept`),
  ];
  const shown = words.slice(0, leftShown);
  const more = words.length - shown.length;
  return ['Removed', ...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
};
