// What a bench gives, and the little arithmetic they share.
export interface BenchResult {
  readonly values: Readonly<Record<string, number>>;
  /** Rounds behind each median. */
  readonly runs: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Milliseconds the work took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** Progress for a person; results go to standard output. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);
