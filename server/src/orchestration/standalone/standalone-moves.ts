// Which containers of a former revision make way now: batch by batch, while the others run on as they are. Pure and without
// memory: what has been moved is seen on the engine, and so is what is not good yet.
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { replicasOf, type DesiredApplication, type ObservedApplication } from '#orchestration/desired.ts';
import { replacementFor, type Replacement } from '#orchestration/update-settings.ts';
import { isThrough, lookAtContainer, millisecondsBetween } from './container-health.ts';
import { dependenciesOf } from './dependencies.ts';
import { hasHash, type Matches } from './match-containers.ts';
import { isUprooted, type Uprooted } from './standalone-objects.ts';
import { isLive, sharedService } from './standalone-steps.ts';
import type { WantedContainer } from './wanted-containers.ts';

export interface Moves extends Matches {
  /** Wanted ones without those whose former container runs on for now. */
  readonly wanted: readonly WantedContainer[];
  /** Runs on until its turn comes, or until its successor is good. */
  readonly kept: readonly ObservedContainer[];
}

/** Takes out of the matches what is not to happen yet. */
export const chooseMoves = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  wanted: readonly WantedContainer[],
  matches: Matches,
  uprooted: Uprooted,
): Moves => {
  const look = lookAtServices(desired, observed, wanted, matches);
  const moving = new Set<WantedContainer>();
  // What is held replaces nothing that runs, not even what is of neither revision.
  if (desired.upgrade?.state !== 'held')
    for (const service of look.values()) for (const want of movesOf(desired, observed, service, look)) moving.add(want);
  // A network that is made anew takes all its containers along; one that is shared, those that share it.
  const waiting = new Set([...look.values()].flatMap((service) => service.waiting));
  for (const want of waiting) if (isUprootedAt(matches, want, uprooted)) moving.add(want);
  const renewed = new Set(
    matches.toCreate.flatMap((want) =>
      want.slot === 0 && (moving.has(want) || !waiting.has(want)) ? [want.service] : [],
    ),
  );
  const firsts = new Map(wanted.flatMap((want) => (want.slot === 0 ? [[want.service, want]] : [])));
  for (const service of look.values()) {
    const partner = sharedService(desired.spec.services[service.name]?.networkMode);
    const first = firsts.get(partner ?? '');
    if (partner === undefined || first === undefined) continue;
    const isPartnerStaying = waiting.has(first) && !moving.has(first);
    // What is right but for the network it shares has none while that is another one's already.
    for (const want of service.waiting)
      if (renewed.has(partner) || (!isPartnerStaying && hasHash(want, matches.matched.get(want)))) moving.add(want);
  }
  return split(desired, observed, wanted, matches, look, { moving, waiting, uprooted });
};

const isUprootedAt = ({ matched }: Matches, want: WantedContainer, uprooted: Uprooted): boolean => {
  const have = matched.get(want);
  return have !== undefined && isUprooted(have, uprooted);
};

interface ServiceLook {
  readonly name: string;
  readonly replacement: Replacement;
  /** Whose former container runs, or has done its work: those that are not good first, then in the order of slots. */
  readonly waiting: readonly WantedContainer[];
  /** How many of them are not good. */
  readonly sick: number;
  /** Slots without a good container. */
  readonly unready: number;
  /** When the youngest container of this revision was made. */
  readonly movedAt: string | undefined;
}

const lookAtServices = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  wanted: readonly WantedContainer[],
  { matched, outdated }: Matches,
): Map<string, ServiceLook> => {
  const old = new Set(outdated);
  return new Map(
    [...Map.groupBy(wanted, ({ service }) => service)].map(([name, own]) => {
      const replacement = replacementFor(desired, name);
      const haveOf = (want: WantedContainer) => matched.get(want);
      const look = (have: ObservedContainer) =>
        lookAtContainer(have, desired.spec.services[name], replacement, observed.observedAt);
      const isReady = (want: WantedContainer) => {
        const have = haveOf(want);
        return have !== undefined && !old.has(have) && isThrough(look(have), replacement);
      };
      const isWell = (want: WantedContainer) => {
        const have = haveOf(want);
        return have !== undefined && look(have).isGood;
      };
      const isShared = sharedService(desired.spec.services[name]?.networkMode) !== undefined;
      // One that has done its work has its turn too. What is right but for the network it shares waits for that.
      const isWaiting = (want: WantedContainer) => {
        const have = haveOf(want);
        if (have === undefined || !old.has(have)) return false;
        return isLive(have) || look(have).isGood || (isShared && hasHash(want, have));
      };
      const { well = [], sick = [] } = Object.groupBy(own.filter(isWaiting), (want) =>
        isWell(want) ? 'well' : 'sick',
      );
      const waiting = [...sick, ...well];
      const ready = own.filter(isReady);
      return [
        name,
        {
          name,
          replacement,
          waiting,
          sick: sick.length,
          unready: own.length - waiting.length - ready.length,
          movedAt: own
            .flatMap((want) => matched.get(want) ?? [])
            .filter((have) => !old.has(have) && have.owner?.revision === desired.revision)
            .map(({ createdAt }) => createdAt)
            .sort()
            .at(-1),
        },
      ];
    }),
  );
};

