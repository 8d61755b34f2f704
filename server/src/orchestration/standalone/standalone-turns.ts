// What is done to a container that stays: it is restarted, batch after batch, and given back its usual name. Pure.
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import { replacementFor } from '#orchestration/update-settings.ts';
import type { Moves } from './standalone-moves.ts';
import { isLive, makeStep, stopStep, type StandaloneStep } from './standalone-steps.ts';

/** Stop and start of each container of the services asked for; a batch begins when the one before it has started. */
export const restartSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  { wanted, matched, toCreate }: Moves,
): StandaloneStep[] => {
  if (!desired.wishOpen) return [];
  const created = new Set(toCreate);
  const steps: StandaloneStep[] = [];
  for (const service of desired.restart) {
    const due = wanted.filter((want) => {
      const have = matched.get(want);
      return (
        want.service === service &&
        have !== undefined &&
        !created.has(want) &&
        isLive(have) &&
        !desired.startedForWish.has(want.spec.name)
      );
    });
    const { batch } = replacementFor(desired, service);
    let before: string[] = [];
    for (let at = 0; at < due.length; at += batch) {
      const starts: string[] = [];
      for (const want of due.slice(at, at + batch)) {
        const have = matched.get(want);
        if (have === undefined) continue;
        const stop = stopStep(observed, desired, have, 'somebody asked for a restart', before);
        const start = makeStep(observed, {
          id: `start:${want.spec.name}`,
          target: want.spec.name,
          service,
          because: 'somebody asked for a restart',
          after: [stop.id],
          detail: { do: 'start_container', container: have.id, service, slot: want.slot },
        });
        steps.push(stop, start);
        starts.push(start.id);
      }
      before = starts;
    }
  }
  return steps;
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
