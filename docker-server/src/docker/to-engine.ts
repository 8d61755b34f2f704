// ContainerSpec → the engine's create body, built anew field by field: nothing of a caller's JSON reaches the engine. Pure.
import type { ContainerSpec } from '@berth/contract/engine-objects.ts';
import type { Mount, PublishedPort } from '@berth/contract/application-spec.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { isReserved, labelsOfContainerOwner, type Labels } from './labels.ts';

type Service = ContainerSpec['service'];
type NetworkUse = ContainerSpec['networks'][number];

export interface EngineEndpoint {
  Aliases?: string[];
  IPAMConfig?: { IPv4Address?: string; IPv6Address?: string };
  MacAddress?: string;
}

export type EngineCreateBody = Readonly<Record<string, unknown>> & {
  readonly HostConfig: Readonly<Record<string, unknown>>;
};

const nanosecondsPerMs = 1_000_000;
const portsMaximum = 2_000;

/**
 * `imageLabels`: what the image would hand down; those under our prefix are blanked. `filePaths`: where on the host the files
 * of the specification are, in their order.
 */
export const toCreateBody = (
  spec: ContainerSpec,
  imageLabels: Labels,
  filePaths: readonly string[] = [],
): EngineCreateBody => {
  const { service } = spec;
  return defined({
    Image: service.image,
    Cmd: service.command ?? undefined,
    // An empty list would leave the image's entrypoint; a list of one empty text clears it.
    Entrypoint: service.entrypoint === null ? undefined : service.entrypoint.length === 0 ? [''] : service.entrypoint,
    Env: Object.entries(service.environment).map(([name, value]) => (value === null ? name : `${name}=${value}`)),
    Labels: toLabels(spec, imageLabels),
    WorkingDir: service.workingDir,
    User: service.user,
    Hostname: service.hostname,
    Domainname: service.domainname,
    MacAddress: spec.networks[0]?.macAddress,
    Tty: service.tty,
    OpenStdin: service.stdinOpen,
    StopSignal: service.stopSignal,
    StopTimeout: service.stopGraceMs === undefined ? undefined : Math.ceil(service.stopGraceMs / 1000),
    Healthcheck: toHealthcheck(service.healthcheck),
    ExposedPorts: toExposedPorts(service),
    HostConfig: toHostConfig(spec, filePaths),
    NetworkingConfig: toNetworking(spec),
  });
};

const toLabels = (spec: ContainerSpec, imageLabels: Labels): Labels => {
  const refused = Object.keys(spec.service.labels).find(isReserved);
  if (refused !== undefined)
    throw new PlatformError('invalid_request', `The label ${refused} is one of Berth's own and cannot be given`);
  const blanked = Object.keys(imageLabels).filter(isReserved);
  return {
    ...Object.fromEntries(blanked.map((name) => [name, ''])),
    ...spec.service.labels,
    ...labelsOfContainerOwner(spec.owner),
  };
};

const toHealthcheck = (check: Service['healthcheck']) =>
  check === undefined
    ? undefined
    : defined({
        Test: check.test,
        Interval: nanoseconds(check.intervalMs),
        Timeout: nanoseconds(check.timeoutMs),
        StartPeriod: nanoseconds(check.startPeriodMs),
        Retries: check.retries,
      });

const nanoseconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * nanosecondsPerMs);

const toExposedPorts = (service: Service): Record<string, object> => {
  const exposed: Record<string, object> = {};
  for (const port of service.ports) exposed[`${port.target}/${port.protocol}`] = {};
  for (const text of service.expose) for (const port of expandPorts(text)) exposed[port] = {};
  return exposed;
};

