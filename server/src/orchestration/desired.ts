// What an application should be and what of it is seen: the two things every planner compares. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { DesiredState, UpgradeSettings } from '@berth/contract/applications.ts';
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Instant } from '@berth/contract/time.ts';

/** An upgrade that is not through. */
export interface DesiredUpgrade {
  /** `held`: nothing more is replaced; all heal as they are. `rolling_back`: replaced without waiting for good ones. */
  readonly state: 'rolling' | 'held' | 'rolling_back';
  /** What ran before: containers that are not replaced yet heal under it. */
  readonly former:
    | { readonly revision: number; readonly spec: ApplicationSpec; readonly images: ImagePins }
    | undefined;
  readonly settings: UpgradeSettings;
  /** False: accepted as it is; batches do not wait for good containers. */
  readonly isGated: boolean;
  /** Service → when a batch of it was last through; for the pause between batches. By the host's clock. */
  readonly batchDoneAt: Readonly<Record<string, Instant>>;
}

/** What an image reference stands for in a revision. */
export interface ImagePin {
  /** The engine's. */
  readonly id: string;
  /** `repository@sha256:…`, by which it can be had again; absent for what came from no registry. */
  readonly digest?: string | undefined;
}

/** By image reference; absent: not known yet. */
export type ImagePins = Readonly<Record<string, ImagePin>>;

export interface DesiredApplication {
  readonly id: Id<'application'>;
  readonly name: string;
  readonly environment: Id<'environment'>;
  readonly revision: number;
  readonly state: DesiredState;
  readonly removeVolumes: boolean;
  readonly spec: ApplicationSpec;
  /** Containers per service, where somebody scaled it; else the spec's own number. */
  readonly scale: Readonly<Record<string, number>>;
  /** Somebody asked for it to run, and this has not been carried out: finished containers run once more. */
  readonly wishOpen: boolean;
  /** Containers (by name) that were started already for that wish. */
  readonly startedForWish: ReadonlySet<string>;
  /** Services whose containers are to be restarted, each once, for the open wish. */
  readonly restart: ReadonlySet<string>;
  readonly images: ImagePins;
  /** References to be fetched although the host has them: their tags may have moved on. Absent: none. */
  readonly toFetch?: ReadonlySet<string>;
  /** undefined: nothing is on its way; what is outdated is still replaced batch by batch. */
  readonly upgrade: DesiredUpgrade | undefined;
  /** Ids of all applications of the environment, for who is the last on a network. Absent: not known. */
  readonly applicationsThere?: ReadonlySet<string>;
}

export interface ObservedApplication {
  /** By the host's clock, as are the times of containers: differences need no common clock. */
  readonly observedAt: Instant;
  readonly host: { readonly id: Id<'host'>; readonly name: string };
  /** All of the host; foreign ones have no owner. */
  readonly containers: readonly ObservedContainer[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** References and ids of images the engine is known to have, and the ids they stand for there now. */
  readonly imagesPresent: ReadonlyMap<string, string>;
}

export const replicasOf = (desired: Pick<DesiredApplication, 'spec' | 'scale'>, service: string): number =>
  desired.scale[service] ?? desired.spec.services[service]?.replicas ?? 0;

/**
 * What a new revision is to fetch before it is known what it stands for: images the file wants the newest of. Once known,
 * they are as little asked for again as all others: what has run is what runs again.
 */
export const imagesToFetch = (
  desired: Pick<DesiredApplication, 'spec' | 'scale' | 'images' | 'wishOpen'>,
  fetched: ReadonlySet<string>,
): ReadonlySet<string> =>
  new Set(
    Object.entries(desired.spec.services).flatMap(([name, { image, build, pullPolicy }]) =>
      desired.wishOpen &&
      pullPolicy === 'always' &&
      build === undefined &&
      desired.images[image] === undefined &&
      !fetched.has(image) &&
      replicasOf(desired, name) > 0
        ? [image]
        : [],
    ),
  );

/** While a wish is open, what the host has by a reference now is what the new revision means by it. */
export const withImagesOfHost = (
  desired: DesiredApplication,
  { imagesPresent }: Pick<ObservedApplication, 'imagesPresent'>,
): DesiredApplication => {
  if (!desired.wishOpen || desired.state !== 'running') return desired;
  const found = Object.values(desired.spec.services).flatMap(({ image }): [string, ImagePin][] => {
    const id = imagesPresent.get(image) ?? '';
    return id === '' || desired.toFetch?.has(image) === true ? [] : [[image, { id }]];
  });
  return { ...desired, images: { ...Object.fromEntries(found), ...desired.images } };
};

/** Whether a container made from that image is right. What cannot be had any more is asked of nobody. */
export const isPinnedImage = (
  pin: ImagePin | undefined,
  imageId: string,
  { imagesPresent }: Pick<ObservedApplication, 'imagesPresent'>,
): boolean => pin === undefined || pin.id === imageId || (pin.digest === undefined && !imagesPresent.has(pin.id));

/** The containers of one application. */
export const ownContainers = (
  observed: Pick<ObservedApplication, 'containers'>,
  application: string,
): ObservedContainer[] => observed.containers.filter((container) => container.owner?.application === application);

/** Those of them that stand for slots of services; a task's container does not. */
export const serviceContainers = (
  observed: Pick<ObservedApplication, 'containers'>,
  application: string,
): ObservedContainer[] => ownContainers(observed, application).filter(({ owner }) => owner?.run === undefined);
