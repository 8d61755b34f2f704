// What an import would make of containers that run, and everything against it; the same for the dry run and for the act.
import { printApplication } from '@berth/compose/print-application.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Publication } from '@berth/contract/applications.ts';
import type { DescribedContainer, Observation, Owner } from '@berth/contract/engine-objects.ts';
import type { EnvironmentSettings } from '@berth/contract/environments.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Import, ImportPreview } from '@berth/contract/imports.ts';
import type { Problem } from '@berth/contract/problems.ts';
import { checkHost, checkPolicy, compilePublication } from '#applications/check-publication.ts';
import type { PortFacts } from '#applications/port-check.ts';
import { withAdoptedNames } from '#applications/adopted-names.ts';
import { findDifferences } from './differences.ts';
import { findPlaces, type Place } from './places.ts';
import { isOnBridge, specOfRunning, type Running } from './spec-of-running.ts';
import { findTakenOver, type TakenOver } from './taken-over.ts';

export interface Facts {
  readonly application: Id<'application'>;
  readonly environment: Id<'environment'>;
  readonly settings: EnvironmentSettings;
  readonly host: string;
  readonly containers: readonly DescribedContainer[];
  readonly observation: Observation;
  readonly others: PortFacts['others'];
}

export type Refusal = 'invalid_compose' | 'policy_violation' | 'impossible_plan';

export interface CheckedImport {
  readonly problems: readonly Problem[];
  readonly refusal: Refusal;
  readonly publication: Publication;
  /** Absent: the files cannot be read. */
  readonly made:
    | {
        readonly spec: ApplicationSpec;
        readonly places: readonly Place[];
        readonly takenOver: TakenOver;
        readonly scale: Readonly<Record<string, number>>;
        /** Image reference → what runs. */
        readonly images: Readonly<Record<string, { id: string }>>;
      }
    | undefined;
}

export const checkImport = (wish: Import, facts: Facts): CheckedImport => {
  const drivers = new Map(
    facts.observation.volumes.flatMap(({ name, driver }) => (driver === 'local' ? [] : [[name, driver]])),
  );
  const running = specOfRunning(facts.containers, drivers);
  const missing = wish.containers.filter((id) => !facts.containers.some((container) => container.id === id));
  const gone = missing.map((id): Problem => ({
    severity: 'error',
    code: 'container_not_found',
    message: `The host has no container ${id.slice(0, 12)} that is not Berth’s already`,
  }));
  const written = wish.bundle === undefined ? running.problems : [];
  const publication = publicationOf(wish, running);
  // Without them there is nothing to say of the rest.
  if (gone.length > 0) return { problems: gone, refusal: 'impossible_plan', publication, made: undefined };
  const compiled = compilePublication(publication);
  if ('problems' in compiled)
    return {
      problems: [...written, ...compiled.problems],
      refusal: 'invalid_compose',
      publication,
      made: undefined,
    };
  const { places, problems } =
    wish.bundle === undefined ? { places: running.places, problems: [] } : findPlaces(facts.containers, compiled.spec);
  const { problems: ofObjects, ...takenOver } = findTakenOver(compiled.spec, places, facts.observation);
  const spec = withAdoptedNames(compiled.spec, takenOver);
  const scale = scaleOf(spec, places);
  const policy = policyProblems(spec, running.spec, facts.settings);
  return {
    problems: [
      ...compiled.warnings,
      ...written,
      ...problems,
      ...ofObjects,
      ...bridgeProblems(places),
      ...policy,
      ...imageProblems(places, spec),
      ...hostProblems(wish.name, spec, scale, places, takenOver, facts),
    ],
    refusal: policy.length > 0 ? 'policy_violation' : 'impossible_plan',
    publication,
    made: { spec, places, takenOver, scale, images: imagesOf(places, spec) },
  };
};

export const presentImport = ({ problems, publication, made }: CheckedImport): ImportPreview => ({
  problems: [...problems],
  bundle: publication.bundle,
  variables: publication.variables ?? {},
  matches: (made?.places ?? []).flatMap(({ container, service, slot }) => {
    const file = made?.spec.services[service];
    if (made === undefined || file === undefined) return [];
    const differences = findDifferences(service, container.service, file, made.takenOver);
    return [{ container: container.id, name: container.name, service, slot, differences }];
  }),
});

