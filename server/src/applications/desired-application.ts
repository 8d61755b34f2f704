// From the rows to what the planner is to bring about: in an upgrade that turned back, that is the former revision. And from
// a host's list to what it compares with.
import { readBundle } from '@berth/compose/bundle.ts';
import { contextFiles } from '@berth/compose/build-context.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Build } from '@berth/contract/application-spec.ts';
import type { Publication } from '@berth/contract/applications.ts';
import type { Observation } from '@berth/contract/engine-objects.ts';
import type { Allowed } from '#authz/authorize.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLink } from '#hosts/docker-server-links.ts';
import {
  imagesToFetch,
  ownContainers,
  replicasOf,
  type DesiredApplication,
  type DesiredUpgrade,
  type ObservedApplication,
} from '#orchestration/desired.ts';
import { serviceContainers } from './application-conditions.ts';
import { listIdsOfEnvironment, type ApplicationRow } from './application-store.ts';
import { desiredContainers } from './application-view.ts';
import { startedContainers, type OperationTracker } from './operation-tracker.ts';
import { readRevision, readSpecAndImages, writeImages, type RevisionImages } from './revision-store.ts';
import { effectiveRevision, settingsOf, upgradeOf } from './upgrade-state.ts';

export const readDesired = async (
  db: Db,
  allowed: Allowed<'modify', 'application'>,
  row: ApplicationRow,
  tracker: OperationTracker | undefined,
): Promise<DesiredApplication> => {
  const revision = effectiveRevision(row);
  const { spec, images } = await readSpecAndImages(db, allowed, revision);
  const progress = tracker?.progress() ?? [];
  const fetched = progress.flatMap(({ action, target, state }) =>
    action === 'pull_image' && state === 'done' ? [target] : [],
  );
  const desired: DesiredApplication = {
    id: row.id,
    name: row.name,
    environment: row.environment_id,
    revision,
    state: row.desired_state,
    removeVolumes: row.remove_volumes !== 0,
    spec,
    scale: JSON.parse(row.scale) as Record<string, number>,
    // Until it has been carried out, whatever became of its operation: a start that failed is still wanted.
    wishOpen: row.observed_generation < row.generation,
    startedForWish: startedContainers(progress),
    restart: new Set(JSON.parse(row.restart_services) as string[]),
    images,
    upgrade: await readUpgrade(db, allowed, row),
    ...(row.desired_state === 'removed'
      ? { applicationsThere: new Set(await listIdsOfEnvironment(db, row.environment_id)) }
      : {}),
  };
  return { ...desired, toFetch: imagesToFetch(desired, new Set(fetched)) };
};

const readUpgrade = async (
  db: Db,
  allowed: Allowed<'modify', 'application'>,
  row: ApplicationRow,
): Promise<DesiredUpgrade | undefined> => {
  const upgrade = upgradeOf(row);
  if (upgrade === undefined || upgrade.state === 'done' || upgrade.state === 'rolled_back') return undefined;
  const common = { settings: settingsOf(row), batchDoneAt: upgrade.batchDoneAt };
  // What failed is not to be healed under its own spec any more.
  if (upgrade.state === 'rolling_back') return { ...common, state: 'rolling_back', former: undefined, isGated: false };
  const { spec, images } = await readSpecAndImages(db, allowed, upgrade.from);
  const former = { revision: upgrade.from, spec, images };
  return { ...common, state: upgrade.state, former, isGated: !upgrade.isAccepted };
};

export const toObserved = (host: ObservedApplication['host'], observation: Observation): ObservedApplication => ({
  observedAt: observation.observedAt,
  host,
  containers: observation.containers,
  networks: observation.networks,
  volumes: observation.volumes,
  imagesPresent: new Map(),
});

/** References a pass may need, the former revision's too. */
const referencesOf = ({ spec, upgrade }: DesiredApplication): string[] => [
  ...new Set(
    [...Object.values(spec.services), ...Object.values(upgrade?.former?.spec.services ?? {})].map(
      (service) => service.image,
    ),
  ),
];

