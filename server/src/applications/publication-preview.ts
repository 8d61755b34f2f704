// The answer to a dry run: the plan the reconciler would make now, and what changes for each service.
import type { NewId } from '@berth/common/new-id.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { PlanStep, Preview } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import { canonicalJson } from '#orchestration/standalone/canonical-json.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import { planStandalone } from '#orchestration/standalone/standalone-plan.ts';
import type { Checked } from './application-actions.ts';

export const previewPublication = async (
  input: Checked & { spec: ApplicationSpec; name: string; environment: Id<'environment'>; newId: NewId },
): Promise<Preview> => {
  const { spec, known, former, view } = input;
  const services = [
    ...Object.entries(spec.services).map(([name, service]) => ({
      name,
      image: service.image,
      replicas: input.scale?.[name] ?? service.replicas,
      change: changeOf(former?.services[name], service),
    })),
    ...Object.entries(former?.services ?? {})
      .filter(([name]) => spec.services[name] === undefined)
      .map(([name, service]) => ({ name, image: service.image, replicas: 0, change: 'removed' as const })),
  ];
  if (view === undefined || !('host' in view))
    return { problems: [...input.problems], steps: [], unchanged: 0, services };
  const images = [...new Set(Object.values(spec.services).map((service) => service.image))];
  const present = await Promise.all(images.map(async (image) => ((await view.hasImage(image)) ? [image] : [])));
  const plan = planStandalone(
    {
      id: known?.id ?? input.newId('application'),
      name: input.name,
      environment: input.environment,
      revision: (known?.revision ?? 0) + 1,
      state: 'running',
      removeVolumes: false,
      spec,
      scale: input.scale ?? {},
      wishOpen: true,
      startedForWish: new Set(),
    },
    {
      host: { id: '' as Id<'host'>, name: view.host.name },
      ...view.host.observation,
      imagesPresent: new Set(present.flat()),
    },
    sha256,
  );
  const steps = plan.steps.map(({ id, action, target, service, host, because }): PlanStep => ({
    id,
    action,
    target,
    host,
    because,
    ...(service === undefined ? {} : { service }),
  }));
  return { problems: [...input.problems], steps, unchanged: plan.unchanged, services };
};

const changeOf = (
  former: ApplicationSpec['services'][string] | undefined,
  now: ApplicationSpec['services'][string],
) => {
  if (former === undefined) return 'added' as const;
  return canonicalJson(former) === canonicalJson(now) ? ('unchanged' as const) : ('changed' as const);
};
