// Which networks and volumes of the engine an import takes over, and for which keys of the file. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { DescribedContainer, Observation } from '@berth/contract/engine-objects.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { Place } from './places.ts';
import { volumeAt } from './spec-of-running.ts';

/** Kept in the application's row. Key → name on the engine. */
export interface TakenOver {
  readonly networks: Readonly<Record<string, string>>;
  readonly volumes: Readonly<Record<string, string>>;
}

export interface Found extends TakenOver {
  readonly problems: readonly Problem[];
}

export const findTakenOver = (
  spec: ApplicationSpec,
  places: readonly Place[],
  observation: Pick<Observation, 'networks' | 'volumes'>,
): Found => {
  const problems: Problem[] = [];
  const networks: Record<string, string> = {};
  const volumes: Record<string, string> = {};
  for (const key of Object.keys(spec.networks)) {
    const name = networkOf(key, spec.networks[key]?.name, places);
    if (name !== undefined) networks[key] = name;
  }
  for (const { service, container } of places)
    for (const mount of spec.services[service]?.mounts ?? []) {
      if (mount.kind !== 'volume') continue;
      const name = volumeAt(container, mount.target);
      if (name === undefined) continue;
      if (mount.volume === undefined) problems.push(leftBehind(service, container, mount.target));
      else if ((volumes[mount.volume] ??= name) !== name)
        problems.push(twoVolumes(mount.volume, container, mount.target));
    }
  problems.push(
    ...heldByOthers('network', networks, observation.networks),
    ...heldByOthers('volume', volumes, observation.volumes),
  );
  return { networks, volumes, problems };
};

/** By the names that Docker Compose gives; else the only network that all containers of its services share. */
const networkOf = (key: string, given: string | undefined, places: readonly Place[]): string | undefined => {
  const joined = new Set(places.flatMap(({ container }) => Object.keys(container.service.networks)));
  const projects = new Set(places.flatMap(({ container }) => container.project ?? []));
  const wanted = given === undefined ? [...projects].map((project) => `${project}_${key}`) : [given];
  return [...wanted, key].find((name) => joined.has(name));
};

const leftBehind = (service: string, { name }: DescribedContainer, target: string): Problem => ({
  severity: 'warning',
  code: 'volume_left_behind',
  message: `The data of ${name} at ${target} is in a volume without a name in the file: the next upgrade starts with an empty one. Give it a name in the file to keep it.`,
  path: `services.${service}.volumes`,
});

const twoVolumes = (key: string, { name }: DescribedContainer, target: string): Problem => ({
  severity: 'error',
  code: 'two_volumes',
  message: `The volume ${key} of the file would be two: ${name} keeps another one at ${target}`,
  path: `volumes.${key}`,
});

const heldByOthers = (
  kind: 'network' | 'volume',
  names: Readonly<Record<string, string>>,
  objects: readonly { name: string; owner?: { applicationName: string } | undefined }[],
): Problem[] =>
  Object.entries(names).flatMap(([key, name]): Problem[] => {
    const holder = objects.find((object) => object.name === name)?.owner;
    if (holder === undefined) return [];
    return [
      {
        severity: 'error',
        code: 'name_taken',
        message: `The ${kind} ${name} belongs to the application ${holder.applicationName} already`,
        path: `${kind}s.${key}`,
      },
    ];
  });
