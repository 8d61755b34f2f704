// What the engine says of a container that is not ours → a service, as its Compose file would say it. Pure. What equals the
// image's own configuration, or the engine's default, is left out: a later image may say it differently.
import type { Mount, PublishedPort, ServiceSpec } from '@berth/contract/application-spec.ts';
import type { DescribedContainer } from '@berth/contract/engine-objects.ts';
import { toInstant } from '@berth/common/clock.ts';
import { millisecondsOf, stateOf } from './from-engine.ts';
import type {
  EngineDefaults,
  ForeignAnswer,
  ForeignMount,
  Healthcheck,
  HostConfig,
  ImageConfig,
} from './foreign-answer.ts';
import { isReserved, type Labels } from './labels.ts';

export const describeContainer = (
  answer: ForeignAnswer,
  image: ImageConfig,
  defaults: EngineDefaults,
): DescribedContainer => {
  const labels = answer.Config.Labels ?? {};
  const project = labels[composeLabels.project];
  const service = labels[composeLabels.service];
  const number = Number(labels[composeLabels.number]);
  return {
    id: answer.Id,
    name: answer.Name.replace(/^\//, ''),
    image: answer.Config.Image,
    imageId: answer.Image,
    state: stateOf(answer.State.Status),
    createdAt: toInstant(millisecondsOf(answer.Created) ?? 0),
    service: toService(answer, image, defaults),
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { projectService: service }),
    ...(Number.isInteger(number) && number > 0 ? { projectNumber: number } : {}),
  };
};

const composeLabels = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
} as const;

const toService = (answer: ForeignAnswer, image: ImageConfig, defaults: EngineDefaults): ServiceSpec => {
  const config = answer.Config;
  // The library's type for it is a wish's, not an answer's.
  const host = answer.HostConfig as HostConfig;
  const { MaximumRetryCount: retries } = host.RestartPolicy ?? {};
  return {
    image: config.Image,
    pullPolicy: 'missing',
    ...toProgram(config, image),
    environment: toEnvironment(config.Env ?? [], image.Env ?? []),
    labels: toLabels(config.Labels ?? {}, image.Labels ?? {}),
    ports: toPorts(host, config),
    expose: toExpose(host, config, image),
    mounts: toMounts(answer, host),
    ...toNetworks(answer, host),
    links: [],
    dependsOn: {},
    replicas: 1,
    restart: {
      policy: policies.find((policy) => policy === host.RestartPolicy?.Name) ?? 'no',
      ...(retries === undefined || retries === 0 ? {} : { maximumRetries: retries }),
    },
    ...toLimits(host),
    ...toIsolation(host, defaults),
    ...given({
      healthcheck: isSame(config.Healthcheck, image.Healthcheck) ? undefined : toHealthcheck(config.Healthcheck),
      workingDir: differing(config.WorkingDir, image.WorkingDir),
      user: differing(config.User, image.User),
      // What nobody named is the beginning of the id, or on the host's network the host's own.
      hostname:
        config.Hostname === answer.Id.slice(0, 12) || isNamespaceOf(host.NetworkMode) || host.UTSMode === 'host'
          ? undefined
          : config.Hostname || undefined,
      domainname: config.Domainname || undefined,
      tty: config.Tty || undefined,
      stdinOpen: config.OpenStdin || undefined,
      stopSignal:
        config.StopSignal === 'SIGTERM' && !image.StopSignal
          ? undefined
          : differing(config.StopSignal, image.StopSignal),
      stopGraceMs: config.StopTimeout === undefined ? undefined : config.StopTimeout * 1000,
      externalLinks: list([...(host.Links ?? []).map(toLink), ...endpointLinks(answer)]),
      dns: list(host.Dns),
      dnsSearch: list(host.DnsSearch),
      dnsOptions: list(host.DnsOptions),
      extraHosts: list(host.ExtraHosts?.map(toExtraHost)),
      init: host.Init ?? undefined,
      runtime: host.Runtime === defaults.runtime ? undefined : host.Runtime || undefined,
      logging: toLogging(host.LogConfig, defaults),
    }),
  };
};

