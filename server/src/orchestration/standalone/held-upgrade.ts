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
  const there = Map.groupBy(serviceContainers(observed, desired.id), ({ owner }) => `${owner?.key}/${owner?.slot}`);
  const formers = new Map(wantedContainers(before, hash).map((want) => [`${want.service}/${want.slot}`, want]));
  // The same spec with another image is another container; what the new image is may not be known yet.
  const isMoved = (want: WantedContainer): boolean => {
    const { specHash } = want.spec.owner;
    const own = formers.get(`${want.service}/${want.slot}`);
    const old = own?.spec.owner.specHash === specHash ? own.pin?.id : undefined;
    return (there.get(`${want.service}/${want.slot}`) ?? []).some(
      ({ owner, imageId }) =>
        owner?.specHash === specHash &&
        (want.pin === undefined ? old === undefined || imageId !== old : imageId === want.pin.id),
    );
  };
  const slots = new Map(formers);
  for (const want of target) {
    if (isMoved(want)) slots.set(`${want.service}/${want.slot}`, want);
  }
  const wanted = [...slots.values()];
  const moved = new Set(wanted.filter(isMoved).map(({ service }) => service));
  const left = new Set(wanted.filter((want) => !isMoved(want)).map(({ service }) => service));
  const services = {
    ...former.spec.services,
    ...Object.fromEntries(
      Object.entries(desired.spec.services).flatMap(([name, service]) => {
        if (!moved.has(name)) return [];
        // Half of it is on the networks it was on before.
        const networks = left.has(name) ? former.spec.services[name]?.networks : {};
        return [[name, { ...service, networks: { ...networks, ...service.networks } }]];
      }),
    ),
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
