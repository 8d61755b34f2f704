// Builders for tests: each states a plain value, and a test says only what matters to it.
import type { ApplicationSpec, ServiceSpec } from '@berth/contract/application-spec.ts';
import type {
  ContainerOwner,
  ObservedContainer,
  ObservedNetwork,
  ObservedVolume,
} from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';

const body = (letter: string): string => letter.repeat(26);
export const applicationId = `app_${body('1')}` as Id<'application'>;
export const otherApplicationId = `app_${body('2')}` as Id<'application'>;
export const environmentId = `env_${body('1')}` as Id<'environment'>;
export const otherEnvironmentId = `env_${body('2')}` as Id<'environment'>;
export const hostId = `hst_${body('1')}` as Id<'host'>;
export const noon = '2026-01-01T12:00:00.000Z';

export const aService = (more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  image: 'sim/web:1',
  pullPolicy: 'missing',
  command: null,
  entrypoint: null,
  environment: {},
  labels: {},
  ports: [],
  expose: [],
  mounts: [],
  networks: { default: { aliases: [] } },
  links: [],
  dependsOn: {},
  restart: { policy: 'no' },
  replicas: 1,
  ...more,
});

export const dependsOn = (
  service: string,
  condition: ServiceSpec['dependsOn'][string]['condition'] = 'service_started',
): ServiceSpec['dependsOn'] => ({ [service]: { condition, required: true, restart: false } });

export const publish = (
  from: number,
  more: Partial<ServiceSpec['ports'][number]> = {},
): ServiceSpec['ports'][number] => ({
  target: 80,
  protocol: 'tcp',
  published: { from, to: from },
  ...more,
});

export const aSpec = (
  services: ApplicationSpec['services'],
  more: Partial<Omit<ApplicationSpec, 'services'>> = {},
): ApplicationSpec => ({
  services,
  networks: { default: { external: false, labels: {} } },
  volumes: {},
  ...more,
});

/** The application `shop`, asked to run; `want({ web: aService() })`. */
export const want = (
  services: ApplicationSpec['services'],
  more: Partial<DesiredApplication> & Partial<Omit<ApplicationSpec, 'services'>> = {},
): DesiredApplication => {
  const { networks, volumes, files, ...rest } = more;
  return {
    id: applicationId,
    name: 'shop',
    environment: environmentId,
    revision: 1,
    state: 'running',
    removeVolumes: false,
    spec: aSpec(services, {
      ...(networks === undefined ? {} : { networks }),
      ...(volumes === undefined ? {} : { volumes }),
      ...(files === undefined ? {} : { files }),
    }),
    scale: {},
    wishOpen: false,
    startedForWish: new Set(),
    restart: new Set(),
    images: {},
    upgrade: undefined,
    ...rest,
  };
};

export const ownerOfContainer = (service: string, slot = 0, more: Partial<ContainerOwner> = {}): ContainerOwner => ({
  environment: environmentId,
  application: applicationId,
  applicationName: 'shop',
  key: service,
  slot,
  revision: 1,
  specHash: 'right',
  ...more,
});

/** A running container of `shop`. */
export const up = (service: string, slot = 0, more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: `id-${service}-${slot}`,
  name: `berth-shop-${service}-${slot + 1}`,
  owner: ownerOfContainer(service, slot),
  image: 'sim/web:1',
  imageId: 'sha256:1',
  state: 'running',
  health: 'none',
  ports: [],
  networks: ['berth-shop_default'],
  createdAt: noon,
  restarts: 0,
  ...more,
});

export const exitOf = (code: number, more: Partial<NonNullable<ObservedContainer['exit']>> = {}) => ({
  code,
  at: noon,
  outOfMemory: false,
  error: '',
  byEngine: false,
  ...more,
});

/** A container of `shop` that has ended. */
export const ended = (service: string, code: number, slot = 0, more: Partial<ObservedContainer> = {}) =>
  up(service, slot, { state: 'exited', exit: exitOf(code), ...more });

/** A container that is not Berth's. */
export const foreign = (name: string, more: Partial<ObservedContainer> = {}): ObservedContainer => {
  const { owner: _, ...rest } = up('x', 0, { id: `id-${name}`, name, networks: ['bridge'], ...more });
  return rest;
};

export const aNetwork = (name: string, more: Partial<ObservedNetwork> = {}): ObservedNetwork => ({
  id: `id-${name}`,
  name,
  driver: 'bridge',
  owner: { environment: environmentId, application: applicationId, applicationName: 'shop', key: 'default' },
  createdAt: noon,
  ...more,
});

export const aVolume = (name: string, more: Partial<ObservedVolume> = {}): ObservedVolume => ({
  name,
  driver: 'local',
  owner: { environment: environmentId, application: applicationId, applicationName: 'shop', key: 'data' },
  ...more,
});

export const seen = (more: Partial<ObservedApplication> = {}): ObservedApplication => ({
  observedAt: noon,
  host: { id: hostId, name: 'alpha' },
  containers: [],
  networks: [],
  volumes: [],
  imagesPresent: new Map([['sim/web:1', 'sha256:1']]),
  ...more,
});
