// Images of a simulated engine and what their programs do. Names under `sim/` that say what happens; all others just run.
import { createHash } from 'node:crypto';
import type { SimImage, SimState } from './sim-state.ts';

export interface Behaviour {
  /** The engine's words when it cannot be started. */
  readonly startError?: string;
  /** The program ends by itself. */
  readonly ends?: { readonly afterMs: number; readonly exitCode: number; readonly says: readonly string[] };
  /** Lines of a program that runs on. */
  readonly says?: readonly (readonly ['out' | 'err', string])[];
  /** Overrides what the health check would find. */
  readonly health?: { readonly becomes: 'healthy' | 'unhealthy'; readonly afterMs: number };
  readonly pull?: 'slow' | 'fails';
  /** What a question to the registry finds; absent: it has the image. */
  readonly registry?: 'away' | 'lacks' | 'denies';
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  'sim/never-starts': {
    startError:
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nothing": stat /nothing: no such file or directory: unknown',
  },
  'sim/exits-1': {
    ends: { afterMs: 30, exitCode: 1, says: ['starting', 'cannot open configuration: no such file'] },
  },
  'sim/talks': {
    says: [
      ['out', 'one'],
      ['err', 'two Apples'],
      ['out', 'three'],
      ['out', 'four apples'],
    ],
  },
  'sim/exits-0': { ends: { afterMs: 30, exitCode: 0, says: ['done'] } },
  'sim/slow-pull': { pull: 'slow' },
  // Nobody can say that it is missing until it is pulled: so it is in a laboratory without a registry.
  'sim/missing': { pull: 'fails', registry: 'away' },
  'sim/no-such-tag': { pull: 'fails', registry: 'lacks' },
  'sim/denied': { pull: 'fails', registry: 'denies' },
  'sim/unhealthy': { health: { becomes: 'unhealthy', afterMs: 300 } },
  'sim/healthy-after-1s': { health: { becomes: 'healthy', afterMs: 1_000 } },
};

export const behaviourOf = (reference: string): Behaviour => behaviours[repositoryOf(reference)] ?? {};

export const repositoryOf = (reference: string): string => {
  const plain = reference.replace(/@.*$/, '');
  return plain.replace(/:[^:/]*$/, '');
};

/** As the engine keys them: `docker.io/library/` is said by leaving it out, and no tag is `latest`. */
export const normalReference = (reference: string): string => {
  const plain = reference.replace(/^docker\.io\/(library\/)?/, '');
  return plain.includes('@') || plain.slice(plain.lastIndexOf('/') + 1).includes(':') ? plain : `${plain}:latest`;
};

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** By reference, or by id. Images under `sim/` are there without a pull, but for those that say otherwise. */
export const findSimImage = (state: SimState, reference: string): SimImage | undefined => {
  const kept = state.images.get(normalReference(reference));
  if (kept !== undefined) return kept;
  for (const image of state.images.values()) if (image.id === reference) return image;
  const isThere = reference.startsWith('sim/') && behaviourOf(reference).pull === undefined;
  return isThere ? addSimImage(state, reference) : undefined;
};

export const addSimImage = (state: SimState, reference: string, more: Partial<Omit<SimImage, 'id'>> = {}): SimImage => {
  const key = normalReference(reference);
  const image: SimImage = {
    id: digestOf(key.replace(/@.*$/, '')),
    labels: more.labels ?? {},
    volumes: more.volumes ?? [],
    exposedPorts: more.exposedPorts ?? ['80/tcp'],
  };
  state.images.set(key, image);
  return image;
};
