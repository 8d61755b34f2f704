// The portal's one clock: everything that needs the time or a delay asks here, so that tests can give another.
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once; the answer cancels it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

export const browserClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after a delay. */
export const delay = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });

/** Milliseconds since 1970 of an ISO 8601 text; NaN when it is none. */
export const instantMs = (instant: string): number => Date.parse(instant);

/** ISO 8601 with milliseconds, as the public API takes it. */
export const instantOf = (ms: number): string => new Date(ms).toISOString();
