// Follows the steps of one pass for the operation that asked for them: what the page shows at once, and the row a little
// later. Ten pull lines a second must not become ten writes.
import type { Clock } from '@berth/common/clock.ts';
import type { Operation } from '@berth/contract/applications.ts';
import type { PlannedStep, StepProgress } from '#orchestration/driver.ts';

const writeEveryMs = 500;
const tellEveryMs = 100;

type Progress = Operation['progress'];

export interface OperationTracker {
  /** Takes the steps of a new plan in; finished ones of earlier passes stay. */
  readonly begin: (steps: readonly PlannedStep<unknown>[]) => void;
  readonly note: (progress: StepProgress) => void;
  readonly progress: () => Progress;
  /** Writes what is not written yet. */
  readonly flush: () => Promise<void>;
}

export const makeOperationTracker = (
  clock: Clock,
  earlier: Progress,
  to: { write: (progress: Progress) => Promise<unknown>; tell: (progress: Progress) => void },
): OperationTracker => {
  const steps = new Map(earlier.map((step) => [step.id, step]));
  let lastWriteMs = -Infinity;
  let lastTellMs = -Infinity;
  let writing: Promise<unknown> = Promise.resolve();
  let dirty = false;
  const list = () => [...steps.values()];
  const write = () => {
    dirty = false;
    lastWriteMs = clock.monotonicMs();
    const now = list();
    writing = writing.then(() => to.write(now));
    // The flush tells of a write that failed. Until then nobody waits for it, which alone would end the process.
    writing.catch(() => undefined);
  };
  return {
    begin: (planned) => {
      for (const { id, action, target, service, host, because } of planned) {
        steps.delete(id);
        steps.set(id, {
          id,
          action,
          target,
          host,
          because,
          ...(service === undefined ? {} : { service }),
          state: 'waiting',
        });
      }
      to.tell(list());
      write();
    },
    note: ({ id, state, pull, error }) => {
      const step = steps.get(id);
      if (step === undefined) return;
      steps.set(id, {
        ...step,
        state,
        ...(pull === undefined
          ? {}
          : {
              pull: {
                layersDone: pull.layersDone,
                layersTotal: pull.layersTotal,
                bytes: pull.bytes,
                bytesTotal: pull.bytesTotal,
              },
            }),
        ...(error === undefined ? {} : { error: error.message }),
      });
      dirty = true;
      const now = clock.monotonicMs();
      if (pull === undefined || now - lastTellMs > tellEveryMs) {
        lastTellMs = now;
        to.tell(list());
      }
      if (now - lastWriteMs > writeEveryMs) write();
    },
    progress: list,
    flush: async () => {
      if (dirty) write();
      await writing;
    },
  };
};