const policies = ['no', 'always', 'on-failure', 'unless-stopped'] as const;

/** An entrypoint of its own makes the engine forget the image's command: then the command has to be said. */
const toProgram = (config: ImageConfig, image: ImageConfig): Pick<ServiceSpec, 'command' | 'entrypoint'> => {
  const entrypoint = words(config.Entrypoint);
  const command = words(config.Cmd);
  if (isSame(entrypoint, words(image.Entrypoint)))
    return { entrypoint: null, command: isSame(command, words(image.Cmd)) || command.length === 0 ? null : command };
  // Cleared, it is one empty text.
  const isCleared = entrypoint.join('') === '';
  return { entrypoint: isCleared ? [] : entrypoint, command: command.length === 0 ? null : command };
};

const words = (value: readonly string[] | string | null | undefined): string[] =>
  typeof value === 'string' ? [value] : [...(value ?? [])];

const toEnvironment = (own: readonly string[], inherited: readonly string[]): Record<string, string | null> => {
  const known = new Set(inherited);
  const result: Record<string, string | null> = {};
  for (const line of own) {
    const equals = line.indexOf('=');
    if (known.has(line)) continue;
    if (equals < 0) result[line] = null;
    else result[line.slice(0, equals)] = line.slice(equals + 1);
  }
  return result;
};

/** Docker Compose writes its own bookkeeping on its containers; half of ours is not to be passed on either. */
const toLabels = (own: Labels, inherited: Labels): Record<string, string> =>
  Object.fromEntries(
    Object.entries(own).filter(
      ([name, value]) => inherited[name] !== value && !name.startsWith('com.docker.compose.') && !isReserved(name),
    ),
  );

const protocols = ['tcp', 'udp', 'sctp'] as const;

const readPort = (text: string): Pick<PublishedPort, 'target' | 'protocol'> | undefined => {
  const [number, name = 'tcp'] = text.split('/');
  const target = Number(number);
  const protocol = protocols.find((candidate) => candidate === name);
  return protocol === undefined || !Number.isInteger(target) ? undefined : { target, protocol };
};

const toPorts = (host: HostConfig, config: ImageConfig): PublishedPort[] => {
  const all = host.PublishAllPorts === true ? Object.keys(config.ExposedPorts ?? {}) : [];
  const bound = Object.entries(host.PortBindings ?? {});
  const loose = all.filter((port) => !bound.some(([name]) => name === port));
  return [
    ...bound.flatMap(([name, bindings]) =>
      (bindings ?? []).flatMap(({ HostIp, HostPort }) => {
        const port = readPort(name);
        if (port === undefined) return [];
        const published = toRange(HostPort ?? '');
        // Every address of the host is what is meant by none.
        const hostIp = HostIp === '0.0.0.0' ? undefined : HostIp || undefined;
        return [{ ...port, ...given({ published, hostIp }) }];
      }),
    ),
    ...loose.flatMap((name) => readPort(name) ?? []),
  ].sort((one, other) => one.target - other.target || one.protocol.localeCompare(other.protocol));
};

const toRange = (text: string): PublishedPort['published'] => {
  const [from, to = from] = text.split('-').map(Number);
  return from === undefined || to === undefined || !(from > 0) || !(to >= from) ? undefined : { from, to };
};

const toExpose = (host: HostConfig, config: ImageConfig, image: ImageConfig): string[] => {
  const isKnown = (port: string): boolean => port in (image.ExposedPorts ?? {}) || port in (host.PortBindings ?? {});
  return Object.keys(config.ExposedPorts ?? {})
    .filter((port) => !isKnown(port) && host.PublishAllPorts !== true)
    .map((port) => port.replace(/\/tcp$/, ''))
    .sort();
};

