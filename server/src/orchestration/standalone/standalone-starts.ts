// Which containers are started, in which order, and which have to wait for something no step can bring about. Pure.
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { ownContainers, type DesiredApplication, type ObservedApplication } from '#orchestration/desired.ts';
import type { Waiting } from '#orchestration/driver.ts';
import { dependenciesOf, isSatisfied } from './dependencies.ts';
import type { Matches } from './match-containers.ts';
import { isLive, makeStep, type StandaloneStep } from './standalone-steps.ts';
import type { WantedContainer } from './wanted-containers.ts';

/** `portStops`: ids of the steps that stop containers which hold, or may hold, a port of the host. */
export const startSteps = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  wanted: readonly WantedContainer[],
  { matched, toCreate }: Pick<Matches, 'matched' | 'toCreate'>,
  portStops: readonly string[],
): { steps: StandaloneStep[]; waiting: Waiting[] } => {
  const created = new Set(toCreate);
  const reasonOf = (want: WantedContainer): string | undefined =>
    created.has(want) ? createReason(desired, matched.get(want)) : restartReason(desired, want, matched.get(want));
  const pending = Map.groupBy(
    wanted.filter((want) => reasonOf(want) !== undefined),
    (want) => want.service,
  );
  const startIds = new Map<string, string[]>();
  const unmet = makeUnmet(desired, observed, toCreate, pending, startIds);
  const steps: StandaloneStep[] = [];
  // Round by round: a start can follow in this plan only when every start it needs is in it.
  for (;;) {
    const round = [...pending].filter(([service]) => unmet(service).length === 0);
    if (round.length === 0) break;
    for (const [service, wants] of round) {
      pending.delete(service);
      const needed = dependenciesOf(desired.spec, service).flatMap(({ name }) => startIds.get(name) ?? []);
      const stops = publishesPort(desired, service) ? portStops : [];
      const made = wants.map((want) =>
        startStep(observed, want, {
          because: reasonOf(want) ?? '',
          after: [...(created.has(want) ? [`create:${want.spec.name}`] : []), ...stops, ...needed],
          container: created.has(want) ? undefined : matched.get(want)?.id,
        }),
      );
      steps.push(...made);
      startIds.set(
        service,
        made.map((step) => step.id),
      );
    }
  }
  const waiting = [...pending].flatMap(([service, wants]) =>
    wants.flatMap(() => unmet(service).map(({ name, condition }) => ({ service, dependency: name, condition }))),
  );
  return { steps, waiting };
};

/** What a service still waits for; the same for each of its containers. */
const makeUnmet = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  toCreate: readonly WantedContainer[],
  pending: ReadonlyMap<string, unknown>,
  started: ReadonlyMap<string, unknown>,
) => {
  const byService = Map.groupBy(ownContainers(observed, desired.id), ({ owner }) => owner?.key ?? '');
  const replacing = new Set(toCreate.map((want) => want.service));
  return (service: string) =>
    dependenciesOf(desired.spec, service).filter(
      ({ name, condition }) =>
        // What is yet to be started itself satisfies nobody, whatever its last run came to.
        pending.has(name) ||
        !isSatisfied(desired, name, condition, byService.get(name) ?? [], replacing, started.has(name)),
    );
};

const startStep = (
  observed: ObservedApplication,
  { service, slot, spec: { name } }: WantedContainer,
  { because, after, container }: { because: string; after: readonly string[]; container: string | undefined },
): StandaloneStep =>
  makeStep(observed, {
    id: `start:${name}`,
    target: name,
    service,
    because,
    after,
    detail: { do: 'start_container', container, service, slot },
  });

const publishesPort = (desired: DesiredApplication, service: string): boolean =>
  desired.spec.services[service]?.networkMode === 'host' ||
  (desired.spec.services[service]?.ports ?? []).some((port) => port.published !== undefined);

/** Why a container that does not run has to be started; undefined: it is to be left as it is. */
const restartReason = (
  desired: DesiredApplication,
  want: WantedContainer,
  have: ObservedContainer | undefined,
): string | undefined => {
  if (have === undefined || isLive(have)) return undefined;
  if (have.state === 'created') return 'it is to run';
  if (desired.wishOpen && !desired.startedForWish.has(want.spec.name)) return 'somebody asked for it to run';
  if (have.exit?.byEngine === true) return 'it ended with the Docker engine';
  // Its own revision's: while an upgrade is held, a service may have containers of two.
  const { policy } = want.spec.service.restart;
  // The engine itself restarts these, unless somebody stopped them by hand.
  return policy === 'always' || policy === 'unless-stopped' ? 'it was stopped, and has to run' : undefined;
};

/** Why a container is made. */
export const createReason = (desired: DesiredApplication, former: ObservedContainer | undefined): string => {
  if (former !== undefined) return 'its service has changed';
  return desired.wishOpen ? 'the service wants it' : 'it is gone and has to be there';
};
