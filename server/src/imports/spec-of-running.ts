// Containers that run, as the application they are: services by what Docker Compose called them or by their own names,
// networks and volumes by keys that stand for the engine's names. What a Compose file is written from, and what the policy
// judges. Pure.
import type { ApplicationSpec, Mount, PublishedPort, ServiceSpec } from '@berth/contract/application-spec.ts';
import type { DescribedContainer } from '@berth/contract/engine-objects.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { Place } from './places.ts';

export interface Running {
  readonly spec: ApplicationSpec;
  readonly places: readonly Place[];
  /** Key → name on the engine. */
  readonly networks: Readonly<Record<string, string>>;
  readonly volumes: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** `drivers`: of volumes, by the engine's name, where it is not the usual one. */
export const specOfRunning = (
  containers: readonly DescribedContainer[],
  drivers: ReadonlyMap<string, string>,
): Running => {
  const groups = groupByService(containers);
  const keyOf = new Map([...groups].flatMap(([key, members]) => members.map((member) => [member.id, key] as const)));
  const names = new EngineNames(projectsOf(containers));
  const problems: Problem[] = [];
  const services: Record<string, ServiceSpec> = {};
  for (const [key, members] of groups) {
    const [first] = members;
    if (first === undefined) continue;
    const meets = new References(containers, keyOf, (message) =>
      problems.push({ severity: 'error', code: 'container_left_out', message, path: `services.${key}` }),
    );
    services[key] = toService({ key, first, members, names, meets });
  }
  const objects = { networks: names.networks(), volumes: names.volumes() };
  const networks = new Set([...Object.keys(objects.networks), ...(containers.some(isOnBridge) ? [ownNetwork] : [])]);
  return {
    spec: {
      services,
      networks: Object.fromEntries([...networks].map((key) => [key, { external: false, labels: {} }])),
      volumes: mapValues(objects.volumes, (name) => {
        const driver = drivers.get(name);
        return { external: false, labels: {}, ...(driver === undefined ? {} : { driver }) };
      }),
    },
    places: [...groups].flatMap(([service, members]) =>
      members.map((container, slot): Place => ({ container, service, slot })),
    ),
    ...objects,
    problems,
  };
};

/** Key of the application's own network. */
const ownNetwork = 'default';

// The engine's bridge is no network an application can have. What runs there runs on; what is made anew joins our own.
export const isOnBridge = ({ service }: DescribedContainer): boolean => service.networkMode === 'bridge';

const mapValues = <V, W>(map: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));

/** Key of the service → its containers in the order of their numbers. */
const groupByService = (containers: readonly DescribedContainer[]): Map<string, DescribedContainer[]> => {
  const groups = new Map<string, DescribedContainer[]>();
  const keys = new Map<string, string>();
  const ordered = [...containers].sort(
    (one, other) =>
      (one.project ?? '').localeCompare(other.project ?? '') ||
      (one.projectNumber ?? 0) - (other.projectNumber ?? 0) ||
      one.name.localeCompare(other.name),
  );
  for (const container of ordered) {
    const { projectService, project = '', id } = container;
    const group = projectService === undefined ? id : JSON.stringify([project, projectService]);
    const key = keys.get(group) ?? freeKey(projectService ?? container.name, project, groups);
    keys.set(group, key);
    groups.set(key, [...(groups.get(key) ?? []), container]);
  }
  return groups;
};

const freeKey = (wanted: string, project: string, taken: ReadonlyMap<string, unknown>): string => {
  const key = toKey(wanted);
  if (!taken.has(key)) return key;
  const long = toKey(`${project}-${wanted}`);
  for (let count = 2; taken.has(long) && count <= taken.size + 2; count += 1)
    if (!taken.has(`${long}-${count}`)) return `${long}-${count}`;
  return long;
};

const toKey = (name: string): string => name.replace(/[^a-zA-Z0-9._-]/g, '-').replace(/^[^a-zA-Z0-9]+/, '') || 'x';

const projectsOf = (containers: readonly DescribedContainer[]): string[] => [
  ...new Set(containers.flatMap(({ project }) => project ?? [])),
];

/** Names of the engine ⇄ keys of the file: what Docker Compose put before a name is left out where that is still plain. */
class EngineNames {
  readonly #projects: readonly string[];
  readonly #networks = new Map<string, string>();
  readonly #volumes = new Map<string, string>();

  constructor(projects: readonly string[]) {
    this.#projects = projects;
  }

  network(name: string): string {
    return this.#keyOf(this.#networks, name, name);
  }

  volume(name: string, otherwise: string): string {
    return this.#keyOf(this.#volumes, name, isAnonymous(name) ? otherwise : name);
  }

