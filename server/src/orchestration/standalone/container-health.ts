// Whether a container is good, and whether it has failed: what gates the next batch of an upgrade. Pure.
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Instant } from '@berth/contract/time.ts';

export const millisecondsBetween = (from: Instant, to: Instant): number => Date.parse(to) - Date.parse(from);

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

export interface Failure {
  readonly reason: string;
  readonly message: string;
}

const restartsMaximum = 3;

/** Why waiting longer would not help; undefined: it is good, or may become so. */
export const failureOf = (
  container: ObservedContainer,
  limits: { readonly deadlineMs: number; readonly monitorMs: number },
  service: Pick<ServiceSpec, 'restart'> | undefined,
  observedAt: Instant,
): Failure | undefined => {
  const { name, state, exit, restarts } = container;
  if (isGood(container, service, limits.monitorMs, observedAt) && restarts < restartsMaximum) return undefined;
  const times = restarts > 0 ? `, restarted ${restarts} times` : '';
  if (exit?.outOfMemory === true && state !== 'running')
    return { reason: 'out_of_memory', message: `${name} ran out of memory${times}` };
  const endedBadly = state === 'exited' && exit !== undefined && !exit.byEngine && !hasEndedWell(container, service);
  if (endedBadly || state === 'dead' || (restarts >= restartsMaximum && container.health !== 'healthy'))
    return { reason: 'exits_at_once', message: `${name} ended with code ${exit?.code ?? 'unknown'}${times}` };
  if (state === 'running' && container.health === 'unhealthy')
    return { reason: 'unhealthy', message: `${name} fails its health check` };
  if (isGood(container, service, limits.monitorMs, observedAt)) return undefined;
  const sinceMs = millisecondsBetween(container.startedAt ?? container.createdAt, observedAt);
  return sinceMs > limits.deadlineMs
    ? { reason: 'not_ready_in_time', message: `${name} was not ready within ${Math.round(limits.deadlineMs / 1000)} s` }
    : undefined;
};
