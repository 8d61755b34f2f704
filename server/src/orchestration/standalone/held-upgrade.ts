// An upgrade that is held: what has been moved heals under the new revision, everything else under the former. Pure.
import { serviceContainers, type DesiredApplication, type ObservedApplication } from '#orchestration/desired.ts';
import { wantedContainers, type Hash, type WantedContainer } from './wanted-containers.ts';

/** The application as it stands between two revisions, and the containers that are to be there. */
export const betweenRevisions = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  hash: Hash,
): { desired: DesiredApplication; wanted: WantedContainer[] } => {
  const target = wantedContainers(desired, hash);
  const former = desired.upgrade?.former;
  if (desired.upgrade?.state !== 'held' || former === undefined) return { desired, wanted: target };
  const before = { ...desired, spec: former.spec, revision: former.revision, images: former.images };
  const there = new Set(
    serviceContainers(observed, desired.id).map(({ owner }) => `${owner?.key}/${owner?.slot}/${owner?.specHash}`),
  );
  const isMoved = ({ service, slot, spec }: WantedContainer) => there.has(`${service}/${slot}/${spec.owner.specHash}`);
  const slots = new Map(wantedContainers(before, hash).map((want) => [`${want.service}/${want.slot}`, want]));
  for (const want of target) {
    if (isMoved(want)) slots.set(`${want.service}/${want.slot}`, want);
  }
  const wanted = [...slots.values()];
  const moved = new Set(wanted.filter(isMoved).map(({ service }) => service));
  const services = {
    ...former.spec.services,
    ...Object.fromEntries(Object.entries(desired.spec.services).filter(([name]) => moved.has(name))),
  };
  return {
    wanted,
    desired: {
      ...desired,
      // A network or volume that both know is still the former's: containers hang on it.
      spec: {
        ...desired.spec,
        services,
        networks: { ...desired.spec.networks, ...former.spec.networks },
        volumes: { ...desired.spec.volumes, ...former.spec.volumes },
      },
      images: { ...former.images, ...desired.images },
    },
  };
};
