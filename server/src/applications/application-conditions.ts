// What is to be said of an application: conditions with a reason a person understands, and one word for a list. Pure.
import { soonest } from '@berth/common/clock.ts';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ApplicationPhase, Condition } from '@berth/contract/applications.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Instant } from '@berth/contract/time.ts';
import {
  ownContainers,
  replicasOf,
  type DesiredApplication,
  type ObservedApplication,
} from '#orchestration/desired.ts';
import type { Plan, Waiting } from '#orchestration/driver.ts';
import { restartsForgottenInMs } from '#orchestration/standalone/container-health.ts';

export interface StepFailure {
  readonly code: string;
  readonly message: string;
  readonly service?: string | undefined;
}

type Draft = Omit<Condition, 'since'>;

export interface Facts {
  readonly desired: DesiredApplication;
  /** Seen after the steps. */
  readonly observed: ObservedApplication;
  readonly plan: Pick<Plan<unknown>, 'waiting' | 'blocked'>;
  readonly failures: readonly StepFailure[];
  /** Last log lines of containers that failed, by container id. */
  readonly logLines: ReadonlyMap<string, readonly string[]>;
  readonly previous: readonly Condition[];
  /** What is to be said of an upgrade. */
  readonly upgrade?: readonly Draft[];
  /** Something is still to be replaced. */
  readonly isUpgrading?: boolean;
  readonly now: Instant;
}

export interface Verdict {
  readonly conditions: Condition[];
  readonly phase: ApplicationPhase;
  /** Every container is as it should be. */
  readonly complete: boolean;
  /** Something failed that waiting alone does not mend. */
  readonly failed: Condition | undefined;
  /** When it can change by itself. */
  readonly againMs?: number | undefined;
}

const remedies: Readonly<Record<string, string>> = {
  image_not_found: 'Check the name and tag of the image, and that its registry can be reached from the host.',
  image_denied: 'Have the registry let this host pull the image, or name one that it may pull.',
  port_taken: 'Choose another port, or stop what holds this one.',
  name_taken: 'Rename the service, or remove the foreign object from the host.',
  no_space: 'Free disk space on the host.',
  exits_at_once: 'Read its last lines, mend the command or its settings, and publish again.',
  out_of_memory: 'Raise its memory limit in the file, or have the program use less.',
  no_health_check: 'Give the service a healthcheck in the file, or wait for service_started only.',
  unhealthy: 'Look at its log and at the health check in the file.',
  engine_unavailable: 'The platform team has to look at the Docker engine of the host.',
};

export const judgeApplication = (facts: Facts): Verdict => {
  const { desired } = facts;
  if (desired.state === 'removed')
    return settle(
      facts,
      [{ type: 'Progressing', reason: 'removing', message: 'It is being removed' }, ...failureDrafts(facts)],
      'removing',
      false,
    );
  const running = serviceContainers(facts.observed, desired.id).filter((container) =>
    ['running', 'restarting', 'paused'].includes(container.state),
  );
  if (desired.state === 'stopped') {
    const complete = running.length === 0 && facts.failures.length === 0;
    const drafts: Draft[] = complete
      ? []
      : [{ type: 'Progressing', reason: 'stopping', message: 'It is being stopped' }, ...failureDrafts(facts)];
    return settle(facts, drafts, complete ? 'stopped' : 'progressing', complete);
  }
  const broken = brokenDrafts(facts);
  const failures = [...failureDrafts(facts), ...broken];
  const pending = pendingDrafts(facts);
  const complete = failures.length === 0 && pending.length === 0 && facts.isUpgrading !== true;
  const upgrade = facts.upgrade ?? [];
  const available: Draft[] = complete
    ? [{ type: 'Available', reason: 'all_running', message: 'All containers are as they should be' }]
    : [];
  const hasTurned = upgrade.some(({ type }) => type === 'Degraded');
  const phase: ApplicationPhase = complete
    ? hasTurned
      ? 'degraded'
      : 'running'
    : failures.some((draft) => draft.type === 'Blocked')
      ? 'blocked'
      : broken.length > 0 || hasTurned
        ? 'degraded'
        : 'progressing';
  return settle(facts, [...failures, ...upgrade, ...pending, ...available], phase, complete);
};