const toMounts = (answer: ForeignAnswer, host: HostConfig): Mount[] => {
  const mounts = answer.Mounts.flatMap((mount): Mount[] => {
    const readOnly = mount.RW === false;
    const common = { target: mount.Destination, readOnly };
    if (mount.Type === 'volume' && mount.Name !== undefined)
      return [{ kind: 'volume', volume: mount.Name, ...common, ...given({ noCopy: isWithoutCopy(mount, host) }) }];
    if (mount.Type !== 'bind') return [];
    const propagation = mount.Propagation === 'rprivate' ? undefined : mount.Propagation || undefined;
    const bind = host.Binds?.some((text) => text.split(':')[1] === mount.Destination) === true;
    return [
      {
        kind: 'bind',
        source: mount.Source ?? '',
        ...common,
        ...given({ propagation, createHostPath: bind || undefined }),
      },
    ];
  });
  const simple = Object.entries(host.Tmpfs ?? {}).map(([target, options]): Mount => ({
    kind: 'tmpfs',
    target,
    ...given({ options: options || undefined }),
  }));
  const sized = (host.Mounts ?? []).flatMap(({ Type, Target, TmpfsOptions }): Mount[] =>
    Type === 'tmpfs'
      ? [
          {
            kind: 'tmpfs',
            target: Target,
            ...given({ sizeBytes: TmpfsOptions?.SizeBytes || undefined, mode: TmpfsOptions?.Mode || undefined }),
          },
        ]
      : [],
  );
  return [...mounts, ...simple, ...sized].sort((one, other) => one.target.localeCompare(other.target));
};

const isWithoutCopy = ({ Destination, Mode }: ForeignMount, host: HostConfig): true | undefined =>
  Mode?.split(',').includes('nocopy') === true ||
  host.Mounts?.some(({ Target, VolumeOptions }) => Target === Destination && VolumeOptions?.NoCopy === true) === true
    ? true
    : undefined;

const isNamespaceOf = (mode: string | undefined): boolean =>
  mode === 'host' || mode === 'none' || mode?.startsWith('container:') === true;

const toNetworks = (
  answer: ForeignAnswer,
  { NetworkMode: mode = 'default' }: HostConfig,
): Pick<ServiceSpec, 'networks' | 'networkMode'> => {
  if (isNamespaceOf(mode)) return { networks: {}, networkMode: mode };
  const joined = Object.entries(answer.NetworkSettings.Networks ?? {});
  // The engine's own bridge has no names to find anybody by; it is not a network an application can have.
  const own = joined.filter(([name]) => name !== 'bridge');
  if (own.length === 0) return { networks: {}, networkMode: 'bridge' };
  const networks: ServiceSpec['networks'] = {};
  for (const [name, { Aliases, IPAMConfig }] of own)
    networks[name] = {
      aliases: (Aliases ?? []).filter((alias) => !answer.Id.startsWith(alias)),
      ...given({ ipv4: IPAMConfig?.IPv4Address || undefined, ipv6: IPAMConfig?.IPv6Address || undefined }),
      ...(name === mode && answer.Config.MacAddress ? { macAddress: answer.Config.MacAddress } : {}),
    };
  return { networks };
};

const nanosecondsPerMs = 1_000_000;

const toHealthcheck = (check: Healthcheck | null | undefined): ServiceSpec['healthcheck'] => {
  const ms = (nanoseconds: number | undefined) => (nanoseconds ? nanoseconds / nanosecondsPerMs : undefined);
  return check === null || check === undefined
    ? undefined
    : given({
        test: list(check.Test),
        intervalMs: ms(check.Interval),
        timeoutMs: ms(check.Timeout),
        startPeriodMs: ms(check.StartPeriod),
        retries: check.Retries || undefined,
      });
};

const defaultShmBytes = 64 * 1024 * 1024;

