// Where a container that runs is not what the file says: place by place, in words. Pure.
import type { Mount, PublishedPort, ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ImportPreview } from '@berth/contract/imports.ts';
import type { TakenOver } from './taken-over.ts';

type Difference = ImportPreview['matches'][number]['differences'][number];

const textMaximumCharacters = 2_000;
const differencesMaximum = 200;

/** `runs` has the engine's names, `file` the keys of the file. */
export const findDifferences = (
  service: string,
  runs: ServiceSpec,
  file: ServiceSpec,
  { networks, volumes }: TakenOver,
): Difference[] => {
  const told = describe(runs, {
    network: keyOf(networks),
    volume: keyOf(volumes),
    isOfFile: false,
  });
  const wanted = describe(file, { network: (key) => key, volume: (key) => key, isOfFile: true });
  if (told['networks'] === bridgeText && Object.keys(file.networks).length > 0)
    wanted['networks'] = `${wanted['networks']}, which it joins when it is made anew`;
  const paths = [...new Set([...Object.keys(told), ...Object.keys(wanted)])].sort();
  return paths
    .filter((path) => told[path] !== wanted[path])
    .slice(0, differencesMaximum)
    .map((path) => ({
      path: `services.${service}.${path}`,
      runs: (told[path] ?? '').slice(0, textMaximumCharacters),
      file: (wanted[path] ?? '').slice(0, textMaximumCharacters),
    }));
};

const keyOf = (names: Readonly<Record<string, string>>): ((name: string) => string) => {
  const keys = new Map(Object.entries(names).map(([key, name]) => [name, key]));
  return (name) => keys.get(name) ?? name;
};

interface Naming {
  readonly network: (name: string) => string;
  readonly volume: (name: string) => string;
  readonly isOfFile: boolean;
}

// Compared one for one: what is absent on one side is a difference. The rest of a service says how it is run, not what.
const plainFields = [
  'command',
  'entrypoint',
  'workingDir',
  'user',
  'hostname',
  'healthcheck',
  'restart',
  'memoryBytes',
  'memoryReservationBytes',
  'nanoCpus',
  'cpuShares',
  'cpuQuota',
  'cpuSet',
  'pidsLimit',
  'shmBytes',
  'ulimits',
  'capAdd',
  'capDrop',
  'securityOpt',
  'devices',
  'sysctls',
  'privileged',
  'readOnly',
  'init',
  'extraHosts',
  'dns',
  'logging',
] as const satisfies readonly (keyof ServiceSpec)[];

const describe = (service: ServiceSpec, naming: Naming): Record<string, string> => {
  const told: Record<string, string> = { image: service.image };
  for (const field of plainFields) {
    const value = service[field];
    if (value !== undefined && value !== null) told[field] = JSON.stringify(value);
  }
  for (const [name, value] of Object.entries(service.environment)) told[`environment.${name}`] = value ?? '(unset)';
  for (const [name, value] of Object.entries(service.labels)) told[`labels.${name}`] = value;
  told['ports'] = service.ports.map(portText).sort().join(', ');
  for (const mount of service.mounts) told[`volumes.${mount.target}`] = mountText(mount, naming);
  told['networks'] =
    Object.keys(service.networks).map(naming.network).sort().join(', ') || modeText(service.networkMode, naming);
  return told;
};

const bridgeText = 'the default bridge of the engine';

// `service:KEY` in the file is `container:ID` on the engine.
const modeText = (mode: string | undefined, { isOfFile }: Naming): string => {
  if (mode === undefined) return '';
  if (mode === 'bridge') return bridgeText;
  return (isOfFile ? /^service:/ : /^container:/).test(mode) ? 'of another container' : mode;
};

const portText = ({ target, protocol, published, hostIp }: PublishedPort): string => {
  const host =
    published === undefined
      ? ''
      : published.from === published.to
        ? published.from
        : `${published.from}-${published.to}`;
  return `${hostIp === undefined ? '' : `${hostIp}:`}${host}:${target}/${protocol}`;
};

const mountText = (mount: Mount, { volume }: Naming): string => {
  const mode = mount.kind !== 'tmpfs' && mount.readOnly ? ' (read-only)' : '';
  switch (mount.kind) {
    case 'volume':
      // Without a name in the file, the engine made one up.
      return `volume ${mount.volume === undefined ? 'without a name' : volume(mount.volume)}${mode}`;
    case 'bind':
      return `folder ${mount.source}${mode}`;
    case 'tmpfs':
      return 'tmpfs';
  }
};
