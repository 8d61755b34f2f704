// What the engine says of a container and its image, as far as a description reads it: the types of the library leave half
// of it out.
import type { Labels } from './labels.ts';

export type Healthcheck = {
  readonly Test?: readonly string[] | null | undefined;
  readonly Interval?: number | undefined;
  readonly Timeout?: number | undefined;
  readonly StartPeriod?: number | undefined;
  readonly Retries?: number | undefined;
};

/** The part of an image's, or container's, configuration that we compare. */
export interface ImageConfig {
  readonly Cmd?: readonly string[] | string | null | undefined;
  readonly Entrypoint?: readonly string[] | string | null | undefined;
  readonly Env?: readonly string[] | null | undefined;
  readonly Labels?: Labels | null | undefined;
  readonly WorkingDir?: string | undefined;
  readonly User?: string | undefined;
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null | undefined;
  readonly Healthcheck?: Healthcheck | null | undefined;
  readonly StopSignal?: string | undefined;
}

/** What containers get that say nothing. */
export interface EngineDefaults {
  readonly cgroup: string;
  readonly runtime: string;
  readonly loggingDriver: string;
}

/** `GET /containers/ID/json`, as far as we read it; the types of the library leave half of it out. */
export interface ForeignAnswer {
  readonly Id: string;
  readonly Name: string;
  readonly Created: string;
  readonly Image: string;
  readonly State: { readonly Status: string };
  readonly Config: ImageConfig & {
    readonly Image: string;
    readonly Hostname?: string | undefined;
    readonly Domainname?: string | undefined;
    readonly MacAddress?: string | undefined;
    readonly Tty?: boolean | undefined;
    readonly OpenStdin?: boolean | undefined;
    readonly StopTimeout?: number | undefined;
  };
  readonly HostConfig: object;
  readonly Mounts: readonly ForeignMount[];
  readonly NetworkSettings: { readonly Networks?: Readonly<Record<string, ForeignEndpoint>> | null };
}

export interface ForeignMount {
  readonly Type?: string | undefined;
  readonly Name?: string | undefined;
  readonly Source?: string | undefined;
  readonly Destination: string;
  readonly Mode?: string | undefined;
  readonly RW?: boolean | undefined;
  readonly Propagation?: string | undefined;
}

export interface ForeignEndpoint {
  readonly Aliases?: readonly string[] | null | undefined;
  /** `container:alias`, of links within a network. */
  readonly Links?: readonly string[] | null | undefined;
  readonly IPAMConfig?: { readonly IPv4Address?: string | undefined; readonly IPv6Address?: string } | null;
}

export interface HostConfig {
  readonly NetworkMode?: string;
  readonly PortBindings?: Readonly<Record<string, readonly { HostIp?: string; HostPort?: string }[] | null>> | null;
  readonly PublishAllPorts?: boolean;
  readonly RestartPolicy?: { readonly Name?: string; readonly MaximumRetryCount?: number };
  readonly Binds?: readonly string[] | null;
  readonly Mounts?: readonly {
    readonly Type: string;
    readonly Target: string;
    readonly VolumeOptions?: { readonly NoCopy?: boolean };
    readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
  }[];
  readonly Tmpfs?: Readonly<Record<string, string>> | null;
  readonly Links?: readonly string[] | null;
  readonly Memory?: number;
  readonly MemoryReservation?: number;
  readonly MemorySwap?: number;
  readonly MemorySwappiness?: number | null;
  readonly NanoCpus?: number;
  readonly CpuShares?: number;
  readonly CpuQuota?: number;
  readonly CpuPeriod?: number;
  readonly CpusetCpus?: string;
  readonly PidsLimit?: number | null;
  readonly ShmSize?: number;
  readonly OomScoreAdj?: number;
  readonly OomKillDisable?: boolean | null;
  readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[] | null;
  readonly CgroupParent?: string;
  readonly Privileged?: boolean;
  readonly ReadonlyRootfs?: boolean;
  readonly CapAdd?: readonly string[] | null;
  readonly CapDrop?: readonly string[] | null;
  readonly SecurityOpt?: readonly string[] | null;
  readonly Devices?:
    | readonly { readonly PathOnHost: string; readonly PathInContainer: string; readonly CgroupPermissions: string }[]
    | null;
  readonly Sysctls?: Readonly<Record<string, string>> | null;
  readonly GroupAdd?: readonly string[] | null;
  readonly PidMode?: string;
  readonly IpcMode?: string;
  readonly UTSMode?: string;
  readonly UsernsMode?: string;
  readonly CgroupnsMode?: string;
  readonly Dns?: readonly string[] | null;
  readonly DnsSearch?: readonly string[] | null;
  readonly DnsOptions?: readonly string[] | null;
  readonly ExtraHosts?: readonly string[] | null;
  readonly Init?: boolean | null;
  readonly Runtime?: string;
  readonly LogConfig?: { readonly Type?: string; readonly Config?: Readonly<Record<string, string>> | null };
}
