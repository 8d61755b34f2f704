// Takes objects over as they are. Nothing about them changes on the engine; from now on they are ours to observe and change.
import type { Owner } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Adoption } from './adoptions.ts';
import type { Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { containerOwnerOf, ownerOf, type Labels } from './labels.ts';
import { engineLimits } from './time-limits.ts';

/** Asked twice is success. What is gone meanwhile is left out: it is for the next observation to tell. */
export const adopt = async (engine: Engine, caller: Caller, wish: Adoption): Promise<void> => {
  const objects = [...wish.containers, ...wish.networks, ...wish.volumes];
  if (objects.some(({ owner }) => owner.environment !== caller.environment))
    throw new PlatformError('invalid_request', 'The objects are of another environment than the request');
  const docker = engine.docker(engineLimits.list);
  const [containers, networks, volumes] = await Promise.all([
    askEngine(() => docker.listContainers({ all: true })),
    askEngine(() => docker.listNetworks()),
    askEngine(() => docker.listVolumes()),
  ]);
  const labelsOf = {
    containers: new Map(containers.map((entry) => [entry.Id, entry.Labels])),
    networks: new Map(networks.map((entry) => [entry.Name, entry.Labels])),
    volumes: new Map((volumes.Volumes ?? []).map((entry) => [entry.Name, entry.Labels])),
  };
  engine.adoptions.add({
    containers: wish.containers.filter(({ id }) => isThere(id, labelsOf.containers, containerOwnerOf)),
    networks: wish.networks.filter(({ name }) => isThere(requireOwn(name), labelsOf.networks, ownerOf)),
    volumes: wish.volumes.filter(({ name }) => isThere(name, labelsOf.volumes, ownerOf)),
  });
  engine.owners.forgetOthers();
  engine.inspected.forgetAll();
};

/** Labels are stronger than what we remember: an object with an owner's labels cannot be anyone else's. */
const isThere = (
  key: string,
  labels: ReadonlyMap<string, Labels | null | undefined>,
  ownerIn: (labels: Labels | null | undefined) => Owner | undefined,
): boolean => {
  if (!labels.has(key)) return false;
  const holder = ownerIn(labels.get(key));
  if (holder !== undefined)
    throw new PlatformError('name_taken', `${key} belongs to the application ${holder.applicationName} already`, {
      object: key,
    });
  return true;
};

/** The engine's own networks are everybody's. */
const requireOwn = (network: string): string => {
  if (['bridge', 'host', 'none'].includes(network))
    throw new PlatformError('invalid_request', `The network ${network} is the engine's own and cannot be taken over`);
  return network;
};
