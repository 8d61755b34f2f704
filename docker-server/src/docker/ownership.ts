// Whose an object of the engine is: its labels say it, or, of one that was taken over as it was, what we remember.
import type { ContainerOwner, Owner } from '@berth/contract/engine-objects.ts';
import type { Engine } from './engine.ts';
import { containerOwnerOf, ownerOf, type Labels } from './labels.ts';

type Remembers = Pick<Engine, 'adoptions'>;

export const containerOwnerIn = (
  engine: Remembers,
  id: string,
  labels: Labels | null | undefined,
): ContainerOwner | undefined => containerOwnerOf(labels) ?? engine.adoptions.container(id);

export const otherOwnerIn = (
  engine: Remembers,
  kind: 'network' | 'volume',
  name: string,
  labels: Labels | null | undefined,
): Owner | undefined => ownerOf(labels) ?? engine.adoptions.other(kind, name);
