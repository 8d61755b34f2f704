// What containers stand on: images, networks, volumes. Pure.
import type { Build, NetworkSpec } from '@berth/contract/application-spec.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import { canonicalJson } from './canonical-json.ts';
import { makeStep, type StandaloneStep } from './standalone-steps.ts';
import { objectName, ownerOf, type Hash, type WantedContainer } from './wanted-containers.ts';

export const pullSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  toCreate: readonly WantedContainer[],
): StandaloneStep[] => {
  const byImage = new Map<string, StandaloneStep>();
  for (const name of new Set(toCreate.map((want) => want.service))) {
    const service = desired.spec.services[name];
    if (service === undefined) continue;
    const pin = desired.images[service.image];
    const present = observed.imagesPresent.has(service.image) || (pin !== undefined && observed.imagesPresent.has(pin));
    if (service.build !== undefined) {
      if (!present)
        byImage.set(`build:${service.image}`, buildStep(desired, observed, name, service.image, service.build));
      continue;
    }
    // A repair takes the image that is there: the tag may have moved on, and the registry may be away.
    if (present && (service.pullPolicy !== 'always' || !desired.wishOpen)) continue;
    const id = `pull:${service.image}`;
    if (byImage.has(id)) continue;
    const { image: reference, platform, pullPolicy: policy } = service;
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

/** Services on a network that is to be made anew: the engine changes none, and removes none that is in use. */
export const uprootedServices = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  hash: Hash,
): ReadonlySet<string> => {
  const outdated = new Set(
    Object.entries(desired.spec.networks).flatMap(([key, spec]) => {
      const name = objectName(desired.name, key, spec);
      const have = observed.networks.find(
        (network) => network.name === name && network.owner?.application === desired.id,
      );
      const isOutdated = have?.specHash !== undefined && have.specHash !== hash(canonicalJson(spec));
      return isOutdated && !spec.external ? [key] : [];
    }),
  );
  return new Set(
    Object.entries(desired.spec.services).flatMap(([name, { networks }]) =>
      Object.keys(networks).some((key) => outdated.has(key)) ? [name] : [],
    ),
  );
};

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
    /** Names of networks of containers that stay for now. */
    inUse: ReadonlySet<string>;
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
    const specHash = hash(canonicalJson(spec));
    const isOutdated =
      !input.inUse.has(name) &&
      have?.owner?.application === desired.id &&
      have.specHash !== undefined &&
      have.specHash !== specHash;
    if (have !== undefined && !isOutdated) continue;
    const after = [...input.pulled];
    if (have !== undefined) {
      steps.push(removeNetwork(observed, have, 'its definition has changed', input.disposed));
      after.push(`remove:${have.id}`);
    }
    if (input.isCreating) steps.push(createNetwork(desired, observed, { key, name, spec, specHash, after }));
  }
  for (const network of observed.networks)
    if (network.owner?.application === desired.id && !wantedNames.has(network.name) && !input.inUse.has(network.name))
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
              specHash: hash(canonicalJson(spec)),
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
