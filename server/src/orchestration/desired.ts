// What an application should be and what of it is seen: the two things every planner compares. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { DesiredState } from '@berth/contract/applications.ts';
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';

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
}

export interface ObservedApplication {
  readonly host: { readonly id: Id<'host'>; readonly name: string };
  /** All of the host; foreign ones have no owner. */
  readonly containers: readonly ObservedContainer[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** References of images the engine is known to have. */
  readonly imagesPresent: ReadonlySet<string>;
}

export const replicasOf = (desired: Pick<DesiredApplication, 'spec' | 'scale'>, service: string): number =>
  desired.scale[service] ?? desired.spec.services[service]?.replicas ?? 0;

/** The containers of one application. */
export const ownContainers = (
  observed: Pick<ObservedApplication, 'containers'>,
  application: string,
): ObservedContainer[] => observed.containers.filter((container) => container.owner?.application === application);
