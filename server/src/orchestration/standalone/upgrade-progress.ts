// How far an upgrade is: which containers are of the target revision, which of these are good, and what speaks against it.
// Times are the host's own, so that differences need no common clock. Pure.
import { fromInstant } from '@berth/common/clock.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import {
  ownContainers,
  replicasOf,
  type DesiredApplication,
  type ObservedApplication,
} from '#orchestration/desired.ts';
import type { UpgradeProgress } from '#orchestration/driver.ts';
import { replacementFor, type Replacement } from '#orchestration/update-settings.ts';
import { sha256 } from './sha256.ts';
import { wantedContainers, type WantedContainer } from './wanted-containers.ts';

// One that the engine has had to start again so often does not become good by waiting.
const restartsMaximum = 3;

export const upgradeProgress = (desired: DesiredApplication, observed: ObservedApplication): UpgradeProgress => {
  const own = ownContainers(observed, desired.id).filter(({ owner }) => owner?.run === undefined);
  const nowMs = fromInstant(observed.observedAt);
  const moved = findMoved(desired, own);
  const byService = Map.groupBy(moved, ({ want }) => want.service);
  const looks = new Map(
    Object.keys(desired.spec.services).map((service) => {
      const settings = replacementFor(desired, service);
      const policy = desired.spec.services[service]?.restart.policy ?? 'no';
      const found = (byService.get(service) ?? []).map(({ have }) => ({
        have,
        ...look(have, settings, policy, nowMs),
      }));
      return [service, { found, settings, total: replicasOf(desired, service) }];
    }),
  );
  const all = [...looks.values()];
  // What stood there already, and is right, has not been put there by this upgrade: it does not speak against it.
  const failed = [...looks].flatMap(([service, { found }]) =>
    found.flatMap(({ have, failure }) =>
      failure === undefined || have.owner?.revision !== desired.revision ? [] : [{ service, have, failure }],
    ),
  )[0];
  const batchDoneAt = Object.fromEntries(
    [...looks].flatMap(([service, { found }]) => doneAt(desired, observed, service, found)),
  );
  const kept = new Set(moved.map(({ have }) => have.id));
  const finished =
    all.every(
      ({ found, total }) => found.length === total && found.every(({ isGood }) => isGood || !isGated(desired)),
    ) && own.every(({ id }) => kept.has(id));
  const waits = all.flatMap(({ found }) => found.flatMap(({ againMs }) => againMs ?? []));
  const pauses = [...looks].flatMap(([service, { settings }]) => {
    const done = batchDoneAt[service];
    const left = done === undefined ? 0 : settings.intervalMs - (nowMs - fromInstant(done));
    // Also without a pause: the next batch begins with the pass that reads that this one is through.
    const isNew = done !== undefined && done !== desired.upgrade?.batchDoneAt[service];
    return left > 0 || (isNew && !finished) ? [left] : [];
  });
  const next = [...waits, ...pauses];
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
    ...(next.length === 0 ? {} : { againMs: Math.max(1, Math.min(...next)) }),
  };
};

const isGated = ({ upgrade }: DesiredApplication): boolean =>
  upgrade === undefined || (upgrade.isGated && upgrade.state !== 'rolling_back');

/** Containers that are as the target revision wants them; in a slot with two, one of them. */
const findMoved = (
  desired: DesiredApplication,
  own: readonly ObservedContainer[],
): { want: WantedContainer; have: ObservedContainer }[] => {
  const bySlot = Map.groupBy(own, ({ owner }) => `${owner?.key}/${owner?.slot}`);
  return wantedContainers(desired, sha256).flatMap((want) => {
    const pin = desired.images[want.spec.service.image];
    const have = (bySlot.get(`${want.service}/${want.slot}`) ?? []).find(
      ({ owner, imageId, state }) =>
        owner?.specHash === want.spec.owner.specHash && (pin === undefined || pin === imageId) && state !== 'removing',
    );
    return have === undefined ? [] : [{ want, have }];
  });
};

interface Look {
  readonly isGood: boolean;
  readonly failure?: { readonly reason: string; readonly message: string };
  /** When the look can change by itself. */
  readonly againMs?: number;
}

const look = (have: ObservedContainer, settings: Replacement, policy: string, nowMs: number): Look => {
  const fails = (reason: string, message: string): Look => ({ isGood: false, failure: { reason, message } });
  const { exit, name } = have;
  if (have.restarts >= restartsMaximum || (have.state === 'restarting' && have.restarts >= restartsMaximum))
    return fails(
      'exits_at_once',
      `${name} ended with code ${exit?.code ?? 'unknown'}, restarted ${have.restarts} times`,
    );
  if (have.state === 'exited' && exit !== undefined && !exit.byEngine) {
    if (exit.code === 0) return { isGood: policy !== 'always' && policy !== 'unless-stopped' };
    return fails('exits_at_once', `${name} ended with code ${exit.code}`);
  }
  if (have.state === 'created' && (exit?.error ?? '') !== '') return fails('engine_refused', `${name}: ${exit?.error}`);
  if (have.health === 'unhealthy') return fails('unhealthy', `${name} fails its health check`);
  const sinceMs = nowMs - fromInstant(have.startedAt ?? have.createdAt);
  if (have.state === 'running' && have.health === 'healthy') return { isGood: true };
  if (have.state === 'running' && have.health === 'none') {
    const leftMs = settings.monitorMs - sinceMs;
    return leftMs <= 0 ? { isGood: true } : { isGood: false, againMs: leftMs };
  }
  const leftMs = settings.deadlineMs - (nowMs - fromInstant(have.createdAt));
  if (leftMs > 0) return { isGood: false, againMs: leftMs };
  return fails('not_ready_in_time', `${name} was not good within ${Math.round(settings.deadlineMs / 1000)} s`);
};

// A batch is through when all that was moved is good; the next one is known by a container that is younger.
const doneAt = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  service: string,
  found: readonly { readonly have: ObservedContainer; readonly isGood: boolean }[],
): [string, string][] => {
  const known = desired.upgrade?.batchDoneAt[service];
  const own = found.filter(({ have }) => have.owner?.revision === desired.revision);
  const newest = own.map(({ have }) => have.createdAt).reduce((a, b) => (a > b ? a : b), '');
  const isThrough = own.length > 0 && own.every(({ isGood }) => isGood) && (known === undefined || newest > known);
  if (isThrough) return [[service, observed.observedAt]];
  return known === undefined ? [] : [[service, known]];
};
