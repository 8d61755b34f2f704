// How the containers of a service are replaced: what the publisher set, over what the file says, over defaults; and whether
// there is room for two of them at once. Pure.
import type { ApplicationSpec, ServiceSpec, Update } from '@berth/contract/application-spec.ts';
import type { UpgradePlan, UpgradeSettings } from '@berth/contract/applications.ts';
import { replicasOf, type DesiredApplication } from './desired.ts';

export interface Replacement {
  readonly order: 'stop-first' | 'start-first';
  /** Why it is not start-first although that was asked for. */
  readonly because: string | undefined;
  /** Containers at once; at least one. */
  readonly batch: number;
  readonly intervalMs: number;
  readonly monitorMs: number;
  readonly deadlineMs: number;
  readonly gate: 'healthy' | 'running';
  readonly onFailure: 'hold' | 'rollback' | 'continue';
}

/** The same in the words of a dry run. `downtime`: at some moment no container of the service runs. */
export const describeReplacement = (
  spec: ApplicationSpec,
  settings: UpgradeSettings,
  name: string,
  replicas: number,
): UpgradePlan => {
  const { monitorMs: _, because, ...plan } = replacementOf(spec, settings, name, replicas);
  return {
    ...plan,
    ...(because === undefined ? {} : { because }),
    batches: Math.ceil(replicas / plan.batch),
    downtime: plan.order === 'stop-first' && plan.batch >= replicas,
  };
};

/** The same for the upgrade that is on its way. */
export const replacementFor = (desired: DesiredApplication, service: string): Replacement =>
  replacementOf(desired.spec, desired.upgrade?.settings ?? {}, service, replicasOf(desired, service));

const monitorDefaultMs = 2_000;
const deadlineSlackMs = 60_000;
// What the engine takes where the file says nothing.
const checkIntervalMs = 30_000;
const checkTimeoutMs = 30_000;
const checkRetries = 3;

export const replacementOf = (
  spec: ApplicationSpec,
  settings: UpgradeSettings,
  name: string,
  replicas: number,
): Replacement => {
  const service = spec.services[name];
  const said: Update = { ...service?.update, ...given(settings.all), ...given(settings.services?.[name]) };
  const monitorMs = said.monitorMs ?? monitorDefaultMs;
  const asked = said.batch ?? Math.floor(replicas / 4);
  const batch = said.batch === 0 ? Math.max(1, replicas) : Math.max(1, Math.min(asked, replicas));
  const room = said.order === 'start-first' ? roomForTwo(spec, name, replicas) : undefined;
  const isBeside = room !== undefined && room.surge > 0;
  return {
    order: isBeside ? 'start-first' : 'stop-first',
    because: isBeside ? undefined : room?.because,
    batch: isBeside ? Math.min(batch, room.surge) : batch,
    intervalMs: said.intervalMs ?? 0,
    monitorMs,
    deadlineMs: said.deadlineMs ?? (checkAllowanceMs(service?.healthcheck) ?? monitorMs) + deadlineSlackMs,
    gate: checkAllowanceMs(service?.healthcheck) === undefined ? 'running' : 'healthy',
    onFailure: said.onFailure ?? 'hold',
  };
};

// A key that is there without a value must not hide what stands below it.
const given = (update: Update | undefined): Update =>
  Object.fromEntries(Object.entries(update ?? {}).filter(([, value]) => value !== undefined));

const checkAllowanceMs = (check: ServiceSpec['healthcheck']): number | undefined => {
  if (check === undefined || check.test?.[0] === 'NONE') return undefined;
  const tries = (check.retries ?? checkRetries) + 1;
  return (
    (check.startPeriodMs ?? 0) + tries * ((check.intervalMs ?? checkIntervalMs) + (check.timeoutMs ?? checkTimeoutMs))
  );
};

/** How many containers of a service can run beside those that are there; with the reason when none can. */
const roomForTwo = (
  spec: ApplicationSpec,
  name: string,
  replicas: number,
): { surge: number; because?: string | undefined } => {
  const service = spec.services[name];
  const none = (because: string) => ({ surge: 0, because });
  if (service === undefined) return none('The service is not in the file');
  if (service.networkMode === 'host' && (service.ports.length > 0 || service.expose.length > 0))
    return none('It listens on the host’s own network, where a port is there once');
  if (service.networkMode?.startsWith('service:') === true) return none('It shares the network of another service');
  if (Object.values(spec.services).some(({ networkMode }) => networkMode === `service:${name}`))
    return none('Other services share its network, and would lose it');
  for (const { ipv4, ipv6, macAddress } of Object.values(service.networks))
    if (ipv4 !== undefined || ipv6 !== undefined || macAddress !== undefined)
      return none('It has a fixed address, which only one container can have');
  if (service.mounts.some((mount) => mount.kind === 'volume' && mount.volume === undefined))
    return none('Each of its containers has a volume of its own, which two would write to');
  let surge = Math.max(1, replicas);
  for (const { published } of service.ports) {
    if (published === undefined) continue;
    const ports = published.to - published.from + 1;
    if (ports === 1)
      return none(`It has the fixed port ${published.from} of the host, which only one container can have`);
    if (ports <= replicas)
      return none(
        `The ports ${published.from}-${published.to} of the host are all taken by its ${replicas} containers`,
      );
    surge = Math.min(surge, ports - replicas);
  }
  return { surge };
};