const movesOf = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  { name, replacement, waiting, sick, unready, movedAt }: ServiceLook,
  look: ReadonlyMap<string, ServiceLook>,
): readonly WantedContainer[] => {
  const { upgrade } = desired;
  const isGated = upgrade?.isGated === true && upgrade.state === 'rolling';
  // Nobody misses those that are not good, and nothing is waited for: the sooner the better.
  if (!isGated) return waiting.slice(0, Math.max(replacement.batch, sick));
  const isAhead = dependenciesOf(desired.spec, name).some(({ name: needed }) => {
    const other = look.get(needed);
    if (other === undefined) return false;
    // One whose image is being fetched may have to make way yet.
    const isOpen = desired.toFetch?.has(desired.spec.services[needed]?.image ?? '') === true;
    return isOpen || other.waiting.length > 0 || other.unready > 0;
  });
  if (isAhead) return [];
  if (movedAt === undefined) return waiting.slice(0, Math.max(0, replacement.batch - unready));
  // A batch is through when somebody has written so; the pause before the next one begins there.
  const doneAt = upgrade.batchDoneAt[name];
  const isThrough = doneAt !== undefined && doneAt >= movedAt;
  const isPause = !isThrough || millisecondsBetween(doneAt, observed.observedAt) < replacement.intervalMs;
  return isPause ? [] : waiting.slice(0, Math.max(0, replacement.batch - unready));
};

const split = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  wanted: readonly WantedContainer[],
  matches: Matches,
  look: ReadonlyMap<string, ServiceLook>,
  {
    moving,
    waiting,
    uprooted,
  }: Readonly<Record<'moving' | 'waiting', ReadonlySet<WantedContainer>>> & {
    readonly uprooted: Uprooted;
  },
): Moves => {
  const matched = new Map(matches.matched);
  const outdated: ObservedContainer[] = [];
  const kept: ObservedContainer[] = [];
  const held = new Set<WantedContainer>();
  const beside = new Map<WantedContainer, WantedContainer>();
  const old = new Set(matches.outdated);
  const names = new Set(observed.containers.map((container) => container.name));
  const surplusNames = new Set(matches.surplus.map((container) => container.name));
  const renamed = (want: WantedContainer): WantedContainer => {
    const name = freeName(`${want.spec.name}-r${desired.revision}`, names);
    return { ...want, spec: { ...want.spec, name } };
  };
  for (const want of wanted) {
    const have = matches.matched.get(want);
    if (have === undefined || !old.has(have)) continue;
    if (waiting.has(want) && !moving.has(want)) {
      held.add(want);
      kept.push(have);
    } else if (
      isLive(have) &&
      !isUprooted(have, uprooted) &&
      look.get(want.service)?.replacement.order === 'start-first'
    ) {
      kept.push(have);
      beside.set(want, renamed(want));
      matched.delete(want);
    } else {
      outdated.push(have);
      // Its usual name may be that of one of the slot that stays for now.
      if (!surplusNames.has(want.spec.name)) continue;
      const successor = renamed(want);
      beside.set(want, successor);
      matched.delete(want);
      matched.set(successor, have);
    }
  }
  const now = (list: readonly WantedContainer[]) =>
    list.filter((want) => !held.has(want)).map((want) => beside.get(want) ?? want);
  return {
    matched,
    outdated,
    surplus: matches.surplus,
    toCreate: now(matches.toCreate),
    wanted: now(wanted),
    kept,
  };
};

// One of this name may be there that is not right either.
const freeName = (name: string, taken: ReadonlySet<string>): string => {
  if (!taken.has(name)) return name;
  for (let count = 2; count <= taken.size; count += 1) if (!taken.has(`${name}-${count}`)) return `${name}-${count}`;
  return `${name}-${taken.size + 1}`;
};

/**
 * Of what stands for no slot any more, what goes now. While an upgrade waits for good containers, the former ones beside new
 * ones stay until the whole batch is good, and a service that is no longer in the file until all others are, unless it holds a
 * port that somebody waits for.
 */
export const surplusToGo = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  { surplus, matched, toCreate, kept, wanted }: Moves,
  uprooted: Uprooted,
): readonly ObservedContainer[] => {
  const { upgrade } = desired;
  if (upgrade === undefined || !upgrade.isGated || upgrade.state === 'rolling_back') return surplus;
  const isMade = new Set(toCreate);
  const right = new Map(
    [...matched].flatMap(([want, have]) => (isMade.has(want) ? [] : [[slotOf(want.service, want.slot), have]])),
  );
  const isReady = (service: string, have: ObservedContainer | undefined): boolean => {
    if (have === undefined) return false;
    const replacement = replacementFor(desired, service);
    return isThrough(
      lookAtContainer(have, desired.spec.services[service], replacement, observed.observedAt),
      replacement,
    );
  };
  // Together, so that they go while the next batch is made, and not one after the other.
  const unready = new Set(
    wanted.flatMap((want) =>
      isMade.has(want) || isReady(want.service, right.get(slotOf(want.service, want.slot))) ? [] : [want.service],
    ),
  );
  const isSettled = upgrade.state === 'rolling' && kept.length === 0 && toCreate.length === 0 && unready.size === 0;
  const asked = new Set(
    toCreate.flatMap(({ service }) =>
      (desired.spec.services[service]?.ports ?? []).flatMap(({ published }) =>
        published === undefined
          ? []
          : Array.from({ length: published.to - published.from + 1 }, (_, at) => published.from + at),
      ),
    ),
  );
  return surplus.filter((container) => {
    const { key, slot } = container.owner ?? { key: '', slot: 0 };
    if (!isLive(container) || isUprooted(container, uprooted)) return true;
    if (desired.spec.services[key] === undefined)
      return isSettled || container.ports.some(({ hostPort }) => hostPort !== undefined && asked.has(hostPort));
    if (slot >= replicasOf(desired, key)) return true;
    const isBatchReady = upgrade.state === 'held' || !unready.has(key);
    return isBatchReady && isReady(key, right.get(slotOf(key, slot)));
  });
};

const slotOf = (service: string, slot: number): string => `${service}/${slot}`;
