// What a simulated engine holds, and the events it tells. In memory; a restart of the engine keeps it.
import { randomBytes } from 'node:crypto';
import type { Clock } from '@berth/common/clock.ts';

export interface SimLogLine {
  readonly atMs: number;
  readonly stream: 'out' | 'err';
  readonly text: string;
}

export interface SimPortBinding {
  readonly HostIp?: string;
  readonly HostPort?: string;
}

/** The part of a create body that the simulated engine reads. */
export interface SimCreateBody {
  readonly Image: string;
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Tty?: boolean;
  readonly Hostname?: string;
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  readonly Healthcheck?: { readonly Test?: readonly string[]; readonly Interval?: number };
  readonly HostConfig?: {
    readonly NetworkMode?: string;
    readonly PortBindings?: Readonly<Record<string, readonly SimPortBinding[]>>;
    readonly RestartPolicy?: { readonly Name?: string; readonly MaximumRetryCount?: number };
    readonly Binds?: readonly string[];
    readonly Mounts?: readonly {
      readonly Type: string;
      readonly Source?: string;
      readonly Target: string;
      readonly ReadOnly?: boolean;
    }[];
    readonly Memory?: number;
    readonly Privileged?: boolean;
  };
  readonly NetworkingConfig?: { readonly EndpointsConfig?: Readonly<Record<string, SimEndpoint>> };
}

export interface SimEndpoint {
  readonly Aliases?: readonly string[];
}

export interface SimContainer {
  readonly id: string;
  name: string;
  readonly body: SimCreateBody;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdMs: number;
  state: 'created' | 'running' | 'restarting' | 'exited';
  startedMs: number | undefined;
  finishedMs: number | undefined;
  exitCode: number;
  error: string;
  outOfMemory: boolean;
  restarts: number;
  /** Stopped by a person: `unless-stopped` stays down. */
  isStopped: boolean;
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** By name. */
  readonly networks: Map<string, SimEndpoint>;
  ports: { readonly target: number; readonly protocol: string; readonly hostIp: string; readonly hostPort: number }[];
  readonly logs: SimLogLine[];
  readonly files: Map<string, { readonly bytes: Buffer; readonly isFolder: boolean }>;
  /** Cancels what is still to happen to it. */
  readonly timers: Set<() => void>;
}

export interface SimNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdMs: number;
}

export interface SimVolume {
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

export interface SimImage {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
}

export interface SimExec {
  readonly id: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly tty: boolean;
  running: boolean;
  exitCode: number | null;
  size: { rows: number; columns: number };
}

export interface SimEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly time: number;
  readonly timeNano: number;
}

const logLinesMaximum = 100_000;

export class SimState {
  readonly clock: Clock;
  readonly containers = new Map<string, SimContainer>();
  readonly networks = new Map<string, SimNetwork>();
  readonly volumes = new Map<string, SimVolume>();
  readonly images = new Map<string, SimImage>();
  readonly execs = new Map<string, SimExec>();
  /** Ports held by programs that are no containers. */
  readonly heldPorts = new Set<number>();
  readonly #eventListeners = new Set<(event: SimEvent) => void>();
  readonly #logListeners = new Set<(container: SimContainer, line: SimLogLine | 'ended') => void>();
  nextPort = 49_153;
  /** Builds whose caller went away. */
  brokenBuilds = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  readonly newId = (): string => randomBytes(32).toString('hex');

  tell(type: string, action: string, id: string, attributes: Readonly<Record<string, string>>): void {
    const nowMs = this.clock.nowMs();
    const event: SimEvent = {
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      time: Math.floor(nowMs / 1000),
      timeNano: nowMs * 1e6,
    };
    for (const listener of this.#eventListeners) listener(event);
  }

  tellContainer(action: string, container: SimContainer, more: Readonly<Record<string, string>> = {}): void {
    this.tell('container', action, container.id, {
      ...container.labels,
      image: container.body.Image,
      name: container.name,
      ...more,
    });
  }

  onEvent(listener: (event: SimEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => void this.#eventListeners.delete(listener);
  }

  print(container: SimContainer, stream: 'out' | 'err', text: string): void {
    const line: SimLogLine = { atMs: this.clock.nowMs(), stream, text };
    container.logs.push(line);
    if (container.logs.length > logLinesMaximum) container.logs.shift();
    for (const listener of this.#logListeners) listener(container, line);
  }

  endLogs(container: SimContainer): void {
    for (const listener of this.#logListeners) listener(container, 'ended');
  }

  onLog(listener: (container: SimContainer, line: SimLogLine | 'ended') => void): () => void {
    this.#logListeners.add(listener);
    return () => void this.#logListeners.delete(listener);
  }

  /** By id, name, or the beginning of an id. */
  findContainer(reference: string): SimContainer | undefined {
    const plain = reference.replace(/^\//, '');
    const exact = this.containers.get(plain);
    if (exact !== undefined) return exact;
    for (const container of this.containers.values()) if (container.name === plain) return container;
    const begun = [...this.containers.values()].filter((container) => container.id.startsWith(plain));
    return /^[0-9a-f]{4,}$/.test(plain) && begun.length === 1 ? begun[0] : undefined;
  }

  findNetwork(reference: string): SimNetwork | undefined {
    const exact = this.networks.get(reference);
    return exact ?? [...this.networks.values()].find((network) => network.name === reference);
  }
}
