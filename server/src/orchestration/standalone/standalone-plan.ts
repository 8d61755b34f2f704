// Decides what to do on one engine so that an application becomes what it should be. Pure: the same inputs give the same
// steps in the same order. Images are pulled before anything is stopped; volumes go only when somebody asked for it.
import type { NetworkSpec, VolumeSpec } from '@berth/contract/application-spec.ts';
import type { ContainerSpec, ObservedContainer, Owner } from '@berth/contract/docker-server-api.ts';
import type { Problem } from '@berth/contract/problems.ts';
import { ownContainers, type DesiredApplication, type ObservedApplication } from '../desired.ts';
import type { Plan, PlannedStep, Waiting } from '../driver.ts';
import { canonicalJson } from './canonical-json.ts';
import { dependenciesOf, isSatisfied } from './dependencies.ts';
import { ownerOf, objectName, wantedContainers, type Hash, type WantedContainer } from './wanted-containers.ts';

export type StandaloneDetail =
  | {
      readonly do: 'pull_image';
      readonly reference: string;
      readonly platform: string | undefined;
      readonly policy: 'always' | 'missing' | 'never';
    }
  | {
      readonly do: 'create_network';
      readonly name: string;
      readonly owner: Owner;
      readonly spec: NetworkSpec;
      readonly specHash: string;
    }
  | {
      readonly do: 'create_volume';
      readonly name: string;
      readonly owner: Owner;
      readonly spec: VolumeSpec;
      readonly specHash: string;
    }
  | { readonly do: 'create_container'; readonly container: ContainerSpec }
  /** `container`: the engine's id, or undefined when the step before makes it. */
  | {
      readonly do: 'start_container';
      readonly container: string | undefined;
      readonly service: string;
      readonly slot: number;
    }
  | { readonly do: 'stop_container'; readonly container: string; readonly graceMs: number | undefined }
  | { readonly do: 'remove_container'; readonly container: string }
  | { readonly do: 'remove_network'; readonly network: string }
  | { readonly do: 'remove_volume'; readonly volume: string };

type Step = PlannedStep<StandaloneDetail>;
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

const live = (container: ObservedContainer): boolean => ['running', 'restarting', 'paused'].includes(container.state);

type StepInput = Pick<Step, 'id' | 'target' | 'because' | 'detail'> & Partial<Pick<Step, 'after' | 'service'>>;
const makeStep = (observed: ObservedApplication, input: StepInput): Step => ({
  after: [],
  ...input,
  action: input.detail.do,
  host: observed.host.name,
});

const stopStep = (
  observed: ObservedApplication,
  container: ObservedContainer,
  because: string,
  graceMs: number | undefined,
  after: readonly string[],
): Step =>
  makeStep(observed, {
    id: `stop:${container.name}`,
    target: container.name,
    because,
    after,
    service: container.owner?.key ?? '',
    detail: { do: 'stop_container', container: container.id, graceMs },
  });

const removeStep = (
  observed: ObservedApplication,
  container: ObservedContainer,
  because: string,
  after: readonly string[],
): Step =>
  makeStep(observed, {
    id: `remove:${container.name}`,
    target: container.name,
    because,
    after,
    service: container.owner?.key ?? '',
    detail: { do: 'remove_container', container: container.id },
  });

/** Stop, then remove. */
const disposeSteps = (
  observed: ObservedApplication,
  desired: DesiredApplication,
  container: ObservedContainer,
  because: string,
  after: readonly string[],
): Step[] => {
  const graceMs = desired.spec.services[container.owner?.key ?? '']?.stopGraceMs;
  const stop = live(container) ? [stopStep(observed, container, because, graceMs, after)] : [];
  return [...stop, removeStep(observed, container, because, [...after, ...stop.map((step) => step.id)])];
};

const planStop = (desired: DesiredApplication, observed: ObservedApplication): StandalonePlan => {
  const running = ownContainers(observed, desired.id).filter(live);
  const steps = running.map((container) => {
    // What needs others stops before them.
    const dependents = running.filter((other) =>
      dependenciesOf(desired.spec, other.owner?.key ?? '').some(({ name }) => name === container.owner?.key),
    );
    return stopStep(
      observed,
      container,
      'the application is to be stopped',
      desired.spec.services[container.owner?.key ?? '']?.stopGraceMs,
      dependents.map((other) => `stop:${other.name}`),
    );
  });
  return { steps, waiting: [], blocked: [], unchanged: ownContainers(observed, desired.id).length - running.length };
};

