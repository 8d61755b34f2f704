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

/** Names of containers that were started; one that was started beside its former one has taken the usual name since. */
export const startedContainers = (
  progress: readonly {
    readonly id: string;
    readonly action: string;
    readonly target: string;
    readonly state: string;
  }[],
): Set<string> => {
  const done = progress.filter(({ state }) => state === 'done');
  const started = new Set(done.flatMap(({ action, target }) => (action === 'start_container' ? [target] : [])));
  for (const { id, action, target } of done)
    if (action === 'rename_container' && started.has(id.slice('rename:'.length))) started.add(target);
  return started;
};

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
  let cancelWrite: (() => void) | undefined;
  const list = () => [...steps.values()];
  const write = () => {
    cancelWrite?.();
    cancelWrite = undefined;
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
    note: (noted) => {
      const step = steps.get(noted.id);
      if (step === undefined) return;
      steps.set(noted.id, withNoted(step, noted));
      dirty = true;
      const now = clock.monotonicMs();
      if (noted.pull === undefined || now - lastTellMs > tellEveryMs) {
        lastTellMs = now;
        to.tell(list());
      }
      if (now - lastWriteMs > writeEveryMs) write();
      // The last word before a long silence, of a pull that stalls or a build, must not wait for the next one.
      else cancelWrite ??= clock.after(writeEveryMs, write);
    },
    progress: list,
    flush: async () => {
      if (dirty) write();
      await writing;
    },
  };
};

const withNoted = (step: Progress[number], { state, pull, error }: StepProgress): Progress[number] => ({
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
