// Lines a person can follow, how long each part took, and the place where ctrl-C takes hold: between two steps.
export interface Progress {
  readonly say: (text: string) => void;
  /** Runs the work and keeps the time it took under that name; throws the signal's reason once that is aborted. */
  readonly step: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  readonly tookMs: Readonly<Record<string, number>>;
}

export const makeProgress = (
  write: (text: string) => void,
  signal: AbortSignal,
  before: Readonly<Record<string, number>> = {},
): Progress => {
  const tookMs: Record<string, number> = { ...before };
  return {
    say: (text) => write(`· ${text}\n`),
    step: async (name, work) => {
      signal.throwIfAborted();
      const startedMs = performance.now();
      try {
        const result = await work();
        signal.throwIfAborted();
        return result;
      } finally {
        tookMs[name] = (tookMs[name] ?? 0) + Math.round(performance.now() - startedMs);
      }
    },
    tookMs,
  };
};
