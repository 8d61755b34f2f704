// What the engine lists and inspects → observed objects. Pure; the recorded pairs beside the test are real answers.
import type {
  ContainerOwner,
  ObservedContainer,
  ObservedNetwork,
  ObservedVolume,
  Owner,
} from '@berth/contract/engine-objects.ts';
import type { BoundPort } from '@berth/contract/containers.ts';
import { fromInstant, toInstant } from '@berth/common/clock.ts';
import { containerOwnerOf, ownerOf, specHashOf, type Labels } from './labels.ts';
import { plainWords } from './plain-words.ts';

/** The part we read of one entry of `GET /containers/json`. */
export interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[] | null;
  readonly Image: string;
  readonly ImageID: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Ports: readonly { IP?: string; PrivatePort: number; PublicPort?: number; Type: string }[] | null;
  readonly Labels: Labels | null;
  readonly State: string;
  /** `Up 3 minutes (healthy)`, `Exited (137) 2 hours ago`. */
  readonly Status: string;
  readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, unknown>> | null } | null;
}

/** The part we keep of `GET /containers/ID/json`. */
export interface Inspected {
  readonly image: string;
  readonly createdMs: number;
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly error: string;
  readonly restarts: number;
  readonly tty: boolean;
  readonly isRunning: boolean;
}

export interface InspectAnswer {
  readonly Created: string;
  readonly RestartCount?: number;
  readonly Config: { readonly Image: string; readonly Tty: boolean };
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly Error: string;
    readonly StartedAt: string;
    readonly FinishedAt: string;
  };
}

export const toInspected = (answer: InspectAnswer): Inspected => ({
  image: answer.Config.Image,
  createdMs: millisecondsOf(answer.Created) ?? 0,
  startedMs: millisecondsOf(answer.State.StartedAt),
  finishedMs: millisecondsOf(answer.State.FinishedAt),
  exitCode: answer.State.ExitCode,
  outOfMemory: answer.State.OOMKilled,
  error: plainWords(answer.State.Error),
  restarts: answer.RestartCount ?? 0,
  tty: answer.Config.Tty,
  isRunning: answer.State.Status === 'running',
});

