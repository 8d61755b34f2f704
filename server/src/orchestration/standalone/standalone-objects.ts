// What containers stand on: images, networks, volumes. Pure.
import type { Build, NetworkSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { DesiredApplication, ImagePin, ObservedApplication } from '#orchestration/desired.ts';
import { objectHash } from './canonical-json.ts';
import { makeStep, type StandaloneStep } from './standalone-steps.ts';
import { objectName, ownerOf, type Hash, type WantedContainer } from './wanted-containers.ts';

export const pullSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  toCreate: readonly WantedContainer[],
): StandaloneStep[] => {
  const byImage = new Map<string, StandaloneStep>();
  const pins = new Map(toCreate.map((want) => [want.service, want.pin]));
  const toFetch = desired.toFetch ?? new Set();
  const fetching = Object.entries(desired.spec.services).flatMap(([name, { image }]) =>
    toFetch.has(image) ? [name] : [],
  );
  for (const name of new Set([...pins.keys(), ...fetching])) {
    const service = desired.spec.services[name];
    if (service === undefined) continue;
    const pin = pins.get(name);
    const present = isPresent(observed, service.image, pin);
    if (service.build !== undefined) {
      if (!present)
        byImage.set(`build:${service.image}`, buildStep(desired, observed, name, service.image, service.build));
      continue;
    }
    // A repair takes the image that is there: the tag may have moved on, and the registry may be away.
    if (present && !toFetch.has(service.image)) continue;
    const { platform, pullPolicy: policy } = service;
    const reference = pin?.digest ?? service.image;
    const id = `pull:${reference}`;
    if (byImage.has(id)) continue;
    byImage.set(
      id,
      makeStep(observed, {
        id,
        target: reference,
        service: name,
        because: present ? 'the file asks for the newest' : 'the host does not have it',
        detail: { do: 'pull_image', reference, platform, policy },
      }),
    );
  }
  return [...byImage.values()];
};

/** What is to be run is there: by its reference, or as what that stood for. What cannot be had again is not waited for. */
const isPresent = ({ imagesPresent }: ObservedApplication, reference: string, pin: ImagePin | undefined): boolean => {
  const found = imagesPresent.get(reference);
  if (pin === undefined) return found !== undefined;
  if (found === pin.id || imagesPresent.has(pin.id)) return true;
  return pin.digest === undefined && found !== undefined;
};

const buildStep = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  service: string,
  reference: string,
  build: Build,
): StandaloneStep =>
  makeStep(observed, {
    id: `build:${reference}`,
    target: reference,
    service,
    because: 'the host does not have it',
    detail: { do: 'build_image', reference, service, owner: ownerOf(desired, service), build },
  });

/** Names of networks that are to be made anew: the engine changes none, and removes none that is in use. */
export type Uprooted = ReadonlySet<string>;

export const uprootedNetworks = (desired: DesiredApplication, observed: ObservedApplication, hash: Hash): Uprooted => {
  // What is held stays as it is, and so does what it stands on.
  if (desired.upgrade?.state === 'held') return new Set();
  const used = new Set(Object.values(desired.spec.services).flatMap(({ networks }) => Object.keys(networks)));
  const hashes = new Map(
    Object.entries(desired.spec.networks).flatMap(([key, spec]): [string, string][] =>
      used.has(key) && !spec.external ? [[objectName(desired.name, key, spec), objectHash(spec, hash)]] : [],
    ),
  );
  return new Set(
    observed.networks.flatMap(({ name, owner, specHash }) => {
      const wanted = hashes.get(name);
      const isOutdated = specHash !== undefined && wanted !== undefined && specHash !== wanted;
      return owner?.application === desired.id && isOutdated ? [name] : [];
    }),
  );
};

export const isUprooted = ({ networks }: ObservedContainer, uprooted: Uprooted): boolean =>
  networks.some((name) => uprooted.has(name));

export interface ObjectSteps {
  readonly steps: StandaloneStep[];
  readonly blocked: Problem[];
}

