// Objects that were there before us and were taken over as they are. The engine cannot put labels on what exists, so whose
// they are is kept in the state folder: containers by id, networks and volumes by name.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { containerOwnerSchema, ownerSchema, type ContainerOwner, type Owner } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { saveDurably } from '#state/save-durably.ts';
import { isSameOwner } from './labels.ts';

export interface Adoption {
  readonly containers: readonly { readonly id: string; readonly owner: ContainerOwner }[];
  readonly networks: readonly { readonly name: string; readonly owner: Owner }[];
  readonly volumes: readonly { readonly name: string; readonly owner: Owner }[];
}

/** Ids and names that are there. */
export interface Present {
  readonly containers: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
}

const keptSchema = z.strictObject({
  containers: z.record(z.string(), containerOwnerSchema),
  networks: z.record(z.string(), ownerSchema),
  volumes: z.record(z.string(), ownerSchema),
});
type Kept = z.infer<typeof keptSchema>;

const objectsMaximum = 10_000;

export class Adoptions {
  readonly #file: string | undefined;
  #containers: ReadonlyMap<string, ContainerOwner>;
  #networks: ReadonlyMap<string, Owner>;
  #volumes: ReadonlyMap<string, Owner>;

  /** `file` undefined: nothing outlives this process. */
  constructor(file: string | undefined) {
    this.#file = file;
    const kept = file === undefined ? undefined : load(file);
    this.#containers = new Map(Object.entries(kept?.containers ?? {}));
    this.#networks = new Map(Object.entries(kept?.networks ?? {}));
    this.#volumes = new Map(Object.entries(kept?.volumes ?? {}));
  }

  container(id: string): ContainerOwner | undefined {
    return this.#containers.get(id);
  }

  other(kind: 'network' | 'volume', name: string): Owner | undefined {
    return (kind === 'network' ? this.#networks : this.#volumes).get(name);
  }

  /** All of it or nothing. Throws `name_taken` when one of them is adopted by another owner already. */
  add({ containers, networks, volumes }: Adoption): void {
    const next = {
      containers: new Map(this.#containers),
      networks: new Map(this.#networks),
      volumes: new Map(this.#volumes),
    };
    for (const { id, owner } of containers) {
      const holder = next.containers.get(id);
      requireFree(id, holder, holder === undefined || (isSameOwner(holder, owner) && holder.slot === owner.slot));
      next.containers.set(id, owner);
    }
    for (const { name, owner } of networks) take(next.networks, name, owner);
    for (const { name, owner } of volumes) take(next.volumes, name, owner);
    if (next.containers.size + next.networks.size + next.volumes.size > objectsMaximum)
      throw new PlatformError('too_large', `A host keeps no more than ${objectsMaximum} adopted objects`);
    this.#save(next.containers, next.networks, next.volumes);
  }

  /** What is adopted now; to be asked for before a list is, so that what is adopted meanwhile is not forgotten by it. */
  known(): Present {
    return {
      containers: new Set(this.#containers.keys()),
      networks: new Set(this.#networks.keys()),
      volumes: new Set(this.#volumes.keys()),
    };
  }

  /** Forgets of the `known` what is not `there` any more: its id is never given again, its name may be another's next. */
  retain(known: Present, there: Present): void {
    const isGone = (kind: keyof Present) => (key: string) => known[kind].has(key) && !there[kind].has(key);
    const left = [
      without(this.#containers, isGone('containers')),
      without(this.#networks, isGone('networks')),
      without(this.#volumes, isGone('volumes')),
    ] as const;
    const hasShrunk =
      left[0].size < this.#containers.size || left[1].size < this.#networks.size || left[2].size < this.#volumes.size;
    if (hasShrunk) this.#save(...left);
  }

  #save(
    containers: ReadonlyMap<string, ContainerOwner>,
    networks: ReadonlyMap<string, Owner>,
    volumes: ReadonlyMap<string, Owner>,
  ): void {
    if (this.#file !== undefined) {
      const kept: Kept = {
        containers: Object.fromEntries(containers),
        networks: Object.fromEntries(networks),
        volumes: Object.fromEntries(volumes),
      };
      try {
        saveDurably(this.#file, JSON.stringify(kept));
      } catch (thrown) {
        throw new PlatformError('no_space', 'What is adopted cannot be written to the state folder', {}, thrown);
      }
    }
    this.#containers = containers;
    this.#networks = networks;
    this.#volumes = volumes;
  }
}

const take = (map: Map<string, Owner>, name: string, owner: Owner): void => {
  const holder = map.get(name);
  requireFree(name, holder, holder === undefined || isSameOwner(holder, owner));
  map.set(name, owner);
};

const requireFree = (object: string, holder: Owner | undefined, isFree: boolean): void => {
  if (!isFree)
    throw new PlatformError('name_taken', `${object} belongs to the application ${holder?.applicationName} already`, {
      object,
    });
};

const without = <T>(map: ReadonlyMap<string, T>, isGone: (key: string) => boolean): ReadonlyMap<string, T> =>
  new Map([...map].filter(([key]) => !isGone(key)));

const load = (file: string): Kept | undefined => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
  // Damaged: starting without it would make what runs a stranger, and a second one would be started beside it.
  return keptSchema.parse(JSON.parse(text));
};