/** The engine writes the year 1 for never, and nanoseconds where we keep milliseconds. */
export const millisecondsOf = (text: string): number | undefined => {
  if (text === '' || text.startsWith('0001-')) return undefined;
  const ms = fromInstant(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(ms) ? undefined : ms;
};

const states: Readonly<Record<string, ObservedContainer['state']>> = {
  created: 'created',
  running: 'running',
  paused: 'paused',
  restarting: 'restarting',
  exited: 'exited',
  dead: 'dead',
  removing: 'removing',
};
// A state that a later engine may bring: neither running nor gone.
const unheardOf = 'dead' as const;

export const stateOf = (word: string): ObservedContainer['state'] => states[word] ?? unheardOf;

/**
 * `inspected`: for containers of ours. `byEngine`: whether an exit at that time came with the engine's. `adoptedBy`: whose it
 * is when no label says it. `ourNetworks`: of a foreign one no others are told.
 */
export const toObservedContainer = (
  listed: ListedContainer,
  inspected: Inspected | undefined,
  byEngine: (startedMs: number | undefined, finishedMs: number) => boolean,
  adoptedBy?: ContainerOwner,
  ourNetworks: ReadonlySet<string> = new Set(),
): ObservedContainer => {
  const labelled = containerOwnerOf(listed.Labels);
  const owner = labelled ?? adoptedBy;
  // Listed between two runs and inspected in the next one: it has no exit code then.
  const hasStarted = inspected?.isRunning === true && ['restarting', 'exited'].includes(listed.State);
  const state = hasStarted ? 'running' : stateOf(listed.State);
  const common = {
    id: listed.Id,
    name: (listed.Names?.find((name) => !name.slice(1).includes('/')) ?? '').replace(/^\//, ''),
    imageId: listed.ImageID,
    state,
    ports: toPorts(listed.Ports ?? []),
    createdAt: toInstant(listed.Created * 1000),
  };
  const networks = Object.keys(listed.NetworkSettings?.Networks ?? {}).sort();
  if (owner === undefined || inspected === undefined)
    return {
      ...common,
      image: listed.Image,
      health: 'none',
      networks: networks.filter((name) => ourNetworks.has(name)),
      restarts: 0,
    };
  const exit = isUp(state) ? undefined : toExit(inspected, byEngine);
  return {
    ...common,
    owner,
    ...(labelled === undefined ? { adopted: true } : {}),
    // The list shows an id once a tag has moved on; what was asked for is in the configuration.
    image: inspected.image,
    health: toHealth(listed.Status),
    networks,
    createdAt: toInstant(inspected.createdMs),
    ...(inspected.startedMs === undefined ? {} : { startedAt: toInstant(inspected.startedMs) }),
    ...(exit === undefined ? {} : { exit }),
    restarts: inspected.restarts,
  };
};

const isUp = (state: ObservedContainer['state']): boolean => state === 'running' || state === 'paused';

const toExit = (
  inspected: Inspected,
  byEngine: (startedMs: number | undefined, finishedMs: number) => boolean,
): ObservedContainer['exit'] => {
  const { finishedMs, startedMs, exitCode, error, outOfMemory } = inspected;
  // A start that failed never ended: the engine keeps its word on it, and a code, but no time.
  if (finishedMs === undefined)
    return error === ''
      ? undefined
      : { code: exitCode, at: toInstant(inspected.createdMs), outOfMemory, error, byEngine: false };
  return { code: exitCode, at: toInstant(finishedMs), outOfMemory, error, byEngine: byEngine(startedMs, finishedMs) };
};

/** The list says health only in words. */
export const toHealth = (status: string): ObservedContainer['health'] => {
  if (status.endsWith('(healthy)')) return 'healthy';
  if (status.endsWith('(unhealthy)')) return 'unhealthy';
  return status.endsWith('(health: starting)') ? 'starting' : 'none';
};

const protocols: Readonly<Record<string, BoundPort['protocol']>> = { tcp: 'tcp', udp: 'udp', sctp: 'sctp' };

const toPorts = (ports: NonNullable<ListedContainer['Ports']>): BoundPort[] => {
  const seen = new Map<string, BoundPort>();
  for (const port of ports) {
    const bound: BoundPort = {
      target: port.PrivatePort,
      protocol: protocols[port.Type] ?? 'tcp',
      ...(port.IP === undefined || port.IP === '' ? {} : { hostIp: port.IP }),
      ...(port.PublicPort === undefined || port.PublicPort === 0 ? {} : { hostPort: port.PublicPort }),
    };
    seen.set(JSON.stringify(bound), bound);
  }
  return [...seen.values()].sort(
    (a, b) =>
      a.target - b.target ||
      (a.hostPort ?? 0) - (b.hostPort ?? 0) ||
      a.protocol.localeCompare(b.protocol) ||
      (a.hostIp ?? '').localeCompare(b.hostIp ?? ''),
  );
};

export interface ListedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Created?: string;
  readonly Labels?: Labels | null | undefined;
}

export const toObservedNetwork = (listed: ListedNetwork, adoptedBy?: Owner): ObservedNetwork => ({
  id: listed.Id,
  name: listed.Name,
  driver: listed.Driver,
  ...ownerAndHash(listed.Labels, adoptedBy),
  createdAt: toInstant(millisecondsOf(listed.Created ?? '') ?? 0),
});

export interface ListedVolume {
  readonly Name: string;
  readonly Driver: string;
  readonly Labels?: Labels | null | undefined;
}

export const toObservedVolume = (listed: ListedVolume, adoptedBy?: Owner): ObservedVolume => ({
  name: listed.Name,
  driver: listed.Driver,
  ...ownerAndHash(listed.Labels, adoptedBy),
});

const ownerAndHash = (labels: Labels | null | undefined, adoptedBy: Owner | undefined) => {
  const owner = ownerOf(labels);
  const specHash = specHashOf(labels);
  if (owner === undefined) return adoptedBy === undefined ? {} : { owner: adoptedBy };
  return specHash === undefined ? { owner } : { owner, specHash };
};