/** The host does not answer: nothing is known, and nothing is claimed. */
export const judgeUnknown = (
  previous: readonly Condition[],
  error: { code: string; message: string },
  now: Instant,
): Condition[] =>
  withSince(
    [
      {
        type: 'Blocked',
        reason: error.code,
        message: error.message,
        ...(remedies[error.code] === undefined ? {} : { remedy: remedies[error.code] }),
      },
    ],
    previous,
    now,
  );

const settle = (facts: Facts, drafts: readonly Draft[], phase: ApplicationPhase, complete: boolean): Verdict => {
  const conditions = withSince(drafts, facts.previous, facts.now);
  return {
    conditions,
    phase,
    complete,
    againMs: soonestAgain(facts),
    failed: conditions.find((condition) => condition.type === 'Blocked' || condition.type === 'Degraded'),
  };
};

const withSince = (drafts: readonly Draft[], previous: readonly Condition[], now: Instant): Condition[] =>
  drafts.map((draft) => ({
    ...draft,
    since:
      previous.find(
        (former) => former.type === draft.type && former.reason === draft.reason && former.service === draft.service,
      )?.since ?? now,
  }));

const failureDrafts = ({ failures, plan, desired, observed }: Facts): Draft[] => [
  ...plan.waiting.filter(isHopelessWait(desired, observed)).map(({ service, dependency }): Draft => ({
    type: 'Blocked',
    reason: 'no_health_check',
    service,
    message: `${service} waits until ${dependency} is healthy, but ${dependency} has no health check`,
    remedy: remedies['no_health_check'],
  })),
  ...plan.blocked.map((problem): Draft => ({ type: 'Blocked', reason: problem.code, message: problem.message })),
  ...failures.map(({ code, message, service }): Draft => ({
    type: 'Blocked',
    reason: code,
    message,
    ...(service === undefined ? {} : { service }),
    ...(remedies[code] === undefined ? {} : { remedy: remedies[code] }),
  })),
];

// A container that runs without a health check never becomes healthy.
const isHopelessWait =
  (desired: DesiredApplication, observed: ObservedApplication) =>
  ({ dependency, condition }: Waiting): boolean =>
    condition === 'service_healthy' &&
    serviceContainers(observed, desired.id).some(
      ({ owner, state, health }) => owner?.key === dependency && state === 'running' && health === 'none',
    );

/** Containers that ended badly, restart again and again, or fail their health check. */
const brokenDrafts = (facts: Facts): Draft[] =>
  wantedOf(facts).flatMap((container): Draft[] => {
    const service = container.owner?.key ?? '';
    const lines = facts.logLines.get(container.id);
    const common = { service, ...(lines === undefined ? {} : { logLines: [...lines] }) };
    if (container.state === 'created' && hasFailed(container)) {
      // It has never run; the step that tried to start it has said why, if it was just now.
      if (facts.failures.some((failure) => failure.service === service)) return [];
      const message = `${container.name}: ${container.exit?.error}`;
      return [{ service, type: 'Degraded', reason: 'engine_refused', message }];
    }
    if (restartsForgottenInMs(container, facts.observed.observedAt) !== undefined) {
      // Between two ends it runs for a moment: what was said of the last one still holds.
      const said = facts.previous.filter((condition) => isEndOf(condition, container));
      return said.map(({ since: _, ...draft }) => draft);
    }
    if (hasFailed(container)) {
      const memory = outOfMemory(facts.desired.spec.services[service], container);
      const reason = memory === undefined ? 'exits_at_once' : 'out_of_memory';
      const times = container.restarts > 0 ? `, restarted ${container.restarts} times` : '';
      const cause =
        memory ??
        (container.exit?.error ? container.exit.error : `ended with code ${container.exit?.code ?? 'unknown'}`);
      return [
        {
          ...common,
          type: 'Degraded',
          reason,
          message: `${container.name} ${cause}${times}`,
          remedy: remedies[reason],
        },
      ];
    }
    if (container.state === 'running' && container.health === 'unhealthy')
      return [
        {
          ...common,
          type: 'Degraded',
          reason: 'unhealthy',
          message: `${container.name} fails its health check`,
          remedy: remedies['unhealthy'],
        },
      ];
    if (container.state === 'paused')
      return [
        {
          ...common,
          type: 'Degraded',
          reason: 'paused',
          message: `${container.name} was paused by hand`,
          remedy: 'Unpause it on the host.',
        },
      ];
    return [];
  });

