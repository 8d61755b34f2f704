// Which container stands for which service of a file, and in which slot: by what Docker Compose wrote on it, else by its
// name, else by its image where only one service has that. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { DescribedContainer } from '@berth/contract/engine-objects.ts';
import type { Problem } from '@berth/contract/problems.ts';

export interface Place {
  readonly container: DescribedContainer;
  readonly service: string;
  readonly slot: number;
}

export interface Placed {
  readonly places: readonly Place[];
  readonly problems: readonly Problem[];
}

export const findPlaces = (containers: readonly DescribedContainer[], spec: ApplicationSpec): Placed => {
  const problems: Problem[] = [];
  const members = new Map<string, DescribedContainer[]>();
  for (const container of containers) {
    const service = serviceOf(container, spec);
    if (service === undefined)
      problems.push({
        severity: 'error',
        code: 'no_service',
        message: `No service of the files is plainly the container ${container.name} (${container.image}); leave it out, or correct the files`,
      });
    else members.set(service, [...(members.get(service) ?? []), container]);
  }
  const places = [...members].flatMap(([service, group]) =>
    [...group].sort(byNumber).map((container, slot): Place => ({ container, service, slot })),
  );
  for (const [service, { replicas }] of Object.entries(spec.services))
    if (replicas > 0 && !members.has(service))
      problems.push({
        severity: 'warning',
        code: 'service_not_running',
        message: `No container of the service ${service} is taken over; it will be started`,
        path: `services.${service}`,
      });
  return { places, problems };
};

const byNumber = (one: DescribedContainer, other: DescribedContainer): number =>
  (one.projectNumber ?? 0) - (other.projectNumber ?? 0) || one.name.localeCompare(other.name);

const serviceOf = (container: DescribedContainer, spec: ApplicationSpec): string | undefined => {
  const { projectService, name, image } = container;
  if (projectService !== undefined && spec.services[projectService] !== undefined) return projectService;
  const services = Object.entries(spec.services);
  const only = (isIt: (key: string, service: (typeof services)[number][1]) => boolean): string | undefined => {
    const found = services.filter(([key, service]) => isIt(key, service));
    return found.length === 1 ? found[0]?.[0] : undefined;
  };
  return (
    only((key, service) => service.containerName === name || key === name) ??
    only((key) => new RegExp(`(^|[-_.])${escape(key)}([-_.]\\d+)?$`).test(name)) ??
    only((_, service) => service.image === image)
  );
};

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