/** After steps that got all they needed: what was looked for and what was pulled is there. */
export const withAllImages = (desired: DesiredApplication, observed: ObservedApplication): ObservedApplication => {
  const known = new Map(ownContainers(observed, desired.id).map(({ image, imageId }) => [image, imageId]));
  return {
    ...observed,
    imagesPresent: new Map([
      ...observed.imagesPresent,
      ...referencesOf(desired).map((reference): [string, string] => [
        reference,
        desired.images[reference]?.id ?? observed.imagesPresent.get(reference) ?? known.get(reference) ?? '',
      ]),
    ]),
  };
};

// Images are asked for only when something may have to be made: a pass over a converged application costs one list.
export const withImages = async (
  link: DockerServerLink,
  desired: DesiredApplication,
  observed: ObservedApplication,
): Promise<ObservedApplication> => {
  if (desired.state !== 'running') return observed;
  const own = serviceContainers(observed, desired.id);
  const wanted = desiredContainers(desired.spec, desired.scale);
  if (
    desired.upgrade === undefined &&
    (desired.toFetch?.size ?? 0) === 0 &&
    own.length === wanted &&
    own.every(({ owner, image, imageId }) => {
      const pin = desired.images[image]?.id;
      return owner?.revision === desired.revision && (pin === undefined || pin === imageId);
    })
  )
    return withAllImages(desired, observed);
  const client = link.client();
  const pins = [...Object.values(desired.images), ...Object.values(desired.upgrade?.former?.images ?? {})].map(
    ({ id }) => id,
  );
  const found = await Promise.all(
    [...new Set([...referencesOf(desired), ...pins])].map(async (reference): Promise<[string, string][]> => {
      const { image } = await client.findImage({ query: { reference } });
      return image === null ? [] : [[reference, image.id]];
    }),
  );
  // What a reference stands for is there under its id too.
  const byId = found.flat().map(([, id]): [string, string] => [id, id]);
  return { ...observed, imagesPresent: new Map([...found.flat(), ...byId]) };
};

/** The first time all images a revision needs are on the host, they are what it stands for from then on. */
export const pinImages = async (
  db: Db,
  allowed: Allowed<'modify', 'application'>,
  link: DockerServerLink,
  desired: DesiredApplication,
): Promise<boolean> => {
  const services = Object.entries(desired.spec.services);
  const needed = new Set(services.flatMap(([name, { image }]) => (replicasOf(desired, name) > 0 ? [image] : [])));
  if (desired.state !== 'running' || needed.size === 0 || Object.keys(desired.images).length > 0) return false;
  const client = link.client();
  const images: RevisionImages = {};
  for (const reference of new Set(services.map(([, { image }]) => image))) {
    const { image } = await client.findImage({ query: { reference } });
    if (image === null && needed.has(reference)) return false;
    if (image === null) continue;
    const digest = digestFor(reference, image.digests);
    images[reference] = { id: image.id, ...(digest === undefined ? {} : { digest }) };
  }
  await writeImages(db, allowed, desired.revision, images);
  return true;
};

/** An image may have come from several repositories: it is had again from where the reference says. */
const digestFor = (reference: string, digests: readonly string[]): string | undefined => {
  const repository = reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const familiar = repository.replace(/^docker\.io\/(library\/)?/, '');
  return digests.find((digest) => digest.startsWith(`${familiar}@`));
};

/** The files an image is built from, out of the bundle its revision came with. No Compose file is read for it. */
export const readBuildContext = async (
  db: Db,
  allowed: Allowed<'modify', 'application'>,
  revision: number,
  build: Build,
): Promise<Record<string, string>> => {
  const row = await readRevision(db, allowed, revision);
  if (row === undefined) throw new PlatformError('not_found', `Revision ${revision} is not kept any more`);
  return contextFiles(readBundle(JSON.parse(row.bundle) as Publication['bundle']), build);
};
