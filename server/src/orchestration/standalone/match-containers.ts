// Which container on the host stands for which wanted one, and whether it is right as it is. Pure.
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { isPinnedImage, type DesiredApplication, type ObservedApplication } from '#orchestration/desired.ts';
import { isUprooted, type Uprooted } from './standalone-objects.ts';
import { sharedService } from './standalone-steps.ts';
import { objectName, type WantedContainer } from './wanted-containers.ts';

export interface Matches {
  readonly matched: ReadonlyMap<WantedContainer, ObservedContainer>;
  /** Matched, but to be made anew. */
  readonly outdated: readonly ObservedContainer[];
  /** Of the application, and for no wanted container. */
  readonly surplus: readonly ObservedContainer[];
  /** Missing or outdated. */
  readonly toCreate: readonly WantedContainer[];
}

export const matchContainers = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  own: readonly ObservedContainer[],
  wanted: readonly WantedContainer[],
  uprooted: Uprooted,
): Matches => {
  const bySlot = Map.groupBy(own.filter(isUsable), ({ owner }) => `${owner?.key}/${owner?.slot}`);
  const matched = new Map<WantedContainer, ObservedContainer>();
  for (const want of wanted) {
    const candidates = bySlot.get(`${want.service}/${want.slot}`) ?? [];
    const [best] = candidates.toSorted(
      (a, b) => rank(b, want, observed) - rank(a, want, observed) || a.createdAt.localeCompare(b.createdAt),
    );
    if (best !== undefined) matched.set(want, best);
  }
  const taken = new Set(matched.values());
  const isRight = makeIsRight(desired, observed, matched, uprooted);
  const outdated = new Set(wanted.flatMap((want) => (isRight(want) ? [] : (matched.get(want) ?? []))));
  return {
    matched,
    outdated: [...outdated],
    surplus: own.filter((container) => !taken.has(container)),
    toCreate: wanted.filter((want) => {
      const have = matched.get(want);
      return have === undefined || outdated.has(have);
    }),
  };
};

const isUsable = ({ state }: ObservedContainer): boolean => state !== 'removing' && state !== 'dead';

// Of two beside each other the one from the right image is the successor, though it is younger.
const rank = (container: ObservedContainer, want: WantedContainer, observed: ObservedApplication): number =>
  (hasHash(want, container) ? 4 : 0) +
  (isPinnedImage(want.pin, container.imageId, observed) ? 2 : 0) +
  (container.state === 'running' ? 1 : 0);

export const hasHash = (want: WantedContainer, have: ObservedContainer | undefined): boolean =>
  have?.owner?.specHash === want.spec.owner.specHash;

// A container that shares another's network must be made anew with it. So must one whose network is gone: the engine keeps
// the network's id in the container, and another network of the same name does not mend it. One that was taken over may
// stand on other networks than the file's, such as the engine's bridge: what it never joined is not gone for it.
const makeIsRight = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  matched: ReadonlyMap<WantedContainer, ObservedContainer>,
  uprooted: Uprooted,
) => {
  const there = new Set(
    observed.networks.flatMap(({ name, owner }) => (owner?.environment === desired.environment ? [name] : [])),
  );
  // One that is not ours is not mended by making its containers anew.
  for (const [key, spec] of Object.entries(desired.spec.networks))
    if (spec.external) there.add(objectName(desired.name, key, spec));
  const firsts = new Map(
    [...matched].flatMap(([want, have]) => (want.slot === 0 ? [[want.service, { want, have }]] : [])),
  );
  return (want: WantedContainer): boolean => {
    const have = matched.get(want);
    if (have === undefined || !hasHash(want, have)) return false;
    const isLost = ({ name }: { name: string }): boolean =>
      !there.has(name) && (have.adopted !== true || have.networks.includes(name));
    if (want.spec.networks.some(isLost) || isUprooted(have, uprooted)) return false;
    if (!isPinnedImage(want.pin, have.imageId, observed)) return false;
    const shared = sharedService(want.spec.networkMode);
    if (shared === undefined) return true;
    const partner = firsts.get(shared);
    return partner !== undefined && hasHash(partner.want, partner.have) && partner.have.createdAt <= have.createdAt;
  };
};