const planRemoval = (desired: DesiredApplication, observed: ObservedApplication): StandalonePlan => {
  const because = 'the application is to be removed';
  const containers = ownContainers(observed, desired.id).flatMap((container) =>
    disposeSteps(observed, desired, container, because, []),
  );
  const gone = containers.map((step) => step.id);
  const networks = observed.networks
    .filter((network) => network.owner?.application === desired.id)
    .map((network) =>
      makeStep(observed, {
        id: `remove:${network.id}`,
        target: network.name,
        because,
        after: gone,
        detail: { do: 'remove_network', network: network.id },
      }),
    );
  const volumes = observed.volumes
    .filter((volume) => desired.removeVolumes && volume.owner?.application === desired.id)
    .map((volume) =>
      makeStep(observed, {
        id: `remove-volume:${volume.name}`,
        target: volume.name,
        because: 'its data is to be deleted, as asked',
        after: gone,
        detail: { do: 'remove_volume', volume: volume.name },
      }),
    );
  return { steps: [...containers, ...networks, ...volumes], waiting: [], blocked: [], unchanged: 0 };
};

const planRunning = (desired: DesiredApplication, observed: ObservedApplication, hash: Hash): StandalonePlan => {
  const wanted = wantedContainers(desired, hash);
  const { matched, surplus } = matchContainers(ownContainers(observed, desired.id), wanted);
  const outdated = wanted.flatMap((want) => {
    const have = matched.get(want);
    return have !== undefined && !isRight(desired, observed, want, have, matched) ? [have] : [];
  });
  const toCreate = wanted.filter((want) => {
    const have = matched.get(want);
    return have === undefined || outdated.includes(have);
  });

  const pulls = pullSteps(desired, observed, toCreate);
  const pulled = pulls.map((step) => step.id);
  const disposals = [
    ...surplus.flatMap((container) =>
      disposeSteps(observed, desired, container, surplusReason(desired, container), pulled),
    ),
    ...outdated.flatMap((container) => disposeSteps(observed, desired, container, 'its service has changed', pulled)),
  ];
  const { steps: networks, blocked: networksBlocked } = networkSteps(
    desired,
    observed,
    toCreate,
    hash,
    pulled,
    disposals.map((step) => step.id),
  );
  const { steps: volumes, blocked: volumesBlocked } = volumeSteps(desired, observed, toCreate, hash, pulled);
  const objects = [...networks.filter((step) => step.action === 'create_network'), ...volumes].map((step) => step.id);

  const creates = toCreate.map((want) =>
    makeStep(observed, {
      id: `create:${want.spec.name}`,
      target: want.spec.name,
      service: want.service,
      because: createReason(desired, matched.get(want)),
      after: [
        ...pulled,
        ...objects,
        ...disposals.filter((step) => step.target === want.spec.name).map((step) => step.id),
        ...namespaceSteps(want, toCreate),
      ],
      detail: { do: 'create_container', container: want.spec },
    }),
  );
  const { steps: starts, waiting } = startSteps(desired, observed, wanted, matched, toCreate, surplusStops(disposals));
  const steps = [...pulls, ...disposals, ...networks, ...volumes, ...creates, ...starts];
  return {
    steps,
    waiting,
    blocked: [...networksBlocked, ...volumesBlocked],
    unchanged: wanted.length - toCreate.length,
  };
};

// A port of a container that goes is free only once it has stopped.
const surplusStops = (disposals: readonly Step[]): string[] =>
  disposals.filter((step) => step.action === 'stop_container').map((step) => step.id);

const matchContainers = (own: readonly ObservedContainer[], wanted: readonly WantedContainer[]) => {
  const matched = new Map<WantedContainer, ObservedContainer>();
  const taken = new Set<ObservedContainer>();
  for (const want of wanted) {
    const candidates = own
      .filter(
        (container) =>
          container.owner?.key === want.service &&
          container.owner.slot === want.slot &&
          container.state !== 'removing' &&
          container.state !== 'dead',
      )
      .sort((a, b) => rank(b, want) - rank(a, want) || a.createdAt.localeCompare(b.createdAt));
    const best = candidates[0];
    if (best === undefined) continue;
    matched.set(want, best);
    taken.add(best);
  }
  return { matched, surplus: own.filter((container) => !taken.has(container)) };
};

const rank = (container: ObservedContainer, want: WantedContainer): number =>
  (container.owner?.specHash === want.spec.owner.specHash ? 2 : 0) + (container.state === 'running' ? 1 : 0);

// A container that shares another's network must be made anew with it. So must one whose network is gone: the engine keeps
// the network's id in the container, and another network of the same name does not mend it.
const isRight = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  want: WantedContainer,
  have: ObservedContainer,
  matched: ReadonlyMap<WantedContainer, ObservedContainer>,
): boolean => {
  if (have.owner?.specHash !== want.spec.owner.specHash || lacksNetwork(desired, observed, want)) return false;
  const shared = want.spec.networkMode?.match(/^service:(.+)$/)?.[1];
  if (shared === undefined) return true;
  const partner = [...matched].find(([other]) => other.service === shared && other.slot === 0);
  return (
    partner !== undefined &&
    partner[0].spec.owner.specHash === partner[1].owner?.specHash &&
    partner[1].createdAt <= have.createdAt &&
    desired.spec.services[shared] !== undefined
  );
};