const isEndOf = ({ reason, message }: Condition, { name }: ObservedContainer): boolean =>
  ['exits_at_once', 'out_of_memory'].includes(reason) && message.startsWith(`${name} `);

/** When what is said can change by itself. */
const soonestAgain = (facts: Facts): number | undefined =>
  soonest(...wantedOf(facts).map((have) => restartsForgottenInMs(have, facts.observed.observedAt)));

const killed = 137;

// The engine learns of it beside the end itself, and of about one in twenty not at all.
const outOfMemory = (service: ServiceSpec | undefined, { exit }: ObservedContainer): string | undefined => {
  if (exit?.outOfMemory === true) return 'ran out of memory';
  return exit?.code === killed && service?.memoryBytes !== undefined
    ? 'was killed; with its limit on memory, most likely it ran out of memory'
    : undefined;
};

/** Ended with an error and not by a stop of the engine; or the engine restarts it over and over. */
export const hasFailed = (container: ObservedContainer): boolean =>
  container.state === 'restarting' ||
  (container.state === 'exited' &&
    container.exit !== undefined &&
    container.exit.code !== 0 &&
    !container.exit.byEngine) ||
  (container.state === 'created' && (container.exit?.error ?? '') !== '');

/** Those that stand for a slot of a service; what becomes of a run is its own story. */
export const serviceContainers = (
  observed: Pick<ObservedApplication, 'containers'>,
  application: string,
): ObservedContainer[] => ownContainers(observed, application).filter(({ owner }) => owner?.run === undefined);

const wantedOf = ({ desired, observed }: Facts): ObservedContainer[] =>
  serviceContainers(observed, desired.id).filter(
    (container) => container.owner !== undefined && container.owner.slot < replicasOf(desired, container.owner.key),
  );

const pendingDrafts = (facts: Facts): Draft[] => {
  const { desired, plan } = facts;
  const drafts: Draft[] = plan.waiting.map(({ service, dependency, condition }) => ({
    type: 'Progressing',
    reason: 'waits_for_dependency',
    service,
    message: `${service} waits until ${dependency} ${condition === 'service_healthy' ? 'is healthy' : condition === 'service_started' ? 'runs' : 'has finished well'}`,
  }));
  const containers = wantedOf(facts);
  for (const service of Object.keys(desired.spec.services)) {
    const own = containers.filter((container) => container.owner?.key === service);
    const up = own.filter(
      (container) => container.state === 'running' || (container.state === 'exited' && container.exit?.code === 0),
    );
    const missing = replicasOf(desired, service) - up.length - own.filter(hasFailed).length;
    if (missing > 0 && !drafts.some((draft) => draft.service === service))
      drafts.push({
        type: 'Progressing',
        reason: 'starting',
        service,
        message: `${service} is being started (${up.length} of ${replicasOf(desired, service)})`,
      });
    if (own.some((container) => container.state === 'running' && container.health === 'starting'))
      drafts.push({
        type: 'Progressing',
        reason: 'health_starting',
        service,
        message: `${service} has not passed its health check yet`,
      });
  }
  return drafts;
};
