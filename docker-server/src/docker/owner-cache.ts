// Whose an object is, remembered: labels of an object never change while it lives. Kept bounded; the oldest go first.
import type { ContainerOwner, Owner } from '@berth/contract/engine-objects.ts';

const entriesMaximum = 20_000;

export class OwnerCache {
  readonly #containers = new Map<string, ContainerOwner>();
  readonly #others = new Map<string, Owner>();

  container(id: string): ContainerOwner | undefined {
    return this.#containers.get(id);
  }

  keepContainer(id: string, owner: ContainerOwner): void {
    keep(this.#containers, id, owner);
  }

  /** Names of volumes and networks come back with other owners: those are only kept while events are heard. */
  other(kind: 'network' | 'volume', name: string): Owner | undefined {
    return this.#others.get(`${kind} ${name}`);
  }

  keepOther(kind: 'network' | 'volume', name: string, owner: Owner): void {
    keep(this.#others, `${kind} ${name}`, owner);
  }

  forgetContainer(id: string): void {
    this.#containers.delete(id);
  }

  forgetOthers(): void {
    this.#others.clear();
  }
}

const keep = <T>(map: Map<string, T>, key: string, value: T): void => {
  map.delete(key);
  map.set(key, value);
  if (map.size <= entriesMaximum) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
};