const lacksNetwork = (desired: DesiredApplication, observed: ObservedApplication, want: WantedContainer): boolean =>
  Object.keys(desired.spec.services[want.service]?.networks ?? {}).some((key) => {
    const spec = desired.spec.networks[key];
    return spec?.external !== true && findNetwork(desired, observed, objectName(desired.name, key, spec)) === undefined;
  });

const findNetwork = (desired: DesiredApplication, observed: ObservedApplication, name: string) =>
  observed.networks.find((network) => network.name === name && network.owner?.environment === desired.environment);

const namespaceSteps = (want: WantedContainer, toCreate: readonly WantedContainer[]): string[] => {
  const shared = want.spec.networkMode?.match(/^service:(.+)$/)?.[1];
  return toCreate
    .filter((other) => other.service === shared && other.slot === 0)
    .map((other) => `create:${other.spec.name}`);
};

const surplusReason = (desired: DesiredApplication, container: ObservedContainer): string => {
  const service = container.owner?.key ?? '';
  return desired.spec.services[service] === undefined
    ? `the service ${service} is no longer in the file`
    : `the service ${service} has fewer containers now`;
};

const createReason = (desired: DesiredApplication, former: ObservedContainer | undefined): string => {
  if (former !== undefined) return 'its service has changed';
  return desired.wishOpen ? 'the service wants it' : 'it is gone and has to be there';
};

const pullSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  toCreate: readonly WantedContainer[],
): Step[] => {
  const byImage = new Map<string, Step>();
  for (const want of toCreate) {
    const service = desired.spec.services[want.service];
    if (service === undefined) continue;
    const present = observed.imagesPresent.has(service.image);
    // A repair takes the image that is there: the tag may have moved on, and the registry may be away.
    if (present && (service.pullPolicy !== 'always' || !desired.wishOpen)) continue;
    const id = `pull:${service.image}`;
    if (!byImage.has(id))
      byImage.set(
        id,
        makeStep(observed, {
          id,
          target: service.image,
          service: want.service,
          because: present ? 'the file asks for the newest' : 'the host does not have it',
          detail: {
            do: 'pull_image',
            reference: service.image,
            platform: service.platform,
            policy: service.pullPolicy,
          },
        }),
      );
  }
  return [...byImage.values()];
};

const networkSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  toCreate: readonly WantedContainer[],
  hash: Hash,
  pulled: readonly string[],
  disposed: readonly string[],
) => {
  const steps: Step[] = [];
  const blocked: Problem[] = [];
  const keys = new Set(Object.values(desired.spec.services).flatMap((service) => Object.keys(service.networks)));
  const wantedNames = new Set<string>();
  for (const key of keys) {
    const spec = desired.spec.networks[key] ?? { external: false, labels: {} };
    const name = objectName(desired.name, key, spec);
    wantedNames.add(name);
    const have = findNetwork(desired, observed, name);
    const specHash = hash(canonicalJson(spec));
    if (spec.external) {
      if (have === undefined)
        blocked.push({
          severity: 'error',
          code: 'network_not_found',
          message: `The network ${spec.name ?? key} is not one of this environment`,
          path: `networks.${key}`,
        });
      continue;
    }
    const outdated =
      have !== undefined &&
      have.owner?.application === desired.id &&
      have.specHash !== undefined &&
      have.specHash !== specHash;
    if (have !== undefined && !outdated) continue;
    const create = { do: 'create_network', name, owner: ownerOf(desired, key), spec, specHash } as const;
    const after = [...pulled];
    if (outdated) {
      steps.push(
        makeStep(observed, {
          id: `remove:${have.id}`,
          target: name,
          because: 'its definition has changed',
          after: disposed,
          detail: { do: 'remove_network', network: have.id },
        }),
      );
      after.push(`remove:${have.id}`);
    }
    if (toCreate.length > 0)
      steps.push(
        makeStep(observed, {
          id: `network:${name}`,
          target: name,
          because: 'its services meet there',
          after,
          detail: create,
        }),
      );
  }
  for (const network of observed.networks)
    if (network.owner?.application === desired.id && !wantedNames.has(network.name))
      steps.push(
        makeStep(observed, {
          id: `remove:${network.id}`,
          target: network.name,
          because: 'no service uses it any more',
          after: disposed,
          detail: { do: 'remove_network', network: network.id },
        }),
      );
  return { steps, blocked };
};

const volumeSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  toCreate: readonly WantedContainer[],
  hash: Hash,
  pulled: readonly string[],
) => {
  const steps = new Map<string, Step>();
  const blocked: Problem[] = [];
  const byName = new Map(
    Object.entries(desired.spec.volumes).map(([key, spec]) => [objectName(desired.name, key, spec), { key, spec }]),
  );
  for (const want of toCreate)
    for (const mount of want.spec.mounts) {
      if (mount.kind !== 'volume' || mount.volume === undefined || steps.has(mount.volume)) continue;
      const { key, spec } = byName.get(mount.volume) ?? {
        key: `${want.service}-${want.slot + 1}:${mount.target}`,
        spec: { external: false, labels: {} },
      };
      const have = observed.volumes.find(
        (volume) => volume.name === mount.volume && volume.owner?.environment === desired.environment,
      );
      if (have !== undefined) continue;
      if (spec.external) {
        blocked.push({
          severity: 'error',
          code: 'volume_not_found',
          message: `The volume ${spec.name ?? key} is not one of this environment`,
          path: `volumes.${key}`,
        });
        continue;
      }
      steps.set(
        mount.volume,
        makeStep(observed, {
          id: `volume:${mount.volume}`,
          target: mount.volume,
          because: `${want.service} keeps data in it`,
          after: pulled,
          detail: {
            do: 'create_volume',
            name: mount.volume,
            owner: ownerOf(desired, key),
            spec,
            specHash: hash(canonicalJson(spec)),
          },
        }),
      );
    }
  return { steps: [...steps.values()], blocked };
};

const startSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  wanted: readonly WantedContainer[],
  matched: ReadonlyMap<WantedContainer, ObservedContainer>,
  toCreate: readonly WantedContainer[],
  stops: readonly string[],
): { steps: Step[]; waiting: Waiting[] } => {
  const own = ownContainers(observed, desired.id);
  const replacing = new Set(toCreate.map((want) => want.service));
  const started = new Map<string, Step[]>();
  let open = wanted.filter(
    (want) => toCreate.includes(want) || restartReason(desired, want, matched.get(want)) !== undefined,
  );
  // What is yet to be started itself satisfies nobody, whatever its last run came to.
  const unmet = (want: WantedContainer, pending: ReadonlySet<string>) =>
    dependenciesOf(desired.spec, want.service).filter(
      ({ name, condition }) =>
        pending.has(name) || !isSatisfied(desired, name, condition, own, replacing, started.has(name)),
    );
  const pendingOf = () => new Set(open.map((want) => want.service));
  // Round by round: a start can follow in this plan only when every start it needs is in it.
  for (;;) {
    const pending = pendingOf();
    const ready = open.filter((want) => unmet(want, pending).length === 0);
    if (ready.length === 0) break;
    const round = ready.map((want) => {
      const created = toCreate.includes(want);
      return makeStep(observed, {
        id: `start:${want.spec.name}`,
        target: want.spec.name,
        service: want.service,
        because: created
          ? createReason(desired, matched.get(want))
          : (restartReason(desired, want, matched.get(want)) ?? ''),
        after: [
          ...(created ? [`create:${want.spec.name}`] : []),
          ...stops,
          ...dependenciesOf(desired.spec, want.service).flatMap(({ name }) =>
            (started.get(name) ?? []).map((step) => step.id),
          ),
        ],
        detail: {
          do: 'start_container',
          container: created ? undefined : matched.get(want)?.id,
          service: want.service,
          slot: want.slot,
        },
      });
    });
    for (const step of round) started.set(step.service ?? '', [...(started.get(step.service ?? '') ?? []), step]);
    open = open.filter((want) => !ready.includes(want));
  }
  return {
    steps: [...started.values()].flat(),
    waiting: open.flatMap((want) =>
      unmet(want, pendingOf()).map(({ name, condition }) => ({ service: want.service, dependency: name, condition })),
    ),
  };
};

/** Why a container that does not run has to be started; undefined: it is to be left as it is. */
const restartReason = (
  desired: DesiredApplication,
  want: WantedContainer,
  have: ObservedContainer | undefined,
): string | undefined => {
  if (have === undefined || live(have)) return undefined;
  if (have.state === 'created') return 'it is to run';
  if (desired.wishOpen && !desired.startedForWish.has(want.spec.name)) return 'somebody asked for it to run';
  if (have.exit?.byEngine === true) return 'it ended with the Docker engine';
  const { policy } = desired.spec.services[want.service]?.restart ?? { policy: 'no' };
  // The engine itself restarts these, unless somebody stopped them by hand.
  return policy === 'always' || policy === 'unless-stopped' ? 'it was stopped, and has to run' : undefined;
};
