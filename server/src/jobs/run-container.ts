// From a service's spec to the container of one run of it: the service's image, volumes, networks and files, with another
// command and no part in the service: no port, no alias, no check, no restart. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { ContainerSpec } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { DesiredApplication, ImagePins } from '#orchestration/desired.ts';
import { wantedContainers, type Hash } from '#orchestration/standalone/wanted-containers.ts';

export interface RunContainer {
  readonly run: string;
  readonly service: string;
  /** null: the service's own. */
  readonly command: readonly string[] | null;
  /** Set over the service's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The application as it would be with one container of the service and none of any other. */
export const desiredFor = (
  application: { id: Id<'application'>; name: string; environment: Id<'environment'> },
  service: string,
  revision: { number: number; spec: ApplicationSpec; images: ImagePins },
): DesiredApplication => ({
  ...application,
  revision: revision.number,
  state: 'running',
  removeVolumes: false,
  spec: revision.spec,
  scale: Object.fromEntries(Object.keys(revision.spec.services).map((name) => [name, name === service ? 1 : 0])),
  wishOpen: false,
  startedForWish: new Set(),
  restart: new Set(),
  images: revision.images,
  upgrade: undefined,
});

/** undefined: there is no such service any more. `image`: what to make it from, when not the reference itself. */
export const runContainer = (
  desired: DesiredApplication,
  run: RunContainer,
  image: string | undefined,
  hash: Hash,
): ContainerSpec | undefined => {
  const base = wantedContainers(desired, hash).find((wanted) => wanted.service === run.service)?.spec;
  if (base === undefined) return undefined;
  const { containerName: _, hostname: _h, domainname: _d, ...service } = base.service;
  return {
    ...base,
    name: runContainerName(desired.name, run),
    // One run, one container: that of the run is right, whatever the application has become meanwhile.
    owner: { ...base.owner, run: run.run, specHash: hash(run.run) },
    service: {
      ...service,
      image: image ?? service.image,
      command: run.command === null ? service.command : [...run.command],
      environment: { ...service.environment, ...run.environment },
      ports: [],
      restart: { policy: 'no' },
      healthcheck: { test: ['NONE'] },
    },
    networks: base.networks.map(({ name }) => ({ name, aliases: [] })),
  };
};

const nameTail = 8;

export const runContainerName = (
  application: string,
  { run, service }: Pick<RunContainer, 'run' | 'service'>,
): string => `berth-${application}-${service}-run-${run.slice(-nameTail)}`;
