// The steps of a standalone plan, and the few ways in which they are put together. Pure.
import type { Build, NetworkSpec, VolumeSpec } from '@berth/contract/application-spec.ts';
import type { ContainerSpec, ObservedContainer, Owner } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import type { PlannedStep } from '#orchestration/driver.ts';

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
  | { readonly do: 'rename_container'; readonly container: string; readonly name: string }
  | {
      readonly do: 'build_image';
      readonly reference: string;
      readonly service: string;
      readonly owner: Owner;
      readonly build: Build;
    }
  | { readonly do: 'remove_network'; readonly network: string }
  | { readonly do: 'remove_volume'; readonly volume: string };

export type StandaloneStep = PlannedStep<StandaloneDetail>;

export const isLive = (container: ObservedContainer): boolean =>
  container.state === 'running' || container.state === 'restarting' || container.state === 'paused';

type StepInput = Pick<StandaloneStep, 'id' | 'target' | 'because' | 'detail'> &
  Partial<Pick<StandaloneStep, 'after' | 'service'>>;

export const makeStep = (observed: ObservedApplication, input: StepInput): StandaloneStep => ({
  after: [],
  ...input,
  action: input.detail.do,
  host: observed.host.name,
});

export const stopStep = (
  observed: ObservedApplication,
  desired: DesiredApplication,
  container: ObservedContainer,
  because: string,
  after: readonly string[],
): StandaloneStep => {
  const service = container.owner?.key ?? '';
  const graceMs = desired.spec.services[service]?.stopGraceMs;
  return makeStep(observed, {
    id: `stop:${container.name}`,
    target: container.name,
    because,
    after,
    service,
    detail: { do: 'stop_container', container: container.id, graceMs },
  });
};

/** Stop, then remove. */
export const disposeSteps = (
  observed: ObservedApplication,
  desired: DesiredApplication,
  container: ObservedContainer,
  because: string,
  after: readonly string[],
): StandaloneStep[] => {
  const stop = isLive(container) ? [stopStep(observed, desired, container, because, after)] : [];
  const remove = makeStep(observed, {
    id: `remove:${container.name}`,
    target: container.name,
    because,
    after: stop.length === 0 ? after : [...after, ...stop.map((step) => step.id)],
    service: container.owner?.key ?? '',
    detail: { do: 'remove_container', container: container.id },
  });
  return [...stop, remove];
};

/** The service whose network a container is to share. */
export const sharedService = (networkMode: string | undefined): string | undefined =>
  networkMode?.startsWith('service:') === true ? networkMode.slice('service:'.length) : undefined;
