// Ports of each application, gathered from the containers seen in the environment. Pure.
import type { Container } from '@berth/contract/containers.ts';
import type { Host } from '@berth/contract/hosts.ts';
import type { Endpoint } from '#util/endpoint.ts';

/** By application id. A container that does not run answers nowhere. */
export const endpointsByApplication = (
  containers: readonly Container[],
  hosts: readonly Host[],
): ReadonlyMap<string, readonly Endpoint[]> => {
  const addresses = new Map(hosts.map((host): [string, string] => [host.id, host.facts?.address ?? host.name]));
  const found = new Map<string, Endpoint[]>();
  for (const container of containers) {
    if (container.state !== 'running') continue;
    const endpoints = found.get(container.application.id) ?? [];
    found.set(container.application.id, endpoints);
    const address = addresses.get(container.host.id) ?? container.host.name;
    for (const port of container.ports) endpoints.push({ ...port, address });
  }
  return found;
};