/** `disposed`: ids of the steps that take containers away, which a network must wait for. */
export const networkSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  hash: Hash,
  input: {
    isCreating: boolean;
    pulled: readonly string[];
    disposed: readonly string[];
    uprooted: Uprooted;
    /** Names of networks of containers that stay for now. */
    inUse: ReadonlySet<string>;
    /** Names of networks that containers of others are on: the engine would not remove them. */
    joined: ReadonlySet<string>;
  },
): ObjectSteps => {
  const steps: StandaloneStep[] = [];
  const blocked: Problem[] = [];
  const wantedNames = new Set<string>();
  for (const key of new Set(Object.values(desired.spec.services).flatMap(({ networks }) => Object.keys(networks)))) {
    const spec = desired.spec.networks[key] ?? { external: false, labels: {} };
    const name = objectName(desired.name, key, spec);
    wantedNames.add(name);
    const have = observed.networks.find(
      (network) => network.name === name && network.owner?.environment === desired.environment,
    );
    if (spec.external) {
      if (have === undefined) blocked.push(missing('network', key, spec.name));
      continue;
    }
    const specHash = objectHash(spec, hash);
    if (have !== undefined && !input.uprooted.has(name)) continue;
    const after = [...input.pulled];
    if (have !== undefined) {
      steps.push(removeNetwork(observed, have, 'its definition has changed', input.disposed));
      after.push(`remove:${have.id}`);
    }
    if (input.isCreating) steps.push(createNetwork(desired, observed, { key, name, spec, specHash, after }));
  }
  const isHeld = (name: string) => wantedNames.has(name) || input.inUse.has(name) || input.joined.has(name);
  for (const network of observed.networks)
    if (network.owner?.application === desired.id && !isHeld(network.name))
      steps.push(removeNetwork(observed, network, 'no service uses it any more', input.disposed));
  return { steps, blocked };
};

export const removeNetwork = (
  observed: ObservedApplication,
  { id, name }: { id: string; name: string },
  because: string,
  after: readonly string[],
): StandaloneStep =>
  makeStep(observed, {
    id: `remove:${id}`,
    target: name,
    because,
    after,
    detail: { do: 'remove_network', network: id },
  });

const createNetwork = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  { key, after, ...network }: { key: string; name: string; spec: NetworkSpec; specHash: string; after: string[] },
): StandaloneStep =>
  makeStep(observed, {
    id: `network:${network.name}`,
    target: network.name,
    because: 'its services meet there',
    after,
    detail: { do: 'create_network', owner: ownerOf(desired, key), ...network },
  });

export const volumeStepId = (name: string): string => `volume:${name}`;

export const volumeSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  hash: Hash,
  toCreate: readonly WantedContainer[],
  pulled: readonly string[],
): ObjectSteps => {
  const steps = new Map<string, StandaloneStep>();
  const blocked = new Map<string, Problem>();
  const there = new Set(
    observed.volumes.flatMap(({ name, owner }) => (owner?.environment === desired.environment ? [name] : [])),
  );
  const byName = new Map(
    Object.entries(desired.spec.volumes).map(([key, spec]) => [objectName(desired.name, key, spec), { key, spec }]),
  );
  for (const want of toCreate)
    for (const mount of want.spec.mounts) {
      if (mount.kind !== 'volume' || mount.volume === undefined) continue;
      const name = mount.volume;
      if (there.has(name) || steps.has(name)) continue;
      const { key, spec } = byName.get(name) ?? {
        key: `${want.service}-${want.slot + 1}:${mount.target}`,
        spec: { external: false, labels: {} },
      };
      if (spec.external) blocked.set(name, missing('volume', key, spec.name));
      else
        steps.set(
          name,
          makeStep(observed, {
            id: volumeStepId(name),
            target: name,
            because: `${want.service} keeps data in it`,
            after: pulled,
            detail: {
              do: 'create_volume',
              name,
              owner: ownerOf(desired, key),
              spec,
              specHash: objectHash(spec, hash),
            },
          }),
        );
    }
  return { steps: [...steps.values()], blocked: [...blocked.values()] };
};

const missing = (kind: 'network' | 'volume', key: string, name: string | undefined): Problem => ({
  severity: 'error',
  code: `${kind}_not_found`,
  message: `The ${kind} ${name ?? key} is not one of this environment`,
  path: `${kind}s.${key}`,
});
