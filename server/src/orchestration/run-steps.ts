// Runs the steps of a plan side by side, each after those it needs. A step that fails takes with it only what needs it.
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { Applied, PlannedStep, StepProgress } from './driver.ts';

export const runSteps = async <Detail>(
  steps: readonly PlannedStep<Detail>[],
  options: {
    readonly atOnce: number;
    readonly execute: (step: PlannedStep<Detail>) => Promise<void>;
    readonly progress: (progress: StepProgress) => void;
    readonly signal: AbortSignal;
  },
): Promise<Applied> => {
  const done: string[] = [];
  const failed: { step: PlannedStep<Detail>; error: Error }[] = [];
  const finished = new Set<string>();
  const lost = new Set<string>();
  const ids = new Set(steps.map((step) => step.id));
  const waiting = new Map(steps.map((step) => [step.id, step]));
  let running = 0;

  await new Promise<void>((resolve) => {
    const advance = (): void => {
      for (const step of waiting.values()) {
        if (step.after.some((id) => lost.has(id))) {
          waiting.delete(step.id);
          lost.add(step.id);
        } else if (
          running < options.atOnce &&
          !options.signal.aborted &&
          step.after.every((id) => finished.has(id) || !ids.has(id))
        ) {
          waiting.delete(step.id);
          running += 1;
          void start(step).finally(() => {
            running -= 1;
            advance();
          });
        }
      }
      if (running > 0) return;
      // A step may have become lost after an earlier one in this round was looked at.
      const isAnyLost = [...waiting.values()].some((step) => step.after.some((id) => lost.has(id)));
      if (isAnyLost && !options.signal.aborted) advance();
      else resolve();
    };
    const start = async (step: PlannedStep<Detail>): Promise<void> => {
      options.progress({ id: step.id, state: 'running' });
      try {
        await options.execute(step);
        finished.add(step.id);
        done.push(step.id);
        options.progress({ id: step.id, state: 'done' });
      } catch (thrown) {
        const error = asPlatformError(thrown);
        lost.add(step.id);
        failed.push({ step, error });
        options.progress({ id: step.id, state: 'failed', error: { code: error.code, message: error.message } });
      }
    };
    advance();
  });
  return { done, failed };
};
