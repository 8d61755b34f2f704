// The one clock. Nothing else reads the time or sets a timer, so that a test can hold time still.
import type { Instant } from '@berth/contract/time.ts';

export interface Clock {
  /** Milliseconds since 1970, wall time. */
  readonly nowMs: () => number;
  /** Milliseconds of a clock that only goes forward; for durations. */
  readonly monotonicMs: () => number;
  /** Calls back once after the delay; the answer cancels it. */
  readonly after: (delayMs: number, call: () => void) => () => void;
}

const delayMaximumMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, Math.min(Math.max(delayMs, 0), delayMaximumMs));
    return () => clearTimeout(timer);
  },
};

export const toInstant = (ms: number): Instant => new Date(ms).toISOString();
export const fromInstant = (instant: Instant): number => Date.parse(instant);
export const nowInstant = (clock: Clock): Instant => toInstant(clock.nowMs());

/** Resolves after the delay, or rejects with the signal's reason. */
export const sleep = (clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });

/** The shortest of several times to wait; undefined where none is known. */
export const soonest = (...timesMs: readonly (number | undefined)[]): number | undefined => {
  const known = timesMs.filter((timeMs) => timeMs !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** A signal that fires after the delay with that error; `clear` must be called when the work is over. */
export const timeLimit = (clock: Clock, delayMs: number, error: Error, also?: AbortSignal) => {
  const controller = new AbortController();
  const cancel = clock.after(delayMs, () => controller.abort(error));
  const onAbort = () => controller.abort(also?.reason);
  if (also?.aborted === true) onAbort();
  else also?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    clear: () => {
      cancel();
      also?.removeEventListener('abort', onAbort);
    },
  };
};