/** The files given, or one written from what runs: either way the first revision is like any other. */
const publicationOf = (wish: Import, running: Running): Publication => {
  const common = { name: wish.name, note: 'Taken over as it ran' };
  if (wish.bundle === undefined) return { ...common, ...printApplication(running.spec, wish.name) };
  const { bundle, variables = {}, profiles = [] } = wish;
  return { ...common, bundle, variables, profiles };
};

const scaleOf = (spec: ApplicationSpec, places: readonly Place[]): Record<string, number> => {
  const counts = new Map<string, number>();
  for (const { service } of places) counts.set(service, (counts.get(service) ?? 0) + 1);
  return Object.fromEntries([...counts].filter(([service, count]) => spec.services[service]?.replicas !== count));
};

/** Policy is a door: for what the file says, and for what runs until the next upgrade. */
const policyProblems = (file: ApplicationSpec, runs: ApplicationSpec, settings: EnvironmentSettings): Problem[] => {
  const ofFile = checkPolicy(file, settings);
  const known = new Set(ofFile.map(({ code, path }) => `${code} ${path}`));
  const ofRunning = checkPolicy(runs, settings)
    .filter(({ code, path }) => !known.has(`${code} ${path}`))
    .map((problem): Problem => ({ ...problem, message: `As it runs: ${problem.message}` }));
  return [...ofFile, ...ofRunning];
};

const imagesOf = (places: readonly Place[], spec: ApplicationSpec): Record<string, { id: string }> => {
  const images: Record<string, { id: string }> = {};
  for (const { service, container } of places) {
    const reference = spec.services[service]?.image;
    // For this revision the file's name stands for what runs, even if that came by another name: nothing is replaced.
    if (reference !== undefined) images[reference] = { id: container.imageId };
  }
  return images;
};

// They reach one another there; once made anew, only what is on the application's network, too.
const bridgeProblems = (places: readonly Place[]): Problem[] => {
  const there = [
    ...new Set(places.flatMap(({ container, service }) => (isOnBridge(container) ? [service] : []))),
  ].sort();
  if (there.length < 2) return [];
  return [
    {
      severity: 'warning',
      code: 'apart_on_bridge',
      message: `The services ${there.join(', ')} run on the default bridge of the engine. The first of them that is made anew joins the application’s network, and reaches the others again when they are made anew as well: upgrade them together`,
    },
  ];
};

// A reference stands for one image in a revision: with two, one container would have to be replaced.
const imageProblems = (places: readonly Place[], spec: ApplicationSpec): Problem[] => {
  const ids = new Map<string, Set<string>>();
  for (const { service, container } of places) {
    const reference = spec.services[service]?.image ?? container.image;
    ids.set(reference, (ids.get(reference) ?? new Set()).add(container.imageId));
  }
  return [...ids].flatMap(([reference, found]): Problem[] =>
    found.size === 1
      ? []
      : [
          {
            severity: 'error',
            code: 'different_images',
            message: `The containers run different images under the name ${reference}; make them anew first, or import them apart`,
          },
        ],
  );
};

/** As if they were the application's already: their names and ports are no obstacle. */
const hostProblems = (
  name: string,
  spec: ApplicationSpec,
  scale: Readonly<Record<string, number>>,
  places: readonly Place[],
  takenOver: TakenOver,
  facts: Facts,
): Problem[] => {
  const { application, environment, observation } = facts;
  const owner = { environment, application, applicationName: name };
  const placeOf = new Map(places.map((place) => [place.container.id, place]));
  const others = (names: Readonly<Record<string, string>>) =>
    new Map(Object.entries(names).map(([key, held]) => [held, { ...owner, key }]));
  const [networks, volumes] = [others(takenOver.networks), others(takenOver.volumes)];
  const seen: Observation = {
    ...observation,
    containers: observation.containers.map((container) => {
      const place = placeOf.get(container.id);
      if (place === undefined) return container;
      const own = { ...owner, key: place.service, slot: place.slot, revision: 1, specHash: '' };
      return { ...container, owner: own };
    }),
    networks: observation.networks.map((network) => withOwner(network, networks.get(network.name))),
    volumes: observation.volumes.map((volume) => withOwner(volume, volumes.get(volume.name))),
  };
  return checkHost(
    { id: application, name, environment, spec, scale },
    { name: facts.host, observation: seen, listeners: [] },
    facts.others,
  );
};

const withOwner = <T extends { owner?: Owner | undefined }>(object: T, owner: Owner | undefined): T =>
  owner === undefined || object.owner !== undefined ? object : { ...object, owner };
