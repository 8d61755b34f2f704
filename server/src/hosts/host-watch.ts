// Watches one connected host: lists everything in full, keeps the rows true, and rings when something of an
// application changed. The engine's events are only hints to list again.
import { isDeepStrictEqual } from 'node:util';
import { nowInstant, sleep, type Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { Observation, ObservedContainer } from '@berth/contract/docker-server-api.ts';
import type { HostState } from '@berth/contract/hosts.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import type { LiveHub } from '#live/live-hub.ts';
import type { DockerServerLink } from './docker-server-links.ts';
import { listObserved, writeHostFacts, writeHostState, writeObservation } from './host-store.ts';

const listEveryMs = 30_000;
// Events come in flocks (create, connect, start): one list answers them all.
const settleMs = 50;
// While a pass of ours works on the host, its steps make the events, and it lists for itself when it is done.
const settleWhileWorkingMs = 2_000;

export interface HostWatch {
  /**
   * A complete list begun after this call, or at most `maxAgeMs` before it; callers that ask together share one.
   * An older list is right where every step that follows from it may be done twice.
   */
  readonly observe: (maxAgeMs?: number) => Promise<Observation>;
  /** Does work that changes the host; meanwhile the engine's events ask for lists less often. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  /** Resolves when the connection is gone and the last word on the host is written. */
  readonly ended: Promise<void>;
}

export interface HostWatchParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly live: LiveHub;
  /** Something of this application was seen to change. */
  readonly ring: (application: string) => void;
  /** The host came, went, or changed its state: everything on it wants a look. */
  readonly ringAll: (environment: string) => void;
}

export const startHostWatch = (parts: HostWatchParts, link: DockerServerLink): HostWatch => {
  const { clock, db, log } = parts;
  let known: Map<string, ObservedContainer> | undefined;
  let running: Promise<Observation> | undefined;
  let next: Promise<Observation> | undefined;
  let cancelSettle: (() => void) | undefined;
  let works = 0;
  let lastState: HostState | undefined;
  let latest: { observation: Observation; begunMs: number } | undefined;

  const list = async (): Promise<Observation> => {
    const begunMs = clock.monotonicMs();
    const observation = await link.client().observe();
    known ??= new Map(
      (await listObserved(db, link.host)).map((row) => [row.id, JSON.parse(row.observed) as ObservedContainer]),
    );
    const ours = observation.containers.filter((container) => container.owner?.environment === link.environment);
    const changed = ours.filter((container) => !isDeepStrictEqual(known?.get(container.id), container));
    const present = new Set(ours.map((container) => container.id));
    const gone = [...known.values()].filter((container) => !present.has(container.id));
    await transact(db, (tx) =>
      writeObservation(tx, {
        host: link.host,
        environment: link.environment,
        observedAt: nowInstant(clock),
        running: observation.containers.filter((container) => container.state === 'running').length,
        total: observation.containers.length,
        foreign: observation.containers.length - ours.length,
        changed,
        gone: gone.map((container) => container.id),
      }),
    );
    known = new Map(ours.map((container) => [container.id, container]));
    latest = { observation, begunMs };
    const applications = new Set([...changed, ...gone].flatMap((container) => container.owner?.application ?? []));
    for (const application of applications) {
      parts.ring(application);
      parts.live.tell(link.environment, { type: 'changed', what: 'containers', application });
    }
    return observation;
  };

  const observe = (maxAgeMs = 0): Promise<Observation> => {
    if (latest !== undefined && clock.monotonicMs() - latest.begunMs < maxAgeMs)
      return Promise.resolve(latest.observation);
    if (next !== undefined) return next;
    if (running === undefined) {
      const begun = list().finally(() => (running = undefined));
      running = begun;
      return begun;
    }
    // The list under way may have begun before what the caller wants to see.
    const queued = running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return observe();
      });
    next = queued;
    return queued;
  };

  const setState = async (state: HostState, reason: string | null): Promise<void> => {
    lastState = state;
    const result = await writeHostState(db, link.host, state, reason, nowInstant(clock));
    if (result.numUpdatedRows === 0n) return;
    log.info('host state changed', { host: link.host, state, reason });
    parts.live.tell(link.environment, { type: 'changed', what: 'hosts' });
    parts.ringAll(link.environment);
  };

  const look = async (): Promise<void> => {
    try {
      await observe();
      await setState('active', null);
    } catch (thrown) {
      const error = asPlatformError(thrown);
      if (link.closed.aborted) return;
      if (error.code === 'engine_unavailable') await setState('engine_down', error.message);
      else log.error('host could not be listed', { host: link.host, code: error.code }, thrown);
    }
  };

  const followEvents = async (): Promise<void> => {
    for await (const event of link
      .client({ limits: { firstByteMs: 30_000, idleMs: 45_000 } })
      .lines('followEvents', { signal: link.closed })) {
      if (event.type === 'alive') {
        if (!event.engineUp) await setState('engine_down', event.message ?? 'The Docker engine does not answer');
        else if (lastState !== 'active') await look();
      } else
        cancelSettle ??= clock.after(works > 0 ? settleWhileWorkingMs : settleMs, () => {
          cancelSettle = undefined;
          void look();
        });
    }
  };

  const run = async (): Promise<void> => {
    try {
      await writeHostFacts(db, link.host, await link.client().readFacts());
    } catch (thrown) {
      log.warn('host facts could not be read', { host: link.host, why: asPlatformError(thrown).message });
    }
    await look();
    void listRegularly();
    while (!link.closed.aborted) {
      try {
        await followEvents();
      } catch (thrown) {
        if (!link.closed.aborted)
          log.warn('event stream broke off', { host: link.host, why: asPlatformError(thrown).message });
      }
      await sleep(clock, 1_000, link.closed).catch(() => undefined);
    }
    cancelSettle?.();
    await setState('unreachable', 'Its Docker Server is not connected');
  };

  const listRegularly = async (): Promise<void> => {
    while (!link.closed.aborted) {
      await sleep(clock, listEveryMs, link.closed).catch(() => undefined);
      if (!link.closed.aborted) await look();
    }
  };

  const ended = run().catch((thrown: unknown) => log.error('host watch ended', { host: link.host }, thrown));
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    works += 1;
    try {
      return await work();
    } finally {
      works -= 1;
    }
  };
  return { observe, during, ended };
};
