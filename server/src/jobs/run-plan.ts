// Decides what is to be done next for one run, from its row and its container on the host. Pure and level-driven: however
// often it is asked, a run has one container, is started once, and has one outcome.
import { fromInstant, toInstant } from '@berth/common/clock.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { RunState } from '@berth/contract/jobs.ts';
import type { Instant } from '@berth/contract/time.ts';

export interface RunFacts {
  readonly state: RunState;
  readonly isCancelled: boolean;
  readonly timeoutMs: number;
  readonly createdAt: Instant;
  /** By the portal's clock. */
  readonly startedAt: Instant | null;
  readonly application: 'running' | 'stopped' | 'removed';
  /** It is a job's that ends its former run, and that one is still on its way out. */
  readonly waitsForFormer: boolean;
  /** undefined: there is none on the host. */
  readonly container: Pick<ObservedContainer, 'id' | 'state' | 'startedAt' | 'exit'> | undefined;
  /** By the host's clock. */
  readonly observedAt: Instant;
  readonly now: Instant;
}

type Ended = Extract<RunState, 'succeeded' | 'failed' | 'cancelled' | 'timed_out'>;
export interface Outcome {
  readonly state: Ended;
  readonly reason: string | null;
  readonly message: string | null;
  readonly exitCode: number | null;
}

export type RunDecision =
  | { readonly do: 'make' }
  | { readonly do: 'start'; readonly container: string }
  /** It was seen to run. */
  | { readonly do: 'note_started'; readonly startedAt: Instant; readonly container: string }
  | { readonly do: 'stop'; readonly container: string }
  | { readonly do: 'end'; readonly outcome: Outcome; readonly container: string | undefined }
  /** It is over; what is left of it goes. */
  | { readonly do: 'clear'; readonly container: string | undefined; readonly isLive: boolean }
  | {
      readonly do: 'wait';
      readonly againMs: number | undefined;
      readonly reason: string | null;
      readonly message: string | null;
    };

/** However long a host is away: what could not be started for a day is no longer what somebody wants. */
export const waitingMaximumMs = 24 * 3_600_000;
const formerAgainMs = 1_000;

export const decideRun = (facts: RunFacts): RunDecision => {
  const { container } = facts;
  if (facts.state !== 'waiting' && facts.state !== 'running')
    return { do: 'clear', container: container?.id, isLive: container !== undefined && isLive(container.state) };
  if (container === undefined) return decideWithout(facts);
  switch (container.state) {
    case 'created':
      return wishedEnd(facts) === undefined
        ? { do: 'start', container: container.id }
        : { do: 'end', outcome: neverStarted(facts), container: container.id };
    case 'running':
    case 'restarting':
    case 'paused':
      return decideLive(facts, container);
    case 'exited':
      return { do: 'end', outcome: outcomeOf(facts, container), container: container.id };
    case 'removing':
    case 'dead':
      return {
        do: 'end',
        outcome: failed('container_gone', 'Its container was taken away before it had ended'),
        container: container.id,
      };
  }
};

/** What to say of a run that was never started, and is no longer to be. */
export const neverStarted = (facts: Pick<RunFacts, 'application'>): Outcome =>
  facts.application === 'removed'
    ? { ...cancelled, reason: 'application_removed', message: 'The application was removed' }
    : cancelled;

export const isOverdue = ({ createdAt, now }: Pick<RunFacts, 'createdAt' | 'now'>): boolean =>
  fromInstant(now) - fromInstant(createdAt) > waitingMaximumMs;

const cancelled: Outcome = { state: 'cancelled', reason: 'cancelled', message: 'Somebody ended it', exitCode: null };

export const failed = (reason: string, message: string, exitCode: number | null = null): Outcome => ({
  state: 'failed',
  reason,
  message,
  exitCode,
});

const isLive = (state: ObservedContainer['state']): boolean =>
  state === 'running' || state === 'restarting' || state === 'paused';

const decideWithout = (facts: RunFacts): RunDecision => {
  const end = (outcome: Outcome): RunDecision => ({ do: 'end', outcome, container: undefined });
  if (facts.state === 'running') {
    if (wishedEnd(facts) !== undefined) return end(neverStarted(facts));
    return end(failed('container_gone', 'Its container was taken away before it had ended'));
  }
  if (wishedEnd(facts) !== undefined) return end(neverStarted(facts));
  if (isOverdue(facts)) return end(failed('not_started_in_time', 'It could not be started for a day'));
  if (facts.waitsForFormer)
    return {
      do: 'wait',
      againMs: formerAgainMs,
      reason: 'former_runs_on',
      message: 'The former run is being ended first',
    };
  return { do: 'make' };
};

/** Why a run that goes on is to be ended. */
const wishedEnd = (facts: RunFacts): 'cancelled' | 'removed' | undefined => {
  if (facts.isCancelled) return 'cancelled';
  return facts.application === 'removed' ? 'removed' : undefined;
};

const decideLive = (facts: RunFacts, container: NonNullable<RunFacts['container']>): RunDecision => {
  if (facts.state === 'waiting')
    return { do: 'note_started', startedAt: startOf(facts, container), container: container.id };
  if (wishedEnd(facts) !== undefined) return { do: 'stop', container: container.id };
  const startedAt = facts.startedAt ?? startOf(facts, container);
  const leftMs = fromInstant(startedAt) + facts.timeoutMs - fromInstant(facts.now);
  if (leftMs <= 0) return { do: 'stop', container: container.id };
  return { do: 'wait', againMs: leftMs, reason: null, message: null };
};

// Two clocks: how long ago it started is a difference of the host's own, and counted back from ours.
const startOf = (
  { observedAt, now }: Pick<RunFacts, 'observedAt' | 'now'>,
  { startedAt }: NonNullable<RunFacts['container']>,
): Instant => {
  if (startedAt === undefined) return now;
  return toInstant(fromInstant(now) - Math.max(0, fromInstant(observedAt) - fromInstant(startedAt)));
};

const outcomeOf = (facts: RunFacts, container: NonNullable<RunFacts['container']>): Outcome => {
  const { exit, startedAt } = container;
  const exitCode = exit?.code ?? null;
  const wished = wishedEnd(facts);
  if (wished !== undefined) return { ...neverStarted(facts), exitCode };
  if (exit === undefined) return failed('unknown_exit', 'The engine does not say how it ended');
  // Both by the host's clock.
  if (startedAt !== undefined && fromInstant(exit.at) - fromInstant(startedAt) >= facts.timeoutMs)
    return {
      state: 'timed_out',
      reason: 'timed_out',
      message: `It ran longer than it may (${Math.round(facts.timeoutMs / 1000)} s) and was ended`,
      exitCode,
    };
  if (exit.outOfMemory) return failed('out_of_memory', 'It used more memory than its service may', exitCode);
  if (exit.byEngine) return failed('engine_stopped', 'The Docker engine was stopped while it ran', exitCode);
  if (exit.error !== '') return failed('engine_refused', exit.error, exitCode);
  if (exit.code !== 0) return failed('exit_code', `The program ended with exit code ${exit.code}`, exitCode);
  return { state: 'succeeded', reason: null, message: null, exitCode };
};
