// Complete lists of one connected host: each is compared with the one before, the rows are made true, and what changed is
// told. Callers that ask at the same time share one list.
import { isDeepStrictEqual } from 'node:util';
import { nowInstant, type Clock } from '@berth/common/clock.ts';
import type { Observation, ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import type { LiveHub } from '#live/live-hub.ts';
import type { DockerServerLink } from './docker-server-links.ts';
import { listObserved, writeObservation } from './host-store.ts';

export interface HostListParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly live: LiveHub;
  /** Something of this application was seen to change. */
  readonly ring: (application: string) => void;
  /** A container that does this run was seen to change. */
  readonly ringRun: (run: string) => void;
}

/** A complete list begun after the call, or at most `maxAgeMs` before it. */
export type Observe = (maxAgeMs?: number) => Promise<Observation>;

export const makeHostList = (parts: HostListParts, link: DockerServerLink): Observe => {
  let known: Map<string, ObservedContainer> | undefined;
  let running: Promise<Observation> | undefined;
  let next: Promise<Observation> | undefined;
  let latest: { observation: Observation; begunMs: number } | undefined;

  const list = async (): Promise<Observation> => {
    const begunMs = parts.clock.monotonicMs();
    const observation = await link.client().observe();
    known ??= await readKnown(parts.db, link);
    const ours = observation.containers.filter((container) => container.owner?.environment === link.environment);
    const seen = new Map(ours.map((container) => [container.id, container]));
    const changed = ours.filter((container) => !isDeepStrictEqual(known?.get(container.id), container));
    const gone = [...known.values()].filter((container) => !seen.has(container.id));
    await transact(parts.db, (tx) =>
      writeObservation(tx, {
        host: link.host,
        environment: link.environment,
        observedAt: nowInstant(parts.clock),
        running: observation.containers.filter((container) => container.state === 'running').length,
        total: observation.containers.length,
        foreign: observation.containers.length - ours.length,
        changed,
        gone: gone.map((container) => container.id),
      }),
    );
    known = seen;
    latest = { observation, begunMs };
    tellChanged(parts, link, [...changed, ...gone]);
    return observation;
  };

  const observe: Observe = (maxAgeMs = 0) => {
    if (latest !== undefined && parts.clock.monotonicMs() - latest.begunMs < maxAgeMs)
      return Promise.resolve(latest.observation);
    if (next !== undefined) return next;
    if (running === undefined) {
      running = list().finally(() => (running = undefined));
      return running;
    }
    // The list under way may have begun before what the caller wants to see.
    next = running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return observe();
      });
    return next;
  };
  return observe;
};

const readKnown = async (db: Db, link: DockerServerLink): Promise<Map<string, ObservedContainer>> =>
  new Map((await listObserved(db, link.host)).map((row) => [row.id, JSON.parse(row.observed) as ObservedContainer]));

const tellChanged = (parts: HostListParts, link: DockerServerLink, containers: readonly ObservedContainer[]): void => {
  for (const application of new Set(containers.flatMap((container) => container.owner?.application ?? []))) {
    parts.ring(application);
    parts.live.tell(link.environment, { type: 'changed', what: 'containers', application });
  }
  for (const run of new Set(containers.flatMap((container) => container.owner?.run ?? []))) parts.ringRun(run);
};
