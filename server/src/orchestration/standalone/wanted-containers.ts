// From an application's spec to the containers it should have on one engine, every name the engine's. Pure.
import type { Mount, ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ContainerSpec, Owner } from '@berth/contract/engine-objects.ts';
import { replicasOf, type DesiredApplication, type ImagePin } from '#orchestration/desired.ts';
import { canonicalJson } from './canonical-json.ts';

export type Hash = (text: string) => string;

export interface WantedContainer {
  readonly service: string;
  readonly slot: number;
  readonly spec: ContainerSpec;
  /** What its image reference stands for, in the revision it is of. */
  readonly pin?: ImagePin;
}

/** Every container, in the order of services and slots. */
export const wantedContainers = (desired: DesiredApplication, hash: Hash): WantedContainer[] => {
  const linked = linkAliases(desired);
  return Object.entries(desired.spec.services).flatMap(([service, spec]) => {
    const specOf = makeSpecOf(desired, service, spec, linked.get(service) ?? [], hash);
    const pin = desired.images[spec.image];
    return Array.from({ length: replicasOf(desired, service) }, (_, slot) => ({
      service,
      slot,
      spec: specOf(slot),
      ...(pin === undefined ? {} : { pin }),
    }));
  });
};

export const ownerOf = (desired: DesiredApplication, key: string): Owner => ({
  environment: desired.environment,
  application: desired.id,
  applicationName: desired.name,
  key,
});

/** One that was taken over keeps its name. A name given in the file is shared by the applications of an environment; others carry the application's name. */
export const objectName = (
  application: string,
  key: string,
  given: { external: boolean; name?: string | undefined; engineName?: string | undefined } | undefined,
): string =>
  given?.engineName ??
  (given?.name !== undefined || given?.external === true
    ? `berth_${given.name ?? key}`
    : `berth-${application}_${key}`);

export const containerName = (application: string, service: string, slot: number): string =>
  `berth-${application}-${service}-${slot + 1}`;

/** What the containers of a service have in common is worked out once. */
const makeSpecOf = (
  desired: DesiredApplication,
  service: string,
  spec: ServiceSpec,
  linked: readonly string[],
  hash: Hash,
): ((slot: number) => ContainerSpec) => {
  const {
    mounts: _m,
    networks: _n,
    networkMode,
    replicas: _r,
    dependsOn: _d,
    links: _l,
    pullPolicy: _p,
    volumesFrom: _v,
    // The name of a built image holds the hash of all that goes into it.
    build: _b,
    update: _u,
    files: _f,
    ...kept
  } = spec;
  const networks = networksOf(desired, service, spec, linked);
  const files = filesOf(desired, spec);
  const common = {
    service: kept,
    networks,
    ...(networkMode === undefined ? {} : { networkMode }),
    ...(files.length === 0 ? {} : { files }),
  };
  const networkSpecs = Object.keys(spec.networks).map((key) => desired.spec.networks[key] ?? null);
  const commonText = canonicalJson([common, networkSpecs]);
  const owner = ownerOf(desired, service);
  return (slot) => {
    const name = containerName(desired.name, service, slot);
    const mounts = mountsOf(desired, service, slot, new Set());
    // Without the name: a container that is started beside its former one has another until that is gone.
    const specHash = hash(`${commonText}${canonicalJson(mounts)}`);
    return { name, mounts, ...common, owner: { ...owner, slot, revision: desired.revision, specHash } };
  };
};

const fileModeDefault = 0o444;

const filesOf = (desired: DesiredApplication, spec: ServiceSpec): NonNullable<ContainerSpec['files']> =>
  (spec.files ?? []).flatMap(({ source, target, uid, gid, mode }) => {
    const file = desired.spec.files?.[source];
    if (file === undefined) return [];
    return [{ target, content: file.content, uid: numberOf(uid), gid: numberOf(gid), mode: mode ?? fileModeDefault }];
  });

// The compiler lets only numbers through: the host does not know the users of an image.
const numberOf = (id: string | undefined): number => (id !== undefined && /^\d{1,9}$/.test(id) ? Number(id) : 0);

// Anonymous volumes get a name of their slot, so that they live through a replacement of their container.
// `volumes_from` becomes the mounts themselves: nothing then hangs on another container's life.
const mountsOf = (desired: DesiredApplication, service: string, slot: number, visited: Set<string>): Mount[] => {
  const spec = desired.spec.services[service];
  if (spec === undefined || visited.has(service)) return [];
  visited.add(service);
  const own = spec.mounts.map((mount): Mount => {
    if (mount.kind !== 'volume') return mount;
    if (mount.volume === undefined)
      return { ...mount, volume: anonymousVolume(desired.name, service, slot, mount.target) };
    return { ...mount, volume: objectName(desired.name, mount.volume, desired.spec.volumes[mount.volume]) };
  });
  const borrowed = (spec.volumesFrom ?? []).flatMap((from) =>
    mountsOf(desired, from.service, slot, visited).map((mount): Mount =>
      from.readOnly ? { ...mount, ...(mount.kind === 'tmpfs' ? {} : { readOnly: true }) } : mount,
    ),
  );
  const targets = new Set(own.map((mount) => mount.target));
  return [...own, ...borrowed.filter((mount) => !targets.has(mount.target))];
};

// No two of them, and none and a named one, may come to the same text: they would share their data in silence. An
// application's name holds no dot and the folder's text none, so the first and the last dot tell the parts apart.
export const anonymousVolume = (application: string, service: string, slot: number, target: string): string =>
  `berth-${application}.${service}.${slot + 1}${target.replace(/[^a-zA-Z0-9]/g, (sign) =>
    sign === '/' ? '-' : `_${(sign.codePointAt(0) ?? 0).toString(16)}_`,
  )}`;

const networksOf = (
  desired: DesiredApplication,
  service: string,
  spec: ServiceSpec,
  linked: readonly string[],
): ContainerSpec['networks'] =>
  Object.entries(spec.networks)
    .sort(([a, x], [b, y]) => (y.priority ?? 0) - (x.priority ?? 0) || a.localeCompare(b))
    .map(([key, { aliases, priority: _, ...address }]) => ({
      name: objectName(desired.name, key, desired.spec.networks[key]),
      aliases: [
        ...new Set([service, ...aliases, ...(spec.containerName === undefined ? [] : [spec.containerName]), ...linked]),
      ].sort(),
      ...address,
    }));

// A link's alias is a name of the linked service on the networks they share.
const linkAliases = (desired: DesiredApplication): Map<string, string[]> => {
  const aliases = new Map<string, string[]>();
  for (const { links } of Object.values(desired.spec.services))
    for (const { service, alias } of links) aliases.set(service, [...(aliases.get(service) ?? []), alias]);
  return aliases;
};
