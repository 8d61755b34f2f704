// What a pass did, as events of the application. Pure.
import type { PlanStep } from '@berth/contract/applications.ts';
import type { PlannedStep } from '#orchestration/driver.ts';
import type { StepFailure } from './application-conditions.ts';
import type { NewEvent } from './operation-store.ts';

const words: Readonly<Partial<Record<PlanStep['action'], { reason: string; verb: string }>>> = {
  pull_image: { reason: 'image_pulled', verb: 'Pulled' },
  build_image: { reason: 'image_built', verb: 'Built' },
  create_volume: { reason: 'volume_created', verb: 'Made volume' },
  start_container: { reason: 'container_started', verb: 'Started' },
  stop_container: { reason: 'container_stopped', verb: 'Stopped' },
  remove_container: { reason: 'container_removed', verb: 'Removed' },
  remove_volume: { reason: 'volume_removed', verb: 'Deleted volume' },
};

export const stepEvents = (
  steps: readonly PlannedStep<unknown>[],
  done: readonly string[],
  failures: readonly (StepFailure & { readonly step: string })[],
): Omit<NewEvent, 'id' | 'at' | 'actor'>[] => {
  const finished = new Set(done);
  const good = steps.flatMap((step) => {
    const word = words[step.action];
    return word === undefined || !finished.has(step.id)
      ? []
      : [
          {
            type: 'normal' as const,
            reason: word.reason,
            message: `${word.verb} ${step.target}: ${step.because}`,
            service: step.service,
          },
        ];
  });
  const bad = failures.map(({ code, message, service, step }) => ({
    type: 'warning' as const,
    reason: code,
    message: `${steps.find(({ id }) => id === step)?.target ?? step}: ${message}`,
    service,
  }));
  return [...good, ...bad];
};
