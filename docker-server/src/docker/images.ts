// Whether the engine has an image, and what it declares.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { engineLimits } from './time-limits.ts';

export interface FoundImage {
  readonly id: string;
  readonly digests: string[];
  readonly volumes: string[];
  readonly exposedPorts: string[];
}

// The reference becomes part of a path of the engine's interface, and must not lead to another place in it.
const referencePattern = /^[a-zA-Z0-9][\w.:@/-]{0,499}$/;

/** Throws `invalid_request` for what is no image reference. */
export const requireReference = (reference: string): string => {
  if (!referencePattern.test(reference) || reference.includes('..') || reference.includes('//'))
    throw new PlatformError('invalid_request', `${JSON.stringify(reference)} is no reference of an image`);
  return reference;
};

export const findImage = (engine: Engine, reference: string): Promise<FoundImage | null> =>
  askEngine(
    async () => {
      const answer = await engine.docker(engineLimits.question).getImage(requireReference(reference)).inspect();
      return {
        id: answer.Id,
        digests: answer.RepoDigests ?? [],
        // Both are null or absent for many images, whatever the types say.
        volumes: Object.keys(answer.Config?.Volumes ?? {}).sort(),
        exposedPorts: Object.keys(answer.Config?.ExposedPorts ?? {}).sort(),
      };
    },
    { 404: () => null, 400: () => null },
  );
