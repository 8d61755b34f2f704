// How the containers of a service are replaced: the publisher's word on the service, then on all, then the file's, then the
// defaults. Pure.
import type { ServiceSpec, Update } from '@berth/contract/application-spec.ts';
import type { UpgradeSettings } from '@berth/contract/applications.ts';
import { replicasOf, type DesiredApplication } from './desired.ts';

export interface UpdateSettings {
  readonly order: 'stop-first' | 'start-first';
  /** Containers at once. */
  readonly batch: number;
  readonly intervalMs: number;
  readonly monitorMs: number;
  readonly deadlineMs: number;
  readonly onFailure: 'hold' | 'rollback' | 'continue';
}

const monitorDefaultMs = 2_000;
const patienceMs = 60_000;
/** As the engine has it where the file says nothing. */
const healthDefaults = { startPeriodMs: 0, retries: 3, intervalMs: 30_000, timeoutMs: 30_000 };

export const updateSettings = (
  desired: Pick<DesiredApplication, 'spec' | 'scale'> & {
    readonly upgrade?: { readonly settings: UpgradeSettings } | undefined;
  },
  service: string,
): UpdateSettings => {
  const spec = desired.spec.services[service];
  const settings = desired.upgrade?.settings;
  const pick = <K extends keyof Update>(key: K): Update[K] =>
    settings?.services?.[service]?.[key] ?? settings?.all?.[key] ?? spec?.update?.[key];
  const replicas = replicasOf(desired, service);
  const batch = pick('batch') ?? Math.max(1, Math.floor(replicas / 4));
  const monitorMs = pick('monitorMs') ?? monitorDefaultMs;
  return {
    order: pick('order') ?? 'stop-first',
    batch: batch === 0 ? Math.max(1, replicas) : batch,
    intervalMs: pick('intervalMs') ?? 0,
    monitorMs,
    deadlineMs: pick('deadlineMs') ?? (healthAllowanceMs(spec) ?? monitorMs) + patienceMs,
    onFailure: pick('onFailure') ?? 'hold',
  };
};

const healthAllowanceMs = (spec: ServiceSpec | undefined): number | undefined => {
  const check = spec?.healthcheck;
  if (check === undefined || check.test?.[0] === 'NONE') return undefined;
  const retries = check.retries ?? healthDefaults.retries;
  const tryMs = (check.intervalMs ?? healthDefaults.intervalMs) + (check.timeoutMs ?? healthDefaults.timeoutMs);
  return (check.startPeriodMs ?? healthDefaults.startPeriodMs) + (retries + 1) * tryMs;
};
