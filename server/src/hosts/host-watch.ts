// Watches one connected host for as long as its connection lives: follows the engine's events, which are only hints to list
// again, lists now and then all the same, and keeps the host's state true.
import { nowInstant, sleep, type Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { Observation } from '@berth/contract/engine-objects.ts';
import type { HostState } from '@berth/contract/hosts.ts';
import type { DockerServerLink } from './docker-server-links.ts';
import { makeHostList, type HostListParts, type Observe } from './host-list.ts';
import { writeHostFacts, writeHostState } from './host-store.ts';

const listEveryMs = 30_000;
// Events come in flocks (create, connect, start): one list answers them all.
const settleMs = 50;
// While a pass of ours works on the host, its steps make the events, and it lists for itself when it is done.
const settleWhileWorkingMs = 2_000;
const eventLimits = { firstByteMs: 30_000, idleMs: 45_000 };
const followAgainMs = 1_000;

export interface HostWatchParts extends HostListParts {
  readonly log: Log;
  /** The host came, went, or changed its state: everything on it wants a look. */
  readonly ringAll: (environment: string) => void;
}

export class HostWatch {
  /** Resolves when the connection is gone and the last word on the host is written. */
  readonly ended: Promise<void>;
  readonly #parts: HostWatchParts;
  readonly #link: DockerServerLink;
  readonly #list: Observe;
  readonly #clock: Clock;
  #works = 0;
  #state: HostState | undefined;
  #cancelSettle: (() => void) | undefined;

  constructor(parts: HostWatchParts, link: DockerServerLink) {
    this.#parts = parts;
    this.#link = link;
    this.#clock = parts.clock;
    this.#list = makeHostList(parts, link);
    this.ended = this.#run().catch((thrown: unknown) =>
      parts.log.error('host watch ended', { host: link.host }, thrown),
    );
  }

  /**
   * A complete list begun after this call, or at most `maxAgeMs` before it; callers that ask together share one.
   * An older list is right where every step that follows from it may be done twice.
   */
  observe(maxAgeMs = 0): Promise<Observation> {
    return this.#list(maxAgeMs);
  }

  /** Does work that changes the host; meanwhile the engine's events ask for lists less often. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#works += 1;
    try {
      return await work();
    } finally {
      this.#works -= 1;
    }
  }

  async #run(): Promise<void> {
    const { closed } = this.#link;
    await this.#readFacts();
    await this.#look();
    void this.#listRegularly();
    while (!closed.aborted) {
      try {
        await this.#followEvents();
      } catch (thrown) {
        if (!closed.aborted)
          this.#parts.log.warn('event stream broke off', {
            host: this.#link.host,
            why: asPlatformError(thrown).message,
          });
      }
      await sleep(this.#clock, followAgainMs, closed).catch(() => undefined);
    }
    this.#cancelSettle?.();
    await this.#setState('unreachable', 'Its Docker Server is not connected');
  }

  async #readFacts(): Promise<void> {
    try {
      await writeHostFacts(this.#parts.db, this.#link.host, await this.#link.client().readFacts());
    } catch (thrown) {
      const why = asPlatformError(thrown).message;
      this.#parts.log.warn('host facts could not be read', { host: this.#link.host, why });
    }
  }

  async #followEvents(): Promise<void> {
    let isFirst = true;
    const events = this.#link.client({ limits: eventLimits }).lines('followEvents', { signal: this.#link.closed });
    for await (const event of events) {
      if (event.type === 'event') this.#lookSoon();
      else if (!event.engineUp)
        await this.#setState('engine_down', event.message ?? 'The Docker engine does not answer');
      // What happened before this stream was there is told by nobody: the first sign of life asks for a list.
      else if (isFirst || this.#state !== 'active') await this.#look();
      if (event.type === 'alive') isFirst = false;
    }
  }

  #lookSoon(): void {
    this.#cancelSettle ??= this.#clock.after(this.#works > 0 ? settleWhileWorkingMs : settleMs, () => {
      this.#cancelSettle = undefined;
      void this.#look();
    });
  }

  async #listRegularly(): Promise<void> {
    const { closed } = this.#link;
    while (!closed.aborted) {
      await sleep(this.#clock, listEveryMs, closed).catch(() => undefined);
      if (!closed.aborted) await this.#look();
    }
  }

  /** Never throws: most who ask for it do not wait. */
  async #look(): Promise<void> {
    try {
      const error = await this.#list().then(() => undefined, asPlatformError);
      // A list that ends after the connection must not have the last word on the host.
      if (this.#link.closed.aborted) return;
      if (error === undefined) await this.#setState('active', null);
      else if (error.code === 'engine_unavailable') await this.#setState('engine_down', error.message);
      else throw error;
    } catch (thrown) {
      const { code } = asPlatformError(thrown);
      this.#parts.log.error('host could not be listed', { host: this.#link.host, code }, thrown);
    }
  }

  async #setState(state: HostState, reason: string | null): Promise<void> {
    this.#state = state;
    const { db, live, log, ringAll } = this.#parts;
    const result = await writeHostState(db, this.#link.host, state, reason, nowInstant(this.#clock));
    if (result.numUpdatedRows === 0n) return;
    log.info('host state changed', { host: this.#link.host, state, reason });
    live.tell(this.#link.environment, { type: 'changed', what: 'hosts' });
    ringAll(this.#link.environment);
  }
}