const expandPorts = (text: string): string[] => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(text);
  if (match === null) throw new PlatformError('invalid_request', `${text} is no port to expose`);
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  if (to < from || to > 65_535 || to - from >= portsMaximum)
    throw new PlatformError('invalid_request', `${text} is no range of ports to expose`);
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${match[3] ?? 'tcp'}`);
};

const toPortBindings = (ports: readonly PublishedPort[]): Record<string, { HostIp: string; HostPort: string }[]> => {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { target, protocol, published, hostIp } of ports) {
    const hostPort =
      published === undefined
        ? ''
        : published.from === published.to
          ? String(published.from)
          : `${published.from}-${published.to}`;
    (bindings[`${target}/${protocol}`] ??= []).push({ HostIp: hostIp ?? '', HostPort: hostPort });
  }
  return bindings;
};

const toHostConfig = (spec: ContainerSpec, filePaths: readonly string[]): Readonly<Record<string, unknown>> => {
  const { service } = spec;
  return {
    ...toLimits(service),
    ...toIsolation(service),
    ...toMounts(spec.mounts, toFileMounts(spec, filePaths)),
    ...defined({
      NetworkMode: spec.networkMode ?? spec.networks[0]?.name ?? 'none',
      PortBindings: toPortBindings(service.ports),
      RestartPolicy: {
        Name: service.restart.policy,
        MaximumRetryCount: service.restart.policy === 'on-failure' ? (service.restart.maximumRetries ?? 0) : 0,
      },
      LogConfig:
        service.logging === undefined
          ? undefined
          : { Type: service.logging.driver, Config: { ...service.logging.options } },
      Dns: service.dns,
      DnsSearch: service.dnsSearch,
      DnsOptions: service.dnsOptions,
      ExtraHosts: service.extraHosts?.map(([name, address]) => `${name}:${address}`),
      Init: service.init,
      Runtime: service.runtime,
      Annotations: service.annotations,
    }),
  };
};

const toLimits = (service: Service) =>
  defined({
    Memory: service.memoryBytes,
    MemoryReservation: service.memoryReservationBytes,
    MemorySwap: service.memorySwapBytes,
    MemorySwappiness: service.memorySwappiness,
    NanoCpus: service.nanoCpus,
    CpuShares: service.cpuShares,
    CpuQuota: service.cpuQuota,
    CpuPeriod: service.cpuPeriod,
    CpusetCpus: service.cpuSet,
    PidsLimit: service.pidsLimit,
    ShmSize: service.shmBytes,
    OomScoreAdj: service.oomScoreAdj,
    OomKillDisable: service.oomKillDisable,
    Ulimits:
      service.ulimits === undefined
        ? undefined
        : Object.entries(service.ulimits).map(([name, { soft, hard }]) => ({ Name: name, Soft: soft, Hard: hard })),
    CgroupParent: service.cgroupParent,
  });

const toIsolation = (service: Service) =>
  defined({
    Privileged: service.privileged,
    ReadonlyRootfs: service.readOnly,
    CapAdd: service.capAdd,
    CapDrop: service.capDrop,
    SecurityOpt: service.securityOpt,
    Devices: service.devices?.map(toDevice),
    Sysctls: service.sysctls,
    GroupAdd: service.groupAdd,
    PidMode: service.pid,
    IpcMode: service.ipc,
    UTSMode: service.uts,
    UsernsMode: service.usernsMode,
    CgroupnsMode: service.cgroup,
  });

const toDevice = (text: string) => {
  const [host = '', second, third] = text.split(':');
  // `/dev/a:rw` names permissions where a path may stand.
  const permissions = third ?? (second !== undefined && /^[rwm]{1,3}$/.test(second) ? second : undefined);
  const inside = second === undefined || second === permissions ? host : second;
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions ?? 'rwm' };
};

const toFileMounts = (spec: ContainerSpec, filePaths: readonly string[]): Record<string, unknown>[] =>
  filePaths.map((path, index) => ({
    Type: 'bind',
    Source: path,
    Target: spec.files?.[index]?.target ?? '',
    ReadOnly: true,
  }));

const toMounts = (
  mounts: readonly Mount[],
  files: readonly Record<string, unknown>[],
): Readonly<Record<string, unknown>> => {
  const binds: string[] = [];
  const tmpfs: Record<string, string> = {};
  const others: Record<string, unknown>[] = [...files];
  for (const mount of mounts) {
    if (mount.kind === 'tmpfs' && mount.options !== undefined) tmpfs[mount.target] = tmpfsOptions(mount);
    else if (mount.kind === 'bind' && canBeBindText(mount)) binds.push(toBindText(mount));
    else others.push(toMount(mount));
  }
  return defined({
    Binds: binds.length > 0 ? binds : undefined,
    Tmpfs: Object.keys(tmpfs).length > 0 ? tmpfs : undefined,
    Mounts: others.length > 0 ? others : undefined,
  });
};

// Only the old text form makes a missing folder of the host; it cannot say a path with a colon.
const canBeBindText = (mount: Mount & { kind: 'bind' }): boolean =>
  mount.createHostPath === true && !mount.source.includes(':') && !mount.target.includes(':');

const toBindText = (mount: Mount & { kind: 'bind' }): string =>
  `${mount.source}:${mount.target}:${[mount.readOnly ? 'ro' : 'rw', mount.propagation].filter(Boolean).join(',')}`;

const toMount = (mount: Mount): Record<string, unknown> => {
  const common = { Type: mount.kind, Target: mount.target };
  if (mount.kind === 'volume')
    return defined({
      ...common,
      Source: mount.volume,
      ReadOnly: mount.readOnly || undefined,
      VolumeOptions: defined({ NoCopy: mount.noCopy, Subpath: mount.subpath }),
    });
  if (mount.kind === 'bind')
    return defined({
      ...common,
      Source: mount.source,
      ReadOnly: mount.readOnly || undefined,
      BindOptions: mount.propagation === undefined ? undefined : { Propagation: mount.propagation },
    });
  return { ...common, TmpfsOptions: defined({ SizeBytes: mount.sizeBytes, Mode: mount.mode }) };
};

const tmpfsOptions = (mount: Mount & { kind: 'tmpfs' }): string =>
  [
    mount.options,
    mount.sizeBytes === undefined ? undefined : `size=${mount.sizeBytes}`,
    mount.mode === undefined ? undefined : `mode=${mount.mode.toString(8)}`,
  ]
    .filter(Boolean)
    .join(',');

const toNetworking = (spec: ContainerSpec) => {
  const first = spec.networks[0];
  return first === undefined || spec.networkMode !== undefined
    ? undefined
    : { EndpointsConfig: { [first.name]: toEndpoint(first) } };
};

export const toEndpoint = (network: NetworkUse): EngineEndpoint =>
  defined({
    Aliases: network.aliases,
    IPAMConfig:
      network.ipv4 === undefined && network.ipv6 === undefined
        ? undefined
        : defined({ IPv4Address: network.ipv4, IPv6Address: network.ipv6 }),
    MacAddress: network.macAddress,
  });

/** Without the keys that are undefined: the engine must see exactly what was asked for. */
const defined = <T extends Record<string, unknown>>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } => {
  // The type says what the filter does.
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
};
