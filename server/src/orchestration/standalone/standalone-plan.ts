// Decides what to do on one engine so that an application becomes what it should be. Pure: the same inputs give the same
// steps in the same order. Images are pulled before anything is stopped; volumes go only when somebody asked for it.
// Linear in the number of containers: one look at a host with ten thousand must not hold up everybody else.
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '@berth/contract/engine-objects.ts';
import {
  ownContainers,
  serviceContainers,
  type DesiredApplication,
  type ObservedApplication,
} from '#orchestration/desired.ts';
import type { Plan } from '#orchestration/driver.ts';
import { dependenciesOf } from './dependencies.ts';
import { betweenRevisions } from './held-upgrade.ts';
import { matchContainers } from './match-containers.ts';
import { chooseMoves, surplusToGo } from './standalone-moves.ts';
import {
  networkSteps,
  pullSteps,
  removeNetwork,
  uprootedNetworks,
  volumeStepId,
  volumeSteps,
} from './standalone-objects.ts';
import { renameSteps, restartSteps } from './standalone-turns.ts';
import {
  disposeSteps,
  isLive,
  makeStep,
  sharedService,
  stopStep,
  type StandaloneDetail,
  type StandaloneStep,
} from './standalone-steps.ts';
import { createReason, startSteps } from './standalone-starts.ts';
import { objectName, type Hash, type WantedContainer } from './wanted-containers.ts';

type StandalonePlan = Plan<StandaloneDetail>;

export const planStandalone = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  hash: Hash,
): StandalonePlan => {
  if (desired.state === 'removed') return planRemoval(desired, observed);
  if (desired.state === 'stopped') return planStop(desired, observed);
  return planRunning(desired, observed, hash);
};

const idsOf = (steps: readonly StandaloneStep[]): string[] => steps.map((step) => step.id);

const planStop = (desired: DesiredApplication, observed: ObservedApplication): StandalonePlan => {
  // A task runs on to its own end.
  const own = serviceContainers(observed, desired.id);
  const running = own.filter(isLive);
  // What needs others stops before them.
  const stopsFirst = new Map<string, string[]>();
  for (const container of running)
    for (const { name } of dependenciesOf(desired.spec, container.owner?.key ?? ''))
      stopsFirst.set(name, [...(stopsFirst.get(name) ?? []), `stop:${container.name}`]);
  const steps = running.map((container) =>
    stopStep(
      observed,
      desired,
      container,
      'the application is to be stopped',
      stopsFirst.get(container.owner?.key ?? '') ?? [],
    ),
  );
  return { steps, waiting: [], blocked: [], unchanged: own.length - running.length };
};

const planRemoval = (desired: DesiredApplication, observed: ObservedApplication): StandalonePlan => {
  const because = 'the application is to be removed';
  const isOurs = (object: { owner?: { application: string } | undefined }) => object.owner?.application === desired.id;
  const containers = ownContainers(observed, desired.id).flatMap((container) =>
    disposeSteps(observed, desired, container, because, []),
  );
  const gone = idsOf(containers);
  // A network that others have joined is theirs from now on.
  const byOthers = joinedByOthers(desired, observed);
  const joined = new Set(
    Object.entries(desired.spec.networks).map(([key, network]) => objectName(desired.name, key, network)),
  );
  // One whose application is gone already is taken along by the last that used it.
  const isLeftBehind = ({ name, owner }: ObservedNetwork) =>
    owner?.environment === desired.environment &&
    desired.applicationsThere?.has(owner.application) === false &&
    joined.has(name);
  const networks = observed.networks
    .filter((network) => (isOurs(network) || isLeftBehind(network)) && !byOthers.has(network.name))
    .map((network) => removeNetwork(observed, network, because, gone));
  // Volumes that an application of this name left behind were taken up again with the name.
  const isOfName = ({ owner }: ObservedVolume) =>
    owner?.environment === desired.environment && owner.applicationName === desired.name;
  const volumes = observed.volumes
    .filter((volume) => desired.removeVolumes && isOfName(volume))
    .map(({ name }) =>
      makeStep(observed, {
        id: `remove-volume:${name}`,
        target: name,
        because: 'its data is to be deleted, as asked',
        after: gone,
        detail: { do: 'remove_volume', volume: name },
      }),
    );
  return { steps: [...containers, ...networks, ...volumes], waiting: [], blocked: [], unchanged: 0 };
};

const joinedByOthers = (desired: DesiredApplication, { containers }: ObservedApplication): ReadonlySet<string> =>
  new Set(
    containers.filter(({ owner }) => owner?.application !== desired.id).flatMap((container) => container.networks),
  );

