// Steps that failed only because what they were for has gone meanwhile: somebody removed a container between the look and the
// step. That is no failure: the look after it shows what is missing, and the next pass makes it. Pure.
import type { ObservedApplication } from '#orchestration/desired.ts';
import type { PlannedStep } from '#orchestration/driver.ts';
import type { StandaloneDetail } from '#orchestration/standalone/standalone-steps.ts';

export const withoutStale = <F extends { readonly code: string; readonly step: string }>(
  failures: readonly F[],
  steps: readonly PlannedStep<StandaloneDetail>[],
  after: Pick<ObservedApplication, 'containers'>,
): F[] => {
  const there = new Set(after.containers.map(({ id }) => id));
  return failures.filter(({ code, step }) => {
    const container = containerOf(steps.find(({ id }) => id === step)?.detail);
    return code !== 'not_found' || container === undefined || there.has(container);
  });
};

/** The engine's id of a container that the step found there. */
const containerOf = (detail: StandaloneDetail | undefined): string | undefined =>
  detail !== undefined && 'container' in detail && typeof detail.container === 'string' ? detail.container : undefined;
