// A simulated container in the engine's JSON. Pure, but for the age in words.
import { toInstant } from '@berth/common/clock.ts';
import type { SimContainer, SimState } from './sim-state.ts';

const never = '0001-01-01T00:00:00Z';
const toTime = (ms: number | undefined): string => (ms === undefined ? never : toInstant(ms));

export const toListJson = (state: SimState, container: SimContainer) => ({
  Id: container.id,
  Names: [`/${container.name}`],
  Image: container.body.Image,
  ImageID: container.imageId,
  Command: (container.body.Cmd ?? []).join(' '),
  Created: Math.floor(container.createdMs / 1000),
  Ports: [
    ...container.ports.map((port) => ({
      IP: port.hostIp,
      PrivatePort: port.target,
      PublicPort: port.hostPort,
      Type: port.protocol,
    })),
    ...exposedOnly(container),
  ],
  Labels: container.labels,
  State: container.state,
  Status: statusText(state, container),
  HostConfig: { NetworkMode: container.body.HostConfig?.NetworkMode ?? 'default' },
  NetworkSettings: { Networks: networksJson(state, container) },
  Mounts: mountsJson(container),
});

const exposedOnly = (container: SimContainer) =>
  container.state !== 'running'
    ? []
    : Object.keys(container.body.ExposedPorts ?? {})
        .map((key) => key.split('/'))
        .filter(([target]) => !container.ports.some((port) => String(port.target) === target))
        .map(([target, protocol]) => ({ PrivatePort: Number(target), Type: protocol }));

const statusText = (state: SimState, container: SimContainer): string => {
  const seconds = (ms: number | undefined) => Math.floor((state.clock.nowMs() - (ms ?? 0)) / 1000);
  if (container.state === 'created') return 'Created';
  if (container.state === 'exited')
    return `Exited (${container.exitCode}) ${seconds(container.finishedMs)} seconds ago`;
  if (container.state === 'restarting')
    return `Restarting (${container.exitCode}) ${seconds(container.finishedMs)} seconds ago`;
  const health = { none: '', starting: ' (health: starting)', healthy: ' (healthy)', unhealthy: ' (unhealthy)' };
  return `Up ${seconds(container.startedMs)} seconds${health[container.health]}`;
};

const mountsJson = (container: SimContainer) => [
  ...(container.body.HostConfig?.Mounts ?? [])
    .filter(({ Type }) => Type !== 'tmpfs')
    .map(({ Type, Source, Target, ReadOnly }) => ({
      Type,
      ...(Type === 'volume' ? { Name: Source } : {}),
      Source: Type === 'volume' ? `/var/lib/docker/volumes/${Source}/_data` : Source,
      Destination: Target,
      RW: ReadOnly !== true,
      Mode: '',
      Propagation: Type === 'bind' ? 'rprivate' : '',
    })),
  ...(container.body.HostConfig?.Binds ?? []).map((text) => {
    const [source = '', target = '', mode = ''] = text.split(':');
    const isBind = source.startsWith('/');
    return {
      Type: isBind ? 'bind' : 'volume',
      ...(isBind ? {} : { Name: source }),
      Source: isBind ? source : `/var/lib/docker/volumes/${source}/_data`,
      Destination: target,
      RW: !mode.split(',').includes('ro'),
      Mode: mode,
      Propagation: isBind ? 'rprivate' : '',
    };
  }),
];

/** What only an inspection tells, as it was given. */
const configJson = ({ id, body }: SimContainer) => ({
  Hostname: body.Hostname ?? id.slice(0, 12),
  Domainname: '',
  User: body.User ?? '',
  WorkingDir: body.WorkingDir ?? '',
  Entrypoint: body.Entrypoint ?? null,
  OpenStdin: false,
  ...(body.Healthcheck === undefined ? {} : { Healthcheck: body.Healthcheck }),
});

const networksJson = (state: SimState, container: SimContainer) =>
  Object.fromEntries(
    [...container.networks].map(([name, endpoint]) => [
      name,
      { Aliases: endpoint.Aliases ?? null, NetworkID: state.findNetwork(name)?.id ?? '', IPAddress: '' },
    ]),
  );

export const toInspectJson = (state: SimState, container: SimContainer) => ({
  Id: container.id,
  Created: toTime(container.createdMs),
  Path: container.body.Cmd?.[0] ?? '',
  Args: container.body.Cmd?.slice(1) ?? [],
  State: {
    Status: container.state,
    Running: container.state === 'running' || container.state === 'restarting',
    Paused: false,
    Restarting: container.state === 'restarting',
    OOMKilled: container.outOfMemory,
    Dead: false,
    Pid: container.state === 'running' ? 4242 : 0,
    ExitCode: container.exitCode,
    Error: container.error,
    StartedAt: toTime(container.startedMs),
    FinishedAt: toTime(container.finishedMs),
    ...(container.health === 'none' ? {} : { Health: { Status: container.health, FailingStreak: 0, Log: [] } }),
  },
  Image: container.imageId,
  Name: `/${container.name}`,
  RestartCount: container.restarts,
  Driver: 'overlay2',
  Platform: 'linux',
  HostConfig: { ...container.body.HostConfig },
  Mounts: mountsJson(container),
  Config: {
    ...configJson(container),
    Env: container.body.Env ?? [],
    Cmd: container.body.Cmd ?? null,
    Image: container.body.Image,
    Labels: container.labels,
    Tty: container.body.Tty === true,
    ExposedPorts: container.body.ExposedPorts ?? {},
  },
  NetworkSettings: { Ports: {}, Networks: networksJson(state, container) },
});
