// What is done to a container that stays: it is restarted, batch after batch, and given back its usual name. Pure.
import { soonest } from '@berth/common/clock.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import type { Plan } from '#orchestration/driver.ts';
import { replacementFor } from '#orchestration/update-settings.ts';
import { lookAtContainer } from './container-health.ts';
import type { Moves } from './standalone-moves.ts';
import { isLive, makeStep, stopStep, type StandaloneDetail, type StandaloneStep } from './standalone-steps.ts';
import type { WantedContainer } from './wanted-containers.ts';

/**
 * Stop and start of the containers of the services asked for, one batch in a plan: the next is in the plan that sees this one
 * good. One that does not become good leaves the others running.
 */
export const restartSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  moves: Moves,
  leaving: readonly ObservedContainer[],
): Pick<Plan<StandaloneDetail>, 'restarts'> & { readonly steps: StandaloneStep[] } => {
  if (!desired.wishOpen) return { steps: [] };
  const created = new Set(moves.toCreate);
  // One that has just taken over from another is the only one of its slot now: its turn comes when it is seen alone.
  const takenOver = new Set(leaving.filter(isLive).map(({ owner }) => `${owner?.key}/${owner?.slot}`));
  const byService = Map.groupBy(moves.wanted, ({ service }) => service);
  const steps: StandaloneStep[] = [];
  const waits: (number | undefined)[] = [];
  let left = 0;
  for (const service of desired.restart) {
    const replacement = replacementFor(desired, service);
    const due: { want: WantedContainer; have: ObservedContainer; isGood: boolean }[] = [];
    let unready = 0;
    for (const want of byService.get(service) ?? []) {
      const have = created.has(want) ? undefined : moves.matched.get(want);
      const look = have && lookAtContainer(have, desired.spec.services[service], replacement, observed.observedAt);
      const isDue = have !== undefined && isLive(have) && !desired.startedForWish.has(want.spec.name);
      if (isDue && takenOver.has(`${service}/${want.slot}`)) left += 1;
      else if (isDue) due.push({ want, have, isGood: look?.isGood === true });
      else if (look?.isGood !== true) {
        unready += 1;
        waits.push(look?.againMs);
      }
    }
    // Those that are not good first: nobody misses them.
    const inTurn = [...due.filter(({ isGood }) => !isGood), ...due.filter(({ isGood }) => isGood)];
    const now = inTurn.slice(0, Math.max(0, replacement.batch - unready));
    left += due.length - now.length;
    steps.push(...now.flatMap(({ want, have }) => restart(desired, observed, want, have)));
  }
  const againMs = soonest(...waits);
  return { steps, ...(left === 0 ? {} : { restarts: { left, ...(againMs === undefined ? {} : { againMs }) } }) };
};

const restart = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  { service, slot, spec: { name } }: WantedContainer,
  have: ObservedContainer,
): StandaloneStep[] => {
  const because = 'somebody asked for a restart';
  const stop = stopStep(observed, desired, have, because, []);
  const start = makeStep(observed, {
    id: `start:${name}`,
    target: name,
    service,
    because,
    after: [stop.id],
    detail: { do: 'start_container', container: have.id, service, slot },
  });
  return [stop, start];
};

/** A container that was started beside its former one takes the usual name once that is free. */
export const renameSteps = (
  observed: ObservedApplication,
  { wanted, matched, toCreate }: Moves,
  disposals: readonly StandaloneStep[],
): StandaloneStep[] => {
  const created = new Set(toCreate);
  const leaving = new Map(
    disposals.flatMap(({ id, detail }) => (detail.do === 'remove_container' ? [[detail.container, id] as const] : [])),
  );
  const holders = new Map(observed.containers.map((container) => [container.name, container]));
  return wanted.flatMap((want) => {
    const have = matched.get(want);
    const { name } = want.spec;
    if (have === undefined || created.has(want) || have.adopted === true || have.name === name) return [];
    const holder = holders.get(name);
    const freed = holder === undefined ? undefined : leaving.get(holder.id);
    if (holder !== undefined && freed === undefined) return [];
    return [
      makeStep(observed, {
        id: `rename:${have.name}`,
        target: name,
        service: want.service,
        because: 'the one that had this name is gone',
        after: freed === undefined ? [] : [freed],
        detail: { do: 'rename_container', container: have.id, name },
      }),
    ];
  });
};
