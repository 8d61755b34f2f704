// Whether a container is good, and what speaks against it: what gates the next batch of an upgrade or a restart. Times are
// the host's own, so that differences need no common clock. Pure.
import { fromInstant } from '@berth/common/clock.ts';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Instant } from '@berth/contract/time.ts';
import type { Replacement } from '#orchestration/update-settings.ts';

// One that the engine has had to start again so often does not become good by waiting,
const restartsMaximum = 3;
// unless it has run for so long since: the engine counts for as long as the container lives.
const restartsForgottenMs = 10_000;

export interface Look {
  readonly isGood: boolean;
  readonly failure?: { readonly reason: string; readonly message: string };
  /** When the look can change by itself. */
  readonly againMs?: number;
}

export const lookAtContainer = (
  have: ObservedContainer,
  service: Pick<ServiceSpec, 'restart'> | undefined,
  { monitorMs, deadlineMs }: Pick<Replacement, 'monitorMs' | 'deadlineMs'>,
  observedAt: Instant,
): Look => {
  const fails = (reason: string, message: string): Look => ({ isGood: false, failure: { reason, message } });
  const { exit, name } = have;
  const sinceMs = millisecondsBetween(have.startedAt ?? have.createdAt, observedAt);
  if (have.restarts >= restartsMaximum && !(have.state === 'running' && sinceMs >= restartsForgottenMs))
    return {
      ...fails('exits_at_once', `${name} ended with code ${exit?.code ?? 'unknown'}, restarted ${have.restarts} times`),
      ...(have.state === 'running' ? { againMs: restartsForgottenMs - sinceMs } : {}),
    };
  if (have.state === 'exited' && exit !== undefined && !exit.byEngine) {
    if (exit.code === 0) return { isGood: mayEnd(service) };
    return fails('exits_at_once', `${name} ended with code ${exit.code}`);
  }
  if (have.state === 'created' && (exit?.error ?? '') !== '') return fails('engine_refused', `${name}: ${exit?.error}`);
  if (have.state === 'running' && have.health === 'unhealthy')
    return fails('unhealthy', `${name} fails its health check`);
  if (have.state === 'running' && have.health === 'healthy') return { isGood: true };
  if (have.state === 'running' && have.health === 'none') {
    const leftMs = monitorMs - sinceMs;
    return leftMs <= 0 ? { isGood: true } : { isGood: false, againMs: leftMs };
  }
  // From its last start or end on: one that was good and is healed gets the same time again.
  const lastMs = exit === undefined ? sinceMs : Math.min(sinceMs, millisecondsBetween(exit.at, observedAt));
  const leftMs = deadlineMs - lastMs;
  if (leftMs > 0) return { isGood: false, againMs: leftMs };
  return fails('not_ready_in_time', `${name} was not good within ${Math.round(deadlineMs / 1000)} s`);
};

/** One that runs just now, but has ended again and again until a moment ago: when that is forgotten; else undefined. */
export const restartsForgottenInMs = (
  { state, restarts, startedAt }: ObservedContainer,
  observedAt: Instant,
): number | undefined => {
  if (state !== 'running' || restarts < restartsMaximum || startedAt === undefined) return undefined;
  const leftMs = restartsForgottenMs - millisecondsBetween(startedAt, observedAt);
  return leftMs > 0 ? leftMs : undefined;
};

/** Whether the next batch need not wait for it: it is good, or has failed and nobody minds. */
export const isThrough = ({ isGood, failure }: Look, { onFailure }: Pick<Replacement, 'onFailure'>): boolean =>
  isGood || (failure !== undefined && onFailure === 'continue');

export const millisecondsBetween = (from: Instant, to: Instant): number => fromInstant(to) - fromInstant(from);

const mayEnd = (service: Pick<ServiceSpec, 'restart'> | undefined): boolean =>
  service === undefined || service.restart.policy === 'no' || service.restart.policy === 'on-failure';