const toLimits = (host: HostConfig) =>
  given({
    memoryBytes: host.Memory || undefined,
    memoryReservationBytes: host.MemoryReservation || undefined,
    // The engine fills in twice the memory.
    memorySwapBytes: host.MemorySwap === (host.Memory ?? 0) * 2 ? undefined : host.MemorySwap || undefined,
    memorySwappiness: host.MemorySwappiness === -1 ? undefined : (host.MemorySwappiness ?? undefined),
    nanoCpus: host.NanoCpus || undefined,
    cpuShares: host.CpuShares || undefined,
    cpuQuota: host.CpuQuota || undefined,
    cpuPeriod: host.CpuPeriod || undefined,
    cpuSet: host.CpusetCpus || undefined,
    pidsLimit: host.PidsLimit || undefined,
    shmBytes: host.ShmSize === defaultShmBytes ? undefined : host.ShmSize || undefined,
    oomScoreAdj: host.OomScoreAdj || undefined,
    oomKillDisable: host.OomKillDisable || undefined,
    ulimits:
      (host.Ulimits ?? []).length === 0
        ? undefined
        : Object.fromEntries((host.Ulimits ?? []).map(({ Name, Soft, Hard }) => [Name, { soft: Soft, hard: Hard }])),
    cgroupParent: host.CgroupParent || undefined,
  });

const toIsolation = (host: HostConfig, defaults: EngineDefaults) => {
  // The engine adds it by itself where a namespace of the host is shared.
  const securityOpt = host.SecurityOpt?.filter((option) => option !== 'label=disable');
  return given({
    privileged: host.Privileged || undefined,
    readOnly: host.ReadonlyRootfs || undefined,
    capAdd: list(host.CapAdd),
    capDrop: list(host.CapDrop),
    securityOpt: list(securityOpt),
    devices: list(
      host.Devices?.map(
        ({ PathOnHost, PathInContainer, CgroupPermissions }) =>
          `${PathOnHost}:${PathInContainer || PathOnHost}:${CgroupPermissions || 'rwm'}`,
      ),
    ),
    sysctls: Object.keys(host.Sysctls ?? {}).length === 0 ? undefined : { ...host.Sysctls },
    groupAdd: list(host.GroupAdd),
    pid: host.PidMode || undefined,
    ipc: host.IpcMode === 'private' ? undefined : host.IpcMode || undefined,
    uts: host.UTSMode || undefined,
    usernsMode: host.UsernsMode || undefined,
    cgroup: host.CgroupnsMode === defaults.cgroup ? undefined : host.CgroupnsMode || undefined,
  });
};

/** `/db:/web/database` says that the container `db` is found as `database`. */
const toLink = (text: string): string => {
  const [name = '', place = ''] = text.split(':');
  return `${name.replace(/^\//, '')}:${place.slice(place.lastIndexOf('/') + 1)}`;
};

const endpointLinks = ({ NetworkSettings }: ForeignAnswer): string[] => [
  ...new Set(Object.values(NetworkSettings.Networks ?? {}).flatMap(({ Links }) => Links ?? [])),
];

const toExtraHost = (text: string): [string, string] => {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
};

const toLogging = (log: HostConfig['LogConfig'], defaults: EngineDefaults): ServiceSpec['logging'] => {
  const options = { ...log?.Config };
  const driver = log?.Type || defaults.loggingDriver;
  return driver === defaults.loggingDriver && Object.keys(options).length === 0 ? undefined : { driver, options };
};

const differing = (own: string | undefined, inherited: string | undefined): string | undefined =>
  own === (inherited ?? '') || own === '' ? undefined : own;

const list = <T>(values: readonly T[] | null | undefined): T[] | undefined =>
  values === null || values === undefined || values.length === 0 ? undefined : [...values];

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Without the keys that are undefined. */
const given = <T extends Record<string, unknown>>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } => {
  // The type says what the filter does.
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
};
