// One phase of a run: what it is called, what it counts, and how phases share the two cores.
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

export interface Phase {
  readonly name: string;
  /** Says what it does through `write`; answers what it counted. */
  readonly run: (write: (text: string) => void) => Promise<Outcome>;
}

export interface PhaseResult extends Outcome {
  readonly name: string;
  readonly tookMs: number;
}

/** Runs a phase; whatever it throws is a failure of it. */
export const runPhase = async (phase: Phase, write: (text: string) => void): Promise<PhaseResult> => {
  const startedMs = performance.now();
  const result = ({ passed, failed }: Outcome): PhaseResult => ({
    name: phase.name,
    passed,
    failed,
    tookMs: Math.round(performance.now() - startedMs),
  });
  try {
    return result(await phase.run(write));
  } catch (thrown) {
    write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    return result({ passed: 0, failed: 1 });
  }
};

/** Runs phases at most two at a time; each one's words stay together and come in the given order. */
export const runSideBySide = async (
  phases: readonly Phase[],
  write: (text: string) => void,
): Promise<PhaseResult[]> => {
  const jobs = phases.map((phase) => ({ phase, words: '', done: Promise.withResolvers<PhaseResult>() }));
  const waiting = jobs.values();
  const work = async () => {
    for (const job of waiting) job.done.resolve(await runPhase(job.phase, (text) => void (job.words += text)));
  };
  const workers = Promise.all([work(), work()]);
  const results: PhaseResult[] = [];
  for (const job of jobs) {
    const result = await job.done.promise;
    write(heading(result) + job.words);
    results.push(result);
  }
  await workers;
  return results;
};

export const heading = ({ name, passed, failed, tookMs }: PhaseResult): string =>
  `${failed === 0 ? '✔' : '✘'} ${name}: ${passed} passed${failed === 0 ? '' : `, ${failed} failed`} (${(tookMs / 1000).toFixed(1)} s)\n`;
