// One watch on the engine's events for all who listen: keeps the connection, tells whether the engine is up, drops what is
// remembered of a container when something happens to it, and notes the runs of the engine.
import type { EngineEvent } from '@berth/contract/engine-objects.ts';
import { causeChain, PlatformError } from '@berth/common/platform-error.ts';
import { nowInstant, sleep } from '@berth/common/clock.ts';
import type { Readable } from 'node:stream';
import type { Engine } from './engine.ts';
import { askEngine, toPlatformError } from './engine-error.ts';
import { toEngineEvent, watchedActions, watchedTypes } from './engine-event.ts';
import { readJsonLines } from './json-lines.ts';
import { asReadable } from './modem.ts';
import { engineLimits } from './time-limits.ts';

const aliveEveryMs = 15_000;
const retryMs = { first: 200, most: 5_000 };
/** A listener that is so many hints behind has to begin anew, with a full observation. */
const backlogMaximum = 5_000;

type Alive = EngineEvent & { type: 'alive' };

export class EventHub {
  readonly #engine: Engine;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<Listener>();
  #alive: Alive | undefined;
  #stream: Readable | undefined;
  #isPinging = false;
  #done: Promise<void> | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  open(): void {
    this.#done = this.#watch();
  }

  async close(): Promise<void> {
    this.#closing.abort(new PlatformError('unavailable', 'The Docker Server is closing'));
    this.#stream?.destroy();
    for (const listener of this.#listeners) listener.end();
    await this.#done;
  }

  get isEngineUp(): boolean {
    return this.#alive?.engineUp === true;
  }

  /** First how the engine is, then what happens, for ever. */
  async *follow(signal: AbortSignal): AsyncGenerator<EngineEvent> {
    const listener = new Listener();
    this.#listeners.add(listener);
    const end = () => listener.end();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted || this.#closing.signal.aborted) end();
    if (this.#alive !== undefined) listener.push(this.#alive);
    try {
      yield* listener.items();
    } finally {
      this.#listeners.delete(listener);
      signal.removeEventListener('abort', end);
    }
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener.push(event);
  }

  #setAlive(alive: Alive): void {
    if (this.#alive?.engineUp !== alive.engineUp)
      this.#engine.log.info(alive.engineUp ? 'engine answered' : 'engine lost', { why: alive.message });
    this.#alive = alive;
    this.#tell(alive);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    let delayMs = retryMs.first;
    const stopTicking = this.#tickWhile();
    while (!signal.aborted) {
      try {
        await this.#ping();
        await this.#listen(() => {
          delayMs = retryMs.first;
        });
        // An end without an error is the engine going down, too.
        await this.#ping();
      } catch (thrown) {
        if (!signal.aborted) this.#setAlive({ type: 'alive', engineUp: false, message: sayDown(thrown) });
      }
      this.#engine.inspected.setLive(false);
      this.#engine.owners.forgetOthers();
      await sleep(this.#engine.clock, delayMs, signal).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, retryMs.most);
    }
    stopTicking();
  }

  /** On a new connection: a kept one is answered even by an engine that has begun to shut down. */
  async #ping(): Promise<void> {
    await askEngine(() => this.#engine.pingAnew());
    this.#engine.runs.answered(this.#engine.clock.nowMs());
  }

  async #listen(opened: () => void): Promise<void> {
    const { signal } = this.#closing;
    const options = { filters: { type: [...watchedTypes], event: [...watchedActions] }, abortSignal: signal };
    const stream = asReadable(await askEngine(() => this.#engine.docker(engineLimits.follow).getEvents(options)));
    this.#stream = stream;
    try {
      opened();
      this.#engine.inspected.setLive(true);
      this.#setAlive({ type: 'alive', engineUp: true });
      // What happened while there was no stream is told by nobody, not even when the engine was away for a blink only.
      this.#tell({ type: 'event', object: 'container', action: 'relist', id: '', at: nowInstant(this.#engine.clock) });
      for await (const line of readJsonLines(stream)) this.#note(line);
    } finally {
      this.#stream = undefined;
      stream.destroy();
    }
  }

  #note(line: unknown): void {
    const told = toEngineEvent(line, this.#engine.clock.nowMs());
    if (told === undefined) return;
    const event = this.#withOwner(told);
    if (event.object === 'container') {
      this.#engine.inspected.forget(event.id);
      if (event.action === 'destroy') this.#engine.owners.forgetContainer(event.id);
      // Was it the program, or does the engine go down? An engine that still answers has not ended it.
      if (event.action === 'die') void this.#check();
    } else this.#engine.owners.forgetOthers();
    this.#tell(event);
  }

  /** Of what was taken over no label tells whose it is. */
  #withOwner(event: EngineEvent & { type: 'event' }): EngineEvent & { type: 'event' } {
    if (event.application !== undefined || event.object !== 'container') return event;
    const owner = this.#engine.adoptions.container(event.id);
    return owner === undefined ? event : { ...event, application: owner.application, service: owner.key };
  }

  /** Pings; an engine that does not answer loses its event stream, and with it everything remembered. */
  async #check(): Promise<void> {
    if (this.#isPinging || this.#stream === undefined) return;
    this.#isPinging = true;
    try {
      await this.#ping();
    } catch (thrown) {
      this.#stream?.destroy(thrown instanceof Error ? thrown : undefined);
    } finally {
      this.#isPinging = false;
    }
  }

  #tickWhile(): () => void {
    const { clock } = this.#engine;
    let cancel = () => {};
    const tick = () => {
      cancel = clock.after(aliveEveryMs, tick);
      void this.#check().then(() => {
        if (this.#alive !== undefined && !this.#closing.signal.aborted) this.#tell(this.#alive);
      });
    };
    cancel = clock.after(aliveEveryMs, tick);
    return () => cancel();
  }
}

const sayDown = (thrown: unknown): string => {
  const error = toPlatformError(thrown);
  return error instanceof PlatformError ? error.message : causeChain(error).slice(0, 500);
};

class Listener {
  #queue: EngineEvent[] = [];
  #wake: (() => void) | undefined;
  #hasEnded = false;
  #isTooSlow = false;

  push(event: EngineEvent): void {
    if (this.#queue.length >= backlogMaximum) {
      this.#isTooSlow = true;
      this.end();
    } else this.#queue.push(event);
    this.#wake?.();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  async *items(): AsyncGenerator<EngineEvent> {
    for (;;) {
      const waiting = this.#queue;
      this.#queue = [];
      yield* waiting;
      if (this.#isTooSlow) throw new PlatformError('unavailable', 'The listener fell too far behind the events');
      if (this.#hasEnded) return;
      if (this.#queue.length === 0)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
