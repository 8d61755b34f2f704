// Makes the container of a run, with what it stands on; or says why that cannot be, or what it has to wait for.
import { asPlatformError } from '@berth/common/platform-error.ts';
import { readSpecAndImages } from '#applications/revision-store.ts';
import { effectiveRevision } from '#applications/upgrade-state.ts';
import { toObserved } from '#applications/desired-application.ts';
import { readSettings } from '#environments/environment-store.ts';
import { isOutOfReach, type ReachedHost } from '#hosts/reach-host.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import { makeStandaloneDriver } from '#orchestration/standalone/standalone-driver.ts';
import { volumeSteps } from '#orchestration/standalone/standalone-objects.ts';
import { makeStep, type StandaloneStep } from '#orchestration/standalone/standalone-steps.ts';
import { objectName } from '#orchestration/standalone/wanted-containers.ts';
import { evaluatePolicy } from '#policy/evaluate-policy.ts';
import { desiredFor, runContainer } from './run-container.ts';
import { failed, type Outcome } from './run-plan.ts';
import type { RunRound } from './run-reconciler.ts';
import { writeRun, type RunRow } from './run-store.ts';

type Made =
  | { readonly made: true }
  | { readonly outcome: Outcome }
  | { readonly againMs: number; readonly reason: string; readonly message: string };

const networkAgainMs = 2_000;

export const makeRunContainer = async (round: RunRound, row: RunRow, at: ReachedHost): Promise<Made> => {
  const desired = await readDesired(round, row);
  const { service, problem } = await checkService(round, row, desired);
  if (service === undefined) return { outcome: problem };
  const observed = toObserved(at.host, await at.watch.observe());
  const missing = missingNetwork(desired, observed, row.service);
  if (missing !== undefined)
    return round.application.desired_state === 'running'
      ? {
          againMs: networkAgainMs,
          reason: 'network_missing',
          message: `The network ${missing} is not there yet`,
        }
      : { outcome: failed('application_stopped', `The network ${missing} is not there; start the application first`) };
  const image = await findImage(at, desired, service.image);
  if (image === undefined && service.build !== undefined)
    return { outcome: failed('image_not_built', `The image of ${row.service} was not built on this host yet`) };
  const container = runContainer(
    desired,
    {
      run: row.id,
      service: row.service,
      command: JSON.parse(row.command) as string[] | null,
      environment: JSON.parse(row.environment) as Record<string, string>,
    },
    image,
    sha256,
  );
  if (container === undefined) return { outcome: serviceGone(row, desired) };
  const wanted = { service: row.service, slot: 0, spec: container };
  const pulls: StandaloneStep[] =
    image === undefined
      ? [
          makeStep(observed, {
            id: 'pull',
            target: service.image,
            because: 'the host does not have it',
            service: row.service,
            detail: {
              do: 'pull_image',
              reference: service.image,
              platform: service.platform,
              policy: service.pullPolicy,
            },
          }),
        ]
      : [];
  const pulled = pulls.map(({ id }) => id);
  const volumes = volumeSteps(desired, observed, sha256, [wanted], pulled);
  const [blocked] = volumes.blocked;
  if (blocked !== undefined) return { outcome: failed(blocked.code, blocked.message) };
  const create = makeStep(observed, {
    id: 'create',
    target: container.name,
    because: 'a run of it was asked for',
    service: row.service,
    after: [...pulled, ...volumes.steps.map(({ id }) => id)],
    detail: { do: 'create_container', container },
  });
  if (row.revision !== desired.revision)
    await writeRun(round.parts.db, round.allowed, row, { revision: desired.revision });
  return apply(round, at, observed, [...pulls, ...volumes.steps, create]);
};

const apply = async (
  round: RunRound,
  at: ReachedHost,
  observed: ObservedApplication,
  steps: readonly StandaloneStep[],
): Promise<Made> => {
  // Nothing is built for a run; the upgrade that came with the build has built it.
  const driver = makeStandaloneDriver(at.link, round.fence, observed, () => Promise.resolve({}));
  const plan = { steps, waiting: [], blocked: [], unchanged: 0 };
  const { failed: failures } = await at.watch.during(() => driver.apply(plan, () => undefined, round.signal));
  round.signal.throwIfAborted();
  const [failure] = failures;
  if (failure === undefined) return { made: true };
  const error = asPlatformError(failure.error);
  if (isOutOfReach(error) || error.code === 'bug') throw error;
  return { outcome: failed(error.code, error.message) };
};

const readDesired = async (
  { parts, ofApplication, application }: RunRound,
  row: RunRow,
): Promise<DesiredApplication> => {
  const number = effectiveRevision(application);
  const { spec, images } = await readSpecAndImages(parts.db, ofApplication, number);
  return desiredFor(
    { id: application.id, name: application.name, environment: application.environment_id },
    row.service,
    { number, spec, images },
  );
};

// The policy may be stricter now than when this was published: a run is a door like any other.
const checkService = async ({ parts, ofApplication }: RunRound, row: RunRow, desired: DesiredApplication) => {
  const service = desired.spec.services[row.service];
  if (service === undefined) return { service, problem: serviceGone(row, desired) };
  const [refusal] = evaluatePolicy(desired.spec, await readSettings(parts.db, ofApplication)).filter(
    ({ path }) => path?.startsWith('services.') !== true || path.startsWith(`services.${row.service}.`),
  );
  if (refusal !== undefined) return { service: undefined, problem: failed('policy_violation', refusal.message) };
  return { service, problem: undefined };
};

const serviceGone = (row: RunRow, desired: DesiredApplication): Outcome =>
  failed('service_gone', `${desired.name} has no service called ${row.service} any more`);

const missingNetwork = (
  desired: DesiredApplication,
  observed: ObservedApplication,
  service: string,
): string | undefined => {
  const there = new Set(
    observed.networks.flatMap(({ name, owner }) => (owner?.environment === desired.environment ? [name] : [])),
  );
  return Object.keys(desired.spec.services[service]?.networks ?? {}).find(
    (key) => !there.has(objectName(desired.name, key, desired.spec.networks[key])),
  );
};

/** What to make the container from: what the revision stands for, when a tag has moved on. Undefined: it has to be pulled. */
const findImage = async (
  { link }: ReachedHost,
  desired: DesiredApplication,
  reference: string,
): Promise<string | undefined> => {
  const client = link.client();
  const { image } = await client.findImage({ query: { reference } });
  const pin = desired.images[reference]?.id;
  if (pin === undefined || image?.id === pin) return image === null ? undefined : reference;
  const { image: pinned } = await client.findImage({ query: { reference: pin } });
  if (pinned !== null) return pin;
  return image === null ? undefined : reference;
};
