// How far an upgrade is: which containers are of the target revision, which of these are good, and what speaks against it.
// Times are the host's own, so that differences need no common clock. Pure.
import { fromInstant, soonest } from '@berth/common/clock.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import {
  isPinnedImage,
  replicasOf,
  serviceContainers,
  type DesiredApplication,
  type ObservedApplication,
} from '#orchestration/desired.ts';
import type { UpgradeProgress } from '#orchestration/driver.ts';
import { replacementFor } from '#orchestration/update-settings.ts';
import { isThrough, lookAtContainer } from './container-health.ts';
import { sha256 } from './sha256.ts';
import { isLive } from './standalone-steps.ts';
import { wantedContainers, type WantedContainer } from './wanted-containers.ts';

export const upgradeProgress = (desired: DesiredApplication, observed: ObservedApplication): UpgradeProgress => {
  const own = serviceContainers(observed, desired.id);
  const nowMs = fromInstant(observed.observedAt);
  const moved = findMoved(desired, observed, own);
  const byService = Map.groupBy(moved, ({ want }) => want.service);
  const looks = new Map(
    Object.keys(desired.spec.services).map((service) => {
      const settings = replacementFor(desired, service);
      const found = (byService.get(service) ?? []).map(({ have }) => {
        const look = lookAtContainer(have, desired.spec.services[service], settings, observed.observedAt);
        return { have, ...look, isThrough: isThrough(look, settings) };
      });
      return [service, { found, settings, total: replicasOf(desired, service) }];
    }),
  );
  const all = [...looks.values()];
  // What stood there already, and is right, has not been put there by this upgrade: it does not speak against it. Nor does
  // what ended before this wish, and is to be started again for it.
  const isOld = (have: ObservedContainer): boolean =>
    have.owner?.revision !== desired.revision ||
    (desired.wishOpen && !isLive(have) && !desired.startedForWish.has(have.name));
  const failed = [...looks].flatMap(([service, { found }]) =>
    found.flatMap(({ have, failure }) => (failure === undefined || isOld(have) ? [] : [{ service, have, failure }])),
  )[0];
  const batchDoneAt = Object.fromEntries(
    [...looks].flatMap(([service, { found }]) => doneAt(desired, observed, service, found)),
  );
  const kept = new Set(moved.map(({ have }) => have.id));
  const finished =
    // Who runs what is seen once it is known what is wanted.
    (desired.toFetch?.size ?? 0) === 0 &&
    all.every(
      ({ found, total }) => found.length === total && found.every((one) => one.isThrough || !isGated(desired)),
    ) &&
    own.every(({ id }) => kept.has(id));
  const waits = all.flatMap(({ found }) => found.flatMap(({ againMs }) => againMs ?? []));
  const pauses = [...looks].flatMap(([service, { settings }]) => {
    // A held one goes on when somebody says so, and one that nobody waits for has no pauses.
    if (desired.upgrade?.state !== 'rolling' || !desired.upgrade.isGated) return [];
    const done = batchDoneAt[service];
    const left = done === undefined ? 0 : settings.intervalMs - (nowMs - fromInstant(done));
    // Also without a pause: the next batch begins with the pass that reads that this one is through.
    const isNew = done !== undefined && done !== desired.upgrade?.batchDoneAt[service];
    return left > 0 || (isNew && !finished) ? [left] : [];
  });
  const nextMs = soonest(...waits, ...pauses);
  return {
    services: [...looks].map(([name, { found, total }]) => ({
      name,
      total,
      moved: found.length,
      ready: found.filter(({ isGood }) => isGood).length,
    })),
    batchDoneAt,
    finished,
    ...(failed === undefined
      ? {}
      : { failure: { service: failed.service, container: failed.have.id, ...failed.failure } }),
    ...(nextMs === undefined ? {} : { againMs: Math.max(1, nextMs) }),
  };
};

const isGated = ({ upgrade }: DesiredApplication): boolean =>
  upgrade === undefined || (upgrade.isGated && upgrade.state !== 'rolling_back');

/** Containers that are as the target revision wants them; in a slot with two, one of them. */
const findMoved = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  own: readonly ObservedContainer[],
): { want: WantedContainer; have: ObservedContainer }[] => {
  const bySlot = Map.groupBy(own, ({ owner }) => `${owner?.key}/${owner?.slot}`);
  return wantedContainers(desired, sha256).flatMap((want) => {
    const have = (bySlot.get(`${want.service}/${want.slot}`) ?? []).find(
      ({ owner, imageId, state }) =>
        owner?.specHash === want.spec.owner.specHash &&
        isPinnedImage(want.pin, imageId, observed) &&
        state !== 'removing',
    );
    return have === undefined ? [] : [{ want, have }];
  });
};

// A batch is through when all that was moved is good; the next one is known by a container that is younger.
const doneAt = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  service: string,
  found: readonly { readonly have: ObservedContainer; readonly isThrough: boolean }[],
): [string, string][] => {
  const known = desired.upgrade?.batchDoneAt[service];
  const own = found.filter(({ have }) => have.owner?.revision === desired.revision);
  const newest = own.map(({ have }) => have.createdAt).reduce((a, b) => (a > b ? a : b), '');
  const isBatchThrough = own.length > 0 && own.every((one) => one.isThrough) && (known === undefined || newest > known);
  if (isBatchThrough) return [[service, observed.observedAt]];
  return known === undefined ? [] : [[service, known]];
};
