// The loop every reconciler runs in. A bell carries at most a key, never what changed: the pass reads everything anew.
// One pass at a time for a key, several keys side by side; a pass that fails is tried again with jittered back-off.
import type { Clock } from '@berth/common/clock.ts';
import { nowInstant, timeLimit } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { asPlatformError, PlatformError } from '@berth/common/platform-error.ts';

export interface Pass {
  /** Steps taken. */
  readonly steps: number;
  /** Ask for another pass after so long; absent: only on a bell or at the next sweep. */
  readonly againMs?: number;
}

export interface LoopStatus {
  readonly name: string;
  readonly key: string;
  readonly runs: number;
  readonly failures: number;
  readonly lastRunAt: string | null;
  readonly lastTookMs: number | null;
  readonly lastSteps: number;
  readonly lastError: string | null;
}

export interface Loop {
  /** Asks for a pass over the key, now or right after the one that runs. */
  readonly ring: (key: string) => void;
  readonly status: () => LoopStatus[];
  /** Ends passes that run and waits for them. */
  readonly close: () => Promise<void>;
}

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Pass>;
  /** All keys there are, for the sweep. */
  readonly keys: () => Promise<readonly string[]>;
  readonly sweepEveryMs: number;
  /** A pass that takes longer is ended. */
  readonly deadlineMs: number;
  readonly passesAtOnce: number;
}

const backoffBaseMs = 500;
const backoffMaximumMs = 60_000;

interface Entry {
  state: 'idle' | 'queued' | 'running';
  again: boolean;
  failuresInARow: number;
  cancelTimer: (() => void) | undefined;
  status: LoopStatus;
}

export const startLoop = (options: LoopOptions): Loop => {
  const { clock } = options;
  const entries = new Map<string, Entry>();
  const queue: string[] = [];
  const running = new Map<string, Promise<void>>();
  const ending = new AbortController();
  let cancelSweep: () => void = () => undefined;

  const entryOf = (key: string): Entry => entries.get(key) ?? keep(entries, key, newEntry(options.name, key));

  const ring = (key: string): void => {
    if (ending.signal.aborted) return;
    const entry = entryOf(key);
    entry.cancelTimer?.();
    entry.cancelTimer = undefined;
    if (entry.state === 'running') entry.again = true;
    if (entry.state !== 'idle') return;
    entry.state = 'queued';
    queue.push(key);
    startQueued();
  };

  const startQueued = (): void => {
    while (running.size < options.passesAtOnce) {
      const key = queue.shift();
      if (key === undefined) return;
      const entry = entryOf(key);
      entry.state = 'running';
      running.set(key, runPass(key, entry).finally(startQueued));
    }
  };

  const runPass = async (key: string, entry: Entry): Promise<void> => {
    const waitMs = await attempt(options, key, entry, ending.signal);
    // Before the bell that follows: the next pass over this key has the same place in the map.
    running.delete(key);
    entry.state = 'idle';
    if (entry.again) {
      entry.again = false;
      ring(key);
    } else if (waitMs !== undefined && !ending.signal.aborted) entry.cancelTimer = clock.after(waitMs, () => ring(key));
  };

  const sweep = async (): Promise<void> => {
    try {
      const keys = new Set(await options.keys());
      for (const key of keys) if (entryOf(key).cancelTimer === undefined) ring(key);
      for (const [key, entry] of entries) if (!keys.has(key) && isAtRest(entry)) entries.delete(key);
    } catch (thrown) {
      options.log.error('sweep failed', { loop: options.name }, thrown);
    }
    const inMs = options.sweepEveryMs * (0.75 + Math.random() / 2);
    if (!ending.signal.aborted) cancelSweep = clock.after(inMs, () => void sweep());
  };
  void sweep();

  return {
    ring,
    status: () => [...entries.values()].map((entry) => entry.status),
    close: async () => {
      ending.abort(new PlatformError('unavailable', 'The portal server is stopping'));
      cancelSweep();
      for (const entry of entries.values()) entry.cancelTimer?.();
      queue.length = 0;
      await Promise.allSettled(running.values());
    },
  };
};

const keep = (entries: Map<string, Entry>, key: string, entry: Entry): Entry => {
  entries.set(key, entry);
  return entry;
};

const isAtRest = (entry: Entry): boolean => entry.state === 'idle' && entry.cancelTimer === undefined;

const newEntry = (name: string, key: string): Entry => ({
  state: 'idle',
  again: false,
  failuresInARow: 0,
  cancelTimer: undefined,
  status: { name, key, runs: 0, failures: 0, lastRunAt: null, lastTookMs: null, lastSteps: 0, lastError: null },
});

/** One pass with its deadline; gives after how long the next is wanted, if one is. */
const attempt = async (
  options: LoopOptions,
  key: string,
  entry: Entry,
  ending: AbortSignal,
): Promise<number | undefined> => {
  const { clock, log } = options;
  const startedMs = clock.monotonicMs();
  const late = timeLimit(
    clock,
    options.deadlineMs,
    new PlatformError('deadline_exceeded', 'The pass took too long'),
    ending,
  );
  let waitMs: number | undefined;
  let update: Partial<LoopStatus>;
  try {
    const pass = await options.reconcile(key, late.signal);
    entry.failuresInARow = 0;
    waitMs = pass.againMs;
    update = { lastSteps: pass.steps, lastError: null };
  } catch (thrown) {
    entry.failuresInARow += 1;
    // Full jitter: many keys that failed together do not come back together.
    waitMs = Math.random() * Math.min(backoffMaximumMs, backoffBaseMs * 2 ** entry.failuresInARow);
    const error = asPlatformError(thrown);
    const fields = { loop: options.name, key, code: error.code };
    // A port that is taken or an image that is missing is somebody's to mend, not a mistake of ours.
    if (error.code === 'bug') log.error('pass failed', fields, thrown);
    else if (!ending.aborted) log.warn('pass failed', { ...fields, message: error.message });
    update = { lastError: `${error.code}: ${error.message}`, failures: entry.status.failures + 1 };
  } finally {
    late.clear();
  }
  const lastTookMs = Math.round(clock.monotonicMs() - startedMs);
  entry.status = { ...entry.status, ...update, runs: entry.status.runs + 1, lastRunAt: nowInstant(clock), lastTookMs };
  return waitMs;
};
