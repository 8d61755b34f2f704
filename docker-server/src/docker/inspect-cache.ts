// Inspections remembered while the engine's events are heard: an event of a container drops what is kept of it, and a
// break in the events drops everything. Without events nothing is kept.
import type { Inspected } from './from-engine.ts';

const entriesMaximum = 20_000;

export class InspectCache {
  readonly #kept = new Map<string, { status: string; inspected: Inspected }>();
  #live = false;

  /** `status` is the state and exit code of the list: when they differ, an event is still on its way. */
  get(id: string, status: string): Inspected | undefined {
    const entry = this.#kept.get(id);
    return entry?.status === status ? entry.inspected : undefined;
  }

  keep(id: string, status: string, inspected: Inspected): void {
    if (this.#live && this.#kept.size < entriesMaximum) this.#kept.set(id, { status, inspected });
  }

  forget(id: string): void {
    this.#kept.delete(id);
  }

  forgetAll(): void {
    this.#kept.clear();
  }

  /** Drops what is no longer there. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.#kept.keys()) if (!ids.has(id)) this.#kept.delete(id);
  }

  get isLive(): boolean {
    return this.#live;
  }

  setLive(live: boolean): void {
    this.#live = live;
    this.#kept.clear();
  }
}