  networks(): Record<string, string> {
    return Object.fromEntries([...this.#networks].map(([name, key]) => [key, name]));
  }

  volumes(): Record<string, string> {
    return Object.fromEntries([...this.#volumes].map(([name, key]) => [key, name]));
  }

  #keyOf(map: Map<string, string>, name: string, wanted: string): string {
    const known = map.get(name);
    if (known !== undefined) return known;
    const [project] = this.#projects;
    const prefix = this.#projects.length === 1 ? `${project}_` : '';
    const short = wanted.startsWith(prefix) ? wanted.slice(prefix.length) : wanted;
    const key = freeKey(short, 'other', new Map([...map].map(([held, of]) => [of, held])));
    map.set(name, key);
    return key;
  }
}

export const isAnonymous = (volume: string): boolean => /^[0-9a-f]{64}$/.test(volume);

/** Where one container names another: it must be among those that are taken over. */
class References {
  readonly #containers: readonly DescribedContainer[];
  readonly #keyOf: ReadonlyMap<string, string>;
  readonly #complain: (message: string) => void;

  constructor(
    containers: readonly DescribedContainer[],
    keyOf: ReadonlyMap<string, string>,
    complain: (message: string) => void,
  ) {
    this.#containers = containers;
    this.#keyOf = keyOf;
    this.#complain = complain;
  }

  service(reference: string): string | undefined {
    const found = this.#containers.find(({ id, name }) => id === reference || name === reference);
    return found === undefined ? undefined : this.#keyOf.get(found.id);
  }

  /** `container:ID` becomes `service:KEY`. */
  mode(mode: string, of: DescribedContainer): string {
    const reference = /^container:(.+)$/.exec(mode)?.[1];
    if (reference === undefined) return mode;
    const key = this.service(reference);
    if (key !== undefined) return `service:${key}`;
    this.#complain(`${of.name} shares a namespace of the container ${reference}; take that one over with it`);
    return mode;
  }
}

const toService = (input: {
  readonly key: string;
  readonly first: DescribedContainer;
  readonly members: readonly DescribedContainer[];
  readonly names: EngineNames;
  readonly meets: References;
}): ServiceSpec => {
  const { key, first, members, names, meets } = input;
  const { externalLinks = [], networkMode, pid, ipc, ...service } = first.service;
  const isNamed = first.projectService === undefined && first.name !== key;
  return {
    ...service,
    replicas: members.length,
    ports: members.length === 1 ? service.ports : mergePorts(members),
    mounts: service.mounts.map((mount) => toMount(mount, input)),
    networks: isOnBridge(first)
      ? { [ownNetwork]: { aliases: [] } }
      : Object.fromEntries(
          Object.entries(service.networks).map(([name, use]) => [
            names.network(name),
            { ...use, aliases: use.aliases.filter((alias) => alias !== key && alias !== first.name) },
          ]),
        ),
    links: externalLinks.flatMap((link) => {
      const [name = '', alias = name] = link.split(':');
      const linked = meets.service(name);
      // Docker Compose links also by names that are the container's own.
      const isOwnName = alias === linked || alias === name || /_\d+$/.test(alias);
      return linked === undefined || isOwnName ? [] : [{ service: linked, alias }];
    }),
    ...(isNamed ? { containerName: first.name } : {}),
    ...(networkMode === undefined || isOnBridge(first) ? {} : { networkMode: meets.mode(networkMode, first) }),
    ...(pid === undefined ? {} : { pid: meets.mode(pid, first) }),
    ...(ipc === undefined ? {} : { ipc: meets.mode(ipc, first) }),
  };
};

// Containers of one service that keep data each for itself: the file can only say that they do.
const toMount = (
  mount: Mount,
  { key, members, names }: { key: string; members: readonly DescribedContainer[]; names: EngineNames },
): Mount => {
  if (mount.kind !== 'volume' || mount.volume === undefined) return mount;
  const volumes = new Set(members.map((member) => volumeAt(member, mount.target)));
  const { volume, ...rest } = mount;
  return volumes.size > 1 ? rest : { ...rest, volume: names.volume(volume, `${key}${mount.target}`) };
};

/** Engine name of the volume at that place. */
export const volumeAt = ({ service }: DescribedContainer, target: string): string | undefined =>
  service.mounts.flatMap((mount) =>
    mount.kind === 'volume' && mount.target === target ? (mount.volume ?? []) : [],
  )[0];

// Each container of several has a host port of its own: together a range.
const mergePorts = (members: readonly DescribedContainer[]): PublishedPort[] => {
  const merged = new Map<string, PublishedPort>();
  for (const { service } of members)
    for (const port of service.ports) {
      const place = `${port.hostIp ?? ''} ${port.target}/${port.protocol}`;
      const known = merged.get(place)?.published;
      const published =
        known === undefined || port.published === undefined
          ? (known ?? port.published)
          : { from: Math.min(known.from, port.published.from), to: Math.max(known.to, port.published.to) };
      merged.set(place, { ...port, ...(published === undefined ? {} : { published }) });
    }
  return [...merged.values()];
};
