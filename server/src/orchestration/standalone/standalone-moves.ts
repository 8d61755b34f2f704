// Which containers of a former revision make way now: batch by batch, while the others run on as they are. Pure and without
// memory: what has been moved is seen on the engine, and so is what is not good yet.
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { replicasOf, type DesiredApplication, type ObservedApplication } from '#orchestration/desired.ts';
import { replacementFor, type Replacement } from '#orchestration/update-settings.ts';
import { isGood, millisecondsBetween } from './container-health.ts';
import { dependenciesOf } from './dependencies.ts';
import type { Matches } from './match-containers.ts';
import { isLive, sharedService } from './standalone-steps.ts';
import type { WantedContainer } from './wanted-containers.ts';

export interface Moves extends Matches {
  /** Wanted ones without those whose former container runs on for now. */
  readonly wanted: readonly WantedContainer[];
  /** Runs on until its turn comes, or until its successor is good. */
  readonly kept: readonly ObservedContainer[];
}

/** Services whose networks are made anew: all their containers go at once. */
export type Uprooted = ReadonlySet<string>;

/** Takes out of the matches what is not to happen yet. */
export const chooseMoves = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  wanted: readonly WantedContainer[],
  matches: Matches,
  uprooted: Uprooted,
): Moves => {
  if (desired.upgrade === undefined || desired.upgrade.state === 'held') return { ...matches, wanted, kept: [] };
  const look = lookAtServices(desired, observed, wanted, matches);
  const moving = new Set<WantedContainer>();
  for (const service of look.values())
    for (const want of movesOf(desired, observed, service, look, uprooted)) moving.add(want);
  // A shared network goes with the container that has it.
  for (const { name, waiting } of look.values()) {
    const partner = sharedService(desired.spec.services[name]?.networkMode);
    if (partner !== undefined && [...moving].some((want) => want.service === partner && want.slot === 0))
      for (const want of waiting) moving.add(want);
  }
  return split(desired, wanted, matches, look, moving);
};

interface ServiceLook {
  readonly name: string;
  readonly replacement: Replacement;
  /** Whose former container runs, in the order of slots. */
  readonly waiting: readonly WantedContainer[];
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
      const isWaiting = (want: WantedContainer) => {
        const have = haveOf(want);
        return have !== undefined && old.has(have) && isLive(have);
      };
      const isReady = (want: WantedContainer) => {
        const have = haveOf(want);
        if (have === undefined || old.has(have)) return false;
        return isGood(have, desired.spec.services[name], replacement.monitorMs, observed.observedAt);
      };
      const waiting = own.filter(isWaiting);
      const ready = own.filter(isReady);
      return [
        name,
        {
          name,
          replacement,
          waiting,
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
  { name, replacement, waiting, unready, movedAt }: ServiceLook,
  look: ReadonlyMap<string, ServiceLook>,
  uprooted: Uprooted,
): readonly WantedContainer[] => {
  if (uprooted.has(name)) return waiting;
  const { upgrade } = desired;
  const isGated = upgrade?.isGated === true && upgrade.state === 'rolling';
  if (!isGated) return waiting.slice(0, replacement.batch);
  const isAhead = dependenciesOf(desired.spec, name).some(({ name: needed }) => {
    const other = look.get(needed);
    return other !== undefined && (other.waiting.length > 0 || other.unready > 0);
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
  wanted: readonly WantedContainer[],
  matches: Matches,
  look: ReadonlyMap<string, ServiceLook>,
  moving: ReadonlySet<WantedContainer>,
): Moves => {
  const matched = new Map(matches.matched);
  const outdated: ObservedContainer[] = [];
  const kept: ObservedContainer[] = [];
  const held = new Set<WantedContainer>();
  const beside = new Map<WantedContainer, WantedContainer>();
  const old = new Set(matches.outdated);
  for (const want of wanted) {
    const have = matches.matched.get(want);
    if (have === undefined || !old.has(have)) continue;
    if (isLive(have) && !moving.has(want)) {
      held.add(want);
      kept.push(have);
    } else if (isLive(have) && look.get(want.service)?.replacement.order === 'start-first') {
      kept.push(have);
      const successor = { ...want, spec: { ...want.spec, name: `${want.spec.name}-r${desired.revision}` } };
      beside.set(want, successor);
      matched.delete(want);
    } else outdated.push(have);
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

/**
 * Of what stands for no slot any more, what goes now. While an upgrade waits for good containers, the former one beside a
 * new one stays until that is good, and a service that is no longer in the file until all others are, unless it holds a
 * port that somebody waits for.
 */
export const surplusToGo = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  { surplus, matched, toCreate, kept, wanted }: Moves,
): readonly ObservedContainer[] => {
  const { upgrade } = desired;
  if (upgrade === undefined || !upgrade.isGated || upgrade.state === 'rolling_back') return surplus;
  const isMade = new Set(toCreate);
  const right = new Map(
    [...matched].flatMap(([want, have]) => (isMade.has(want) ? [] : [[slotOf(want.service, want.slot), have]])),
  );
  const isReady = (service: string, have: ObservedContainer | undefined): boolean =>
    have !== undefined &&
    isGood(have, desired.spec.services[service], replacementFor(desired, service).monitorMs, observed.observedAt);
  const isSettled =
    upgrade.state === 'rolling' &&
    kept.length === 0 &&
    wanted.every(({ service, slot }) => isReady(service, right.get(slotOf(service, slot))));
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
    if (!isLive(container)) return true;
    if (desired.spec.services[key] === undefined)
      return isSettled || container.ports.some(({ hostPort }) => hostPort !== undefined && asked.has(hostPort));
    if (slot >= replicasOf(desired, key)) return true;
    return isReady(key, right.get(slotOf(key, slot)));
  });
};

const slotOf = (service: string, slot: number): string => `${service}/${slot}`;
