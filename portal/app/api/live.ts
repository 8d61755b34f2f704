// Live updates of one environment. While the stream holds, messages age what the page has read; when it breaks, it is
// opened again with growing pauses, and everything of the environment is read anew, since what was missed is not known.
import { liveMessageSchema, liveRoutes, type LiveMessage } from '@berth/contract/live.ts';
import { fillPath } from '@berth/contract/route.ts';
import type { Application, Operation } from '@berth/contract/applications.ts';
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { browserClock, type Clock } from '#util/clock.ts';
import type { EnvironmentPlace } from '#util/path-builder.ts';
import { environmentKey, kindKey } from './keys.ts';
import { reconnectDelayMs, staleKinds } from './live-plan.ts';
import { callerQuery } from './queries.ts';

export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** The server says `alive` every 15 s; two missed ones and the stream counts as broken. */
const silenceMaximumMs = 40_000;
/** Changes come in bursts; readings are aged at most this often. */
const gatherMs = 300;

const listeners = new Set<() => void>();
let state: LiveState = 'connecting';
const setState = (next: LiveState): void => {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
};

export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );

export type LiveDeps = {
  readonly queries: QueryClient;
  readonly clock: Clock;
  readonly chance: () => number;
  /** Asks whether the session still holds; leads to sign-in when it does not. */
  readonly checkSession: () => void;
};

/** Opens the stream and keeps it open; the answer ends it. */
export const followEnvironment = (deps: LiveDeps, place: EnvironmentPlace): (() => void) => {
  const stream = new LiveStream(deps, place);
  stream.open();
  return () => stream.close();
};

export const browserLiveDeps = (queries: QueryClient): LiveDeps => ({
  queries,
  clock: browserClock,
  chance: Math.random,
  // The cache itself hears of a failure; here it is only kept from counting as unhandled.
  checkSession: () => void queries.fetchQuery({ ...callerQuery(), staleTime: 0 }).catch(() => undefined),
});

class LiveStream {
  readonly #deps: LiveDeps;
  readonly #place: EnvironmentPlace;
  readonly #changed = new Set<keyof typeof staleKinds>();
  #source: EventSource | undefined;
  #attempt = 0;
  #broken = false;
  #cancelRetry: () => void = () => undefined;
  #cancelSilence: () => void = () => undefined;
  #cancelGather: (() => void) | undefined;

  constructor(deps: LiveDeps, place: EnvironmentPlace) {
    this.#deps = deps;
    this.#place = place;
  }

  open(): void {
    const { tenant, environment } = this.#place;
    const path = fillPath(liveRoutes.followEnvironment.path, { tenant, environment });
    const source = new EventSource(path);
    this.#source = source;
    source.addEventListener('message', (event) => this.#hear(event));
    source.addEventListener('error', () => this.#fail());
    this.#watchSilence();
  }

  close(): void {
    this.#source?.close();
    this.#cancelRetry();
    this.#cancelSilence();
    this.#cancelGather?.();
    setState('connecting');
  }

  #hear(event: MessageEvent): void {
    const message = liveMessageSchema.safeParse(JSON.parse(String(event.data)));
    this.#watchSilence();
    this.#attempt = 0;
    setState('live');
    if (this.#broken) {
      this.#broken = false;
      void this.#deps.queries.invalidateQueries({ queryKey: environmentKey(this.#place) });
    }
    // A newer server may send kinds of messages this page does not know; they concern pages it does not have.
    if (message.success) this.#apply(message.data);
  }

  #apply(message: LiveMessage): void {
    if (message.type === 'operation') this.#applyOperation(message.operation);
    if (message.type === 'changed') this.#gather(message.what);
  }

  #applyOperation(operation: Operation): void {
    const name = operation.application.name;
    const key = kindKey(this.#place, 'application', name);
    this.#deps.queries.setQueryData<Application>(key, (read) =>
      read === undefined || read.id !== operation.application.id ? read : { ...read, operation },
    );
    if (operation.state !== 'running') this.#gather('applications');
  }

  #gather(what: keyof typeof staleKinds): void {
    this.#changed.add(what);
    this.#cancelGather ??= this.#deps.clock.after(gatherMs, () => {
      this.#cancelGather = undefined;
      const kinds = new Set([...this.#changed].flatMap((changed) => staleKinds[changed]));
      this.#changed.clear();
      for (const kind of kinds)
        void this.#deps.queries.invalidateQueries({ queryKey: kindKey(this.#place, kind) }, { cancelRefetch: false });
    });
  }

  #fail(): void {
    this.#source?.close();
    this.#cancelSilence();
    this.#cancelRetry();
    this.#broken = true;
    setState('reconnecting');
    // The stream does not say why it ended. If the session is over, this reading finds out and leads to sign-in.
    if (this.#attempt === 1) this.#deps.checkSession();
    const delayMs = reconnectDelayMs(this.#attempt, this.#deps.chance());
    this.#attempt += 1;
    this.#cancelRetry = this.#deps.clock.after(delayMs, () => this.open());
  }

  #watchSilence(): void {
    this.#cancelSilence();
    this.#cancelSilence = this.#deps.clock.after(silenceMaximumMs, () => this.#fail());
  }
}
