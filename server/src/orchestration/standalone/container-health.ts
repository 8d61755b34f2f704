// Whether a container is good: what gates the next batch of an upgrade. Pure.
import { fromInstant } from '@berth/common/clock.ts';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Instant } from '@berth/contract/time.ts';

export const millisecondsBetween = (from: Instant, to: Instant): number => fromInstant(to) - fromInstant(from);

const mayEnd = (service: Pick<ServiceSpec, 'restart'> | undefined): boolean =>
  service === undefined || service.restart.policy === 'no' || service.restart.policy === 'on-failure';

/** It has done all it had to do. */
export const hasEndedWell = (
  container: ObservedContainer,
  service: Pick<ServiceSpec, 'restart'> | undefined,
): boolean => container.state === 'exited' && container.exit?.code === 0 && !container.exit.byEngine && mayEnd(service);

export const isGood = (
  container: ObservedContainer,
  service: Pick<ServiceSpec, 'restart'> | undefined,
  monitorMs: number,
  observedAt: Instant,
): boolean => {
  if (container.state !== 'running') return hasEndedWell(container, service);
  if (container.health !== 'none') return container.health === 'healthy';
  return container.startedAt === undefined || millisecondsBetween(container.startedAt, observedAt) >= monitorMs;
};
