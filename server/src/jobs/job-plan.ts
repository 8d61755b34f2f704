// Decides what becomes of a job that may be due. Pure, told the time: the same inputs give the same decision.
import { fromInstant } from '@berth/common/clock.ts';
import type { JobSpec } from '@berth/contract/jobs.ts';
import type { Instant } from '@berth/contract/time.ts';
import { latestTime, nextTime } from './job-times.ts';

export interface JobFacts {
  readonly spec: Pick<JobSpec, 'schedule' | 'timeZone' | 'concurrency' | 'missed'>;
  /** The time that has not been dealt with. */
  readonly nextRunAt: Instant;
  readonly now: Instant;
  readonly isApplicationRunning: boolean;
  /** Runs of this job that have not ended. */
  readonly unfinished: number;
  /** Why the latest run was not started, if it was not. */
  readonly latestSkip: string | undefined;
}

export type JobDecision =
  /** Nothing now: not due, or due and kept until the application runs. */
  | { readonly do: 'wait' }
  | {
      readonly do: 'run';
      readonly scheduledFor: Instant;
      readonly next: Instant | undefined;
      /** The runs that have not ended are to be ended. */
      readonly replaces: boolean;
    }
  | {
      readonly do: 'skip';
      readonly scheduledFor: Instant;
      readonly next: Instant | undefined;
      readonly reason: 'missed' | 'application_stopped' | 'former_runs_on';
      readonly message: string;
    }
  /** The time passes without a trace. */
  | { readonly do: 'pass'; readonly next: Instant | undefined };

// A busy server starts a run a little late; that is not a missed one.
const onTimeMs = 60_000;

export const decideJob = ({ spec, nextRunAt, now, ...facts }: JobFacts): JobDecision => {
  if (nextRunAt > now) return { do: 'wait' };
  const latest = latestTime(spec, now) ?? nextRunAt;
  // Before the time that was written down there was another schedule, or none.
  const scheduledFor = latest < nextRunAt ? nextRunAt : latest;
  const next = nextTime(spec, now);
  if (!facts.isApplicationRunning) {
    // Kept as it is: when the application starts, the latest of the missed times is made up for.
    if (spec.missed === 'run_once') return { do: 'wait' };
    // A minute's job of an application that is stopped for months would push all else out of the history.
    if (facts.latestSkip === 'application_stopped') return { do: 'pass', next };
    return {
      do: 'skip',
      scheduledFor,
      next,
      reason: 'application_stopped',
      message: 'The application was stopped; further times are not listed until it runs',
    };
  }
  if (spec.missed === 'skip' && fromInstant(now) - fromInstant(scheduledFor) > onTimeMs)
    return {
      do: 'skip',
      scheduledFor,
      next,
      reason: 'missed',
      message: 'The time passed while nobody could start it',
    };
  if (facts.unfinished > 0 && spec.concurrency === 'forbid')
    return { do: 'skip', scheduledFor, next, reason: 'former_runs_on', message: 'The former run had not ended' };
  return { do: 'run', scheduledFor, next, replaces: facts.unfinished > 0 && spec.concurrency === 'replace' };
};
