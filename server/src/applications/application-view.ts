// From rows to what callers see, with what each of them may do now and why not. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { ApplicationSummary, Condition, Service } from '@berth/contract/applications.ts';
import type { Container } from '@berth/contract/containers.ts';
import { roleMay, type Action, type ResourceKind, type Role } from '@berth/contract/roles.ts';
import type { ApplicationRow } from './application-store.ts';
import { againstAborting, againstAccepting, againstResuming, effectiveRevision } from './upgrade-state.ts';

export const desiredContainers = (spec: ApplicationSpec, scale: Readonly<Record<string, number>>): number =>
  Object.entries(spec.services).reduce((sum, [name, service]) => sum + (scale[name] ?? service.replicas), 0);

export const presentSummary = (
  row: ApplicationRow,
  spec: ApplicationSpec,
  containers: readonly Container[],
  roles: readonly Role[],
): ApplicationSummary => {
  const scale = JSON.parse(row.scale) as Record<string, number>;
  const running = containers.filter(isRunning);
  return {
    id: row.id,
    name: row.name,
    phase: row.phase,
    desiredState: row.desired_state,
    revision: effectiveRevision(row),
    containers: {
      desired: row.desired_state === 'running' ? desiredContainers(spec, scale) : 0,
      running: running.length,
      finished: row.desired_state === 'running' ? containers.filter(hasFinished).length : 0,
    },
    endpoints: endpointsOf(running),
    conditions: JSON.parse(row.conditions) as Condition[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    actions: abilities(row, roles),
  };
};

const isRunning = ({ state }: Container): boolean => state === 'running';

/** Its program ended, and well: of an application that is to run, it is through and not missing. */
const hasFinished = ({ state, exitCode }: Container): boolean => state === 'exited' && exitCode === 0;

const abilities = (row: ApplicationRow, roles: readonly Role[]): ApplicationSummary['actions'] => {
  const removing = row.desired_state === 'removed' ? 'It is being removed' : undefined;
  const may = (action: Action, kind: ResourceKind, ...reasons: readonly (string | undefined)[]): true | string => {
    if (!roles.some((role) => roleMay(role, action, kind))) return 'Your role does not allow this';
    return reasons.find((reason) => reason !== undefined) ?? true;
  };
  const stopped = row.desired_state === 'stopped' ? 'Start it first' : undefined;
  return {
    publish: may('create', 'environment.applications', removing),
    start: may('modify', 'application', removing, row.desired_state === 'running' ? 'It is to run already' : undefined),
    stop: may('modify', 'application', removing, row.desired_state === 'stopped' ? 'It is stopped already' : undefined),
    scale: may('modify', 'application', removing, stopped),
    restart: may('modify', 'application', removing, stopped),
    rollback: may('modify', 'application', removing),
    accept: may('modify', 'application', removing, againstAccepting(row)),
    abort: may('modify', 'application', removing, againstAborting(row)),
    resume: may('modify', 'application', removing, againstResuming(row)),
    run: may('create', 'application.runs', removing, stopped),
    export: may('read', 'application.export'),
    remove: may('delete', 'application'),
    shell: may('create', 'container.shell', removing),
  };
};

export const presentServices = (
  row: ApplicationRow,
  spec: ApplicationSpec,
  containers: readonly Container[],
): Service[] => {
  const scale = JSON.parse(row.scale) as Record<string, number>;
  return Object.entries(spec.services).map(([name, service]) => {
    const own = containers.filter((container) => container.service === name);
    const running = own.filter(isRunning);
    return {
      name,
      image: service.image,
      desired: row.desired_state === 'running' ? (scale[name] ?? service.replicas) : 0,
      running: running.length,
      finished: row.desired_state === 'running' ? own.filter(hasFinished).length : 0,
      healthy: running.filter((container) => container.health === 'healthy' || container.health === 'none').length,
      ports: service.ports,
      endpoints: endpointsOf(running),
    };
  });
};

// The engine lists a port once for IPv4 and once for IPv6; people want it once.
const endpointsOf = (running: readonly Container[]): Service['endpoints'] => {
  const seen = new Map<string, Service['endpoints'][number]>();
  for (const container of running)
    for (const port of container.ports) {
      if (port.hostPort === undefined) continue;
      const everywhere = port.hostIp === undefined || port.hostIp === '0.0.0.0' || port.hostIp === '::';
      const address = everywhere ? container.host.address : (port.hostIp ?? '');
      seen.set(`${address}:${port.hostPort}/${port.protocol}`, { ...port, address });
    }
  return [...seen.values()];
};
