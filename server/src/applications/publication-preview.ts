// The answer to a dry run: the plan the reconciler would make now, what changes for each service, and what would be lost.
import type { NewId } from '@berth/common/new-id.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { PlanStep, Preview, UpgradeSettings } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { HostLook } from '#hosts/look-at-host.ts';
import {
  imagesToFetch,
  withImagesOfHost,
  type DesiredApplication,
  type ImagePins,
  type ObservedApplication,
} from '#orchestration/desired.ts';
import { canonicalJson } from '#orchestration/standalone/canonical-json.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import { planStandalone } from '#orchestration/standalone/standalone-plan.ts';
import { describeReplacement } from '#orchestration/update-settings.ts';
import type { CheckedChange } from './change-check.ts';
import { lastGoodRevision } from './upgrade-state.ts';

interface Asked extends CheckedChange {
  readonly name: string;
  readonly environment: Id<'environment'>;
  readonly revision: number;
  readonly settings: UpgradeSettings;
  /** What the revision's references stand for, when it has run before. */
  readonly images: ImagePins;
  readonly newId: NewId;
}

export const previewChange = async (input: Asked): Promise<Preview> => {
  const { spec, former, view, scale } = input;
  const services: Preview['services'] = [
    ...Object.entries(spec.services).map(([name, service]) => {
      const replicas = scale[name] ?? service.replicas;
      const change = changeOf(former?.services[name], service);
      const common = { name, image: service.image, replicas, change };
      return change === 'changed' && replicas > 0
        ? { ...common, upgrade: describeReplacement(spec, input.settings, name, replicas) }
        : common;
    }),
    ...Object.entries(former?.services ?? {})
      .filter(([name]) => spec.services[name] === undefined)
      .map(([name, service]) => ({ name, image: service.image, replicas: 0, change: 'removed' as const })),
  ];
  const common = { problems: [...input.problems], losses: [...input.losses] };
  if (!('host' in view)) return { ...common, steps: [], unchanged: 0, services };
  const asked = desiredOf(input);
  const observed = await observedOf(asked, view);
  const desired = withImagesOfHost(asked, observed);
  const plan = planStandalone(desired, observed, sha256);
  const steps = plan.steps.map(({ id, action, target, service, host, because }): PlanStep => ({
    id,
    action,
    target,
    host,
    because,
    ...(service === undefined ? {} : { service }),
  }));
  return { ...common, steps, unchanged: plan.unchanged, services };
};

const desiredOf = (input: Asked): DesiredApplication => {
  const number = input.known === undefined ? null : lastGoodRevision(input.known);
  const desired: DesiredApplication = {
    id: input.known?.id ?? input.newId('application'),
    name: input.name,
    environment: input.environment,
    revision: input.revision,
    state: 'running',
    removeVolumes: false,
    spec: input.spec,
    scale: input.scale,
    wishOpen: true,
    startedForWish: new Set(),
    restart: new Set(),
    images: input.images,
    upgrade: {
      state: 'rolling',
      former:
        number === null || input.former === undefined
          ? undefined
          : { revision: number, spec: input.former, images: {} },
      settings: input.settings,
      isGated: true,
      batchDoneAt: {},
    },
  };
  return { ...desired, toFetch: imagesToFetch(desired, new Set()) };
};

const observedOf = async (desired: DesiredApplication, view: HostLook): Promise<ObservedApplication> => {
  const pins = Object.values(desired.images).map(({ id }) => id);
  const images = [...new Set([...Object.values(desired.spec.services).map((service) => service.image), ...pins])];
  const present = await Promise.all(
    images.map(async (image): Promise<[string, string][]> => {
      const id = await view.findImage(image);
      return id === undefined
        ? []
        : [
            [image, id],
            [id, id],
          ];
    }),
  );
  return {
    host: { id: '' as Id<'host'>, name: view.host.name },
    ...view.host.observation,
    imagesPresent: new Map(present.flat()),
  };
};

const changeOf = (
  former: ApplicationSpec['services'][string] | undefined,
  now: ApplicationSpec['services'][string],
) => {
  if (former === undefined) return 'added' as const;
  return canonicalJson(former) === canonicalJson(now) ? ('unchanged' as const) : ('changed' as const);
};
