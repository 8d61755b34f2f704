// Whether the engine has an image, and what it declares.
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { engineLimits } from './time-limits.ts';

export interface FoundImage {
  readonly id: string;
  readonly digests: string[];
  readonly volumes: string[];
  readonly exposedPorts: string[];
}

export const findImage = (engine: Engine, reference: string): Promise<FoundImage | null> =>
  askEngine(
    async () => {
      const answer = await engine.docker(engineLimits.question).getImage(reference).inspect();
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