const planRunning = (asked: DesiredApplication, observed: ObservedApplication, hash: Hash): StandalonePlan => {
  const { desired, wanted } = betweenRevisions(asked, observed, hash);
  const uprooted = uprootedNetworks(desired, observed, hash);
  const matches = matchContainers(desired, observed, serviceContainers(observed, desired.id), wanted, uprooted);
  const pulls = pullSteps(desired, observed, matches.toCreate);
  const pulled = idsOf(pulls);
  const moves = chooseMoves(desired, observed, wanted, matches, uprooted);
  const leaving = surplusToGo(desired, observed, moves, uprooted);
  const disposals = [
    ...leaving.map((container) => ({ container, because: surplusReason(desired, container) })),
    ...moves.outdated.map((container) => ({ container, because: 'its service has changed' })),
  ].flatMap(({ container, because }) => disposeSteps(observed, desired, container, because, pulled));
  const gone = new Set([...leaving, ...moves.outdated]);
  const staying = ownContainers(observed, desired.id).filter((container) => !gone.has(container));
  const networks = networkSteps(desired, observed, hash, {
    isCreating: moves.toCreate.length > 0,
    pulled,
    disposed: idsOf(disposals),
    uprooted,
    inUse: new Set(staying.flatMap((container) => container.networks)),
    joined: joinedByOthers(desired, observed),
  });
  const volumes = volumeSteps(desired, observed, hash, moves.toCreate, pulled);
  const creates = createSteps(desired, observed, moves.toCreate, {
    former: (want) => moves.matched.get(want),
    first: [...pulled, ...idsOf(networks.steps.filter((step) => step.action === 'create_network'))],
    volumes: new Set(idsOf(volumes.steps)),
    disposals,
  });
  const starts = startSteps(desired, observed, moves.wanted, moves, portStops([...leaving, ...moves.outdated]));
  const { steps, ...restarts } = restartSteps(desired, observed, moves, leaving);
  const renames = renameSteps(observed, moves, disposals);
  return {
    steps: [
      ...pulls,
      ...disposals,
      ...networks.steps,
      ...volumes.steps,
      ...creates,
      ...starts.steps,
      ...steps,
      ...renames,
    ],
    waiting: starts.waiting,
    blocked: [...networks.blocked, ...volumes.blocked],
    unchanged: wanted.length - matches.toCreate.length,
    ...restarts,
  };
};

const createSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  toCreate: readonly WantedContainer[],
  given: {
    former: (want: WantedContainer) => ObservedContainer | undefined;
    /** Ids of steps that come before every create. */
    first: readonly string[];
    volumes: ReadonlySet<string>;
    disposals: readonly StandaloneStep[];
  },
): StandaloneStep[] => {
  const disposalsOf = Map.groupBy(given.disposals, (step) => step.target);
  const firstSlots = new Map(toCreate.flatMap((want) => (want.slot === 0 ? [[want.service, want.spec.name]] : [])));
  return toCreate.map((want) => {
    const { name, mounts, networkMode } = want.spec;
    const kept = mounts.flatMap((mount) => (mount.kind === 'volume' ? [volumeStepId(mount.volume ?? '')] : []));
    const former = given.former(want);
    const partner = firstSlots.get(sharedService(networkMode) ?? '');
    return makeStep(observed, {
      id: `create:${name}`,
      target: name,
      service: want.service,
      because: createReason(desired, former),
      after: [
        ...given.first,
        ...kept.filter((id) => given.volumes.has(id)),
        ...idsOf(disposalsOf.get(name) ?? []),
        // It may not have had its usual name back yet.
        ...idsOf(former === undefined || former.name === name ? [] : (disposalsOf.get(former.name) ?? [])),
        ...(partner === undefined ? [] : [`create:${partner}`]),
      ],
      detail: { do: 'create_container', container: withPinnedImage(observed, want) },
    });
  });
};

// The tag may have moved on since: what the revision stands for is made from what it stood for.
const withPinnedImage = (
  { imagesPresent }: ObservedApplication,
  { spec, pin }: WantedContainer,
): WantedContainer['spec'] => {
  const { image } = spec.service;
  if (pin === undefined || imagesPresent.get(image) === pin.id) return spec;
  // One that is not there is pulled by its digest before this, and has the same id then.
  if (!imagesPresent.has(pin.id) && pin.digest === undefined) return spec;
  return { ...spec, service: { ...spec.service, image: pin.id } };
};

// A port of a container that goes is free only once it has stopped. One that restarts shows no ports, and may have some.
const portStops = (leaving: readonly ObservedContainer[]): string[] =>
  leaving
    .filter(
      (container) =>
        isLive(container) &&
        (container.state !== 'running' ||
          container.networks.includes('host') ||
          container.ports.some(({ hostPort }) => hostPort !== undefined)),
    )
    .map((container) => `stop:${container.name}`);

const surplusReason = (desired: DesiredApplication, container: ObservedContainer): string => {
  const { key: service, slot } = container.owner ?? { key: '', slot: 0 };
  if (desired.spec.services[service] === undefined) return `the service ${service} is no longer in the file`;
  return slot < (desired.scale[service] ?? desired.spec.services[service].replicas)
    ? `another container has its place in the service ${service}`
    : `the service ${service} has fewer containers now`;
};
