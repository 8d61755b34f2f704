// Volumes that an image declares and the file does not mention.
import type { Mount } from '@berth/contract/application-spec.ts';
import type { Client } from '@berth/contract/client.ts';
import type { DockerServerApi } from '@berth/contract/docker-server-api.ts';
import type { ContainerSpec } from '@berth/contract/engine-objects.ts';
import { objectHash } from './canonical-json.ts';
import { sha256 } from './sha256.ts';
import { anonymousVolume } from './wanted-containers.ts';

/**
 * The container's mounts, and one for each volume that its image declares and the file does not mention: named after the
 * slot, so that its data lives through a replacement of the container and is found when the application is removed. The
 * engine's own anonymous volumes would be left behind, without an owner.
 */
export const makeDeclaredMounts = (
  client: Client<DockerServerApi>,
  signal: AbortSignal,
  /** Volumes of the environment. One that an application of this name left behind is found again with its data. */
  there: ReadonlySet<string>,
) => {
  const declared = new Map<string, Promise<readonly string[]>>();
  const declaredBy = (reference: string): Promise<readonly string[]> => {
    const known =
      declared.get(reference) ?? client.findImage({ query: { reference } }).then(({ image }) => image?.volumes ?? []);
    declared.set(reference, known);
    return known;
  };
  return async ({ owner, service, mounts }: ContainerSpec): Promise<Mount[]> => {
    const mentioned = new Set(mounts.map(({ target }) => trimmed(target)));
    const missing = (await declaredBy(service.image)).filter((target) => !mentioned.has(trimmed(target)));
    const { slot, revision: _r, specHash: _h, ...application } = owner;
    const made = missing.map(async (target): Promise<Mount> => {
      const name = anonymousVolume(owner.applicationName, owner.key, slot, target);
      const spec = { external: false, labels: {} };
      const key = `${owner.key}-${slot + 1}:${target}`;
      const specHash = objectHash(spec, sha256);
      if (!there.has(name))
        await client.createVolume({ body: { name, owner: { ...application, key }, spec, specHash }, signal });
      return { kind: 'volume', volume: name, target, readOnly: false };
    });
    return [...mounts, ...(await Promise.all(made))];
  };
};

const trimmed = (path: string): string => path.replace(/(?<=.)\/+$/, '');
