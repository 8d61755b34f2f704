// Which container on the host stands for which wanted one, and whether it is right as it is. Pure.
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
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
): Matches => {
  const bySlot = Map.groupBy(own.filter(isUsable), ({ owner }) => `${owner?.key}/${owner?.slot}`);
  const matched = new Map<WantedContainer, ObservedContainer>();
  for (const want of wanted) {
    const candidates = bySlot.get(`${want.service}/${want.slot}`) ?? [];
    const [best] = candidates.toSorted(
      (a, b) => rank(b, want) - rank(a, want) || a.createdAt.localeCompare(b.createdAt),
    );
    if (best !== undefined) matched.set(want, best);
  }
  const taken = new Set(matched.values());
  const isRight = makeIsRight(desired, observed, matched);
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

const rank = (container: ObservedContainer, want: WantedContainer): number =>
  (hasHash(want, container) ? 2 : 0) + (container.state === 'running' ? 1 : 0);

const hasHash = (want: WantedContainer, have: ObservedContainer): boolean =>
  have.owner?.specHash === want.spec.owner.specHash;

// A container that shares another's network must be made anew with it. So must one whose network is gone: the engine keeps
// the network's id in the container, and another network of the same name does not mend it.
const makeIsRight = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  matched: ReadonlyMap<WantedContainer, ObservedContainer>,
) => {
  const there = new Set(
    observed.networks.flatMap(({ name, owner }) => (owner?.environment === desired.environment ? [name] : [])),
  );
  const lacksNetwork = (service: string): boolean =>
    Object.keys(desired.spec.services[service]?.networks ?? {}).some((key) => {
      const spec = desired.spec.networks[key];
      return spec?.external !== true && !there.has(objectName(desired.name, key, spec));
    });
  const withoutNetwork = new Set(Object.keys(desired.spec.services).filter(lacksNetwork));
  const firsts = new Map(
    [...matched].flatMap(([want, have]) => (want.slot === 0 ? [[want.service, { want, have }]] : [])),
  );
  return (want: WantedContainer): boolean => {
    const have = matched.get(want);
    if (have === undefined || !hasHash(want, have) || withoutNetwork.has(want.service)) return false;
    const pin = desired.images[want.spec.service.image];
    if (pin !== undefined && pin !== have.imageId) return false;
    const shared = sharedService(want.spec.networkMode);
    if (shared === undefined) return true;
    const partner = firsts.get(shared);
    return partner !== undefined && hasHash(partner.want, partner.have) && partner.have.createdAt <= have.createdAt;
  };
};
