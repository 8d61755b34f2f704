// Which services a service needs, and whether what it needs of them is so. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { replicasOf, type DesiredApplication } from '#orchestration/desired.ts';
import type { Waiting } from '#orchestration/driver.ts';

export interface Dependency {
  readonly name: string;
  readonly condition: Waiting['condition'];
}

/** Said (`depends_on`, links) and implied (shared network, shared mounts). */
export const dependenciesOf = (spec: ApplicationSpec, service: string): Dependency[] => {
  const own = spec.services[service];
  if (own === undefined) return [];
  const found = new Map<string, Dependency['condition']>();
  const imply = (name: string): void => {
    if (!found.has(name) && name !== service) found.set(name, 'service_started');
  };
  for (const [name, { condition }] of Object.entries(own.dependsOn)) found.set(name, condition);
  for (const link of own.links) imply(link.service);
  for (const from of own.volumesFrom ?? []) imply(from.service);
  const shared = own.networkMode?.match(/^service:(.+)$/)?.[1];
  if (shared !== undefined) imply(shared);
  return [...found]
    .filter(([name]) => spec.services[name] !== undefined)
    .map(([name, condition]) => ({ name, condition }));
};

/** `startsToo`: a start of the dependency is in this plan, before the start that asks. */
export const isSatisfied = (
  desired: DesiredApplication,
  name: string,
  condition: Dependency['condition'],
  own: readonly ObservedContainer[],
  replacing: ReadonlySet<string>,
  startsToo: boolean,
): boolean => {
  const replicas = replicasOf(desired, name);
  if (replicas === 0) return true;
  const containers = own.filter((container) => container.owner?.key === name && container.owner.slot < replicas);
  const complete = !replacing.has(name) && containers.length >= replicas;
  switch (condition) {
    case 'service_started':
      return startsToo || (complete && containers.every((container) => container.state !== 'created'));
    case 'service_healthy':
      return (
        complete &&
        !startsToo &&
        containers.every((container) => container.state === 'running' && container.health === 'healthy')
      );
    case 'service_completed_successfully':
      return (
        complete &&
        !startsToo &&
        containers.every((container) => container.state === 'exited' && container.exit?.code === 0)
      );
  }
};
