// How an upgrade goes on from what is seen: from batch to batch, held, turned back, or through. A state machine with one
// input, the planner's word on how far the containers are. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Condition, UpgradeSettings } from '@berth/contract/applications.ts';
import type { UpgradeProgress } from '#orchestration/driver.ts';
import type { NewEvent } from './operation-store.ts';
import type { UpgradeWord, upgradeOf } from './upgrade-state.ts';

type Standing = NonNullable<ReturnType<typeof upgradeOf>>;
type Event = Omit<NewEvent, 'id' | 'at' | 'actor'>;

export interface Course {
  /** What the row is to say from now on; null: there is no upgrade. */
  readonly word: UpgradeWord | null;
  readonly events: readonly Event[];
  /** It stopped or turned back for good: the operation fails with this, and the wish has had its answer. */
  readonly failure?: { readonly reason: 'upgrade_held' | 'rolled_back'; readonly message: string };
  /** The state has changed, and what follows from it is to be done at once. */
  readonly isTurned: boolean;
}

export interface CourseFacts {
  readonly upgrade: Standing | undefined;
  /** undefined: nothing is on its way, or it could not be told. */
  readonly progress: UpgradeProgress | undefined;
  readonly settings: UpgradeSettings;
  readonly spec: ApplicationSpec;
  /** What a step of this pass failed with that no waiting mends; of a service. */
  readonly stepFailure: { readonly service: string; readonly message: string } | undefined;
}

export const followCourse = ({ upgrade, progress, settings, spec, stepFailure }: CourseFacts): Course => {
  if (upgrade === undefined) return { word: null, events: [], isTurned: false };
  const stays = wordOf(upgrade);
  if (progress === undefined || upgrade.state === 'done' || upgrade.state === 'rolled_back')
    return { word: stays, events: [], isTurned: false };
  const word: UpgradeWord = { ...stays, services: [...progress.services], batchDoneAt: progress.batchDoneAt };
  if (upgrade.state === 'held')
    return { word: { ...word, batchDoneAt: stays.batchDoneAt }, events: [], isTurned: false };
  if (upgrade.state === 'rolling_back') return turnBack(upgrade, word, progress.finished);
  const events = batchEvents(upgrade, progress);
  const failure = upgrade.isAccepted ? undefined : failureOf(progress, settings, spec, stepFailure);
  if (failure !== undefined) return fail(upgrade, word, events, failure);
  if (!progress.finished) return { word, events, isTurned: false };
  return {
    word: { ...word, state: 'done' },
    events: [
      ...events,
      {
        type: 'normal',
        reason: 'upgrade_done',
        message: upgrade.isAccepted
          ? `All containers are of revision ${upgrade.to}`
          : `All containers are of revision ${upgrade.to}; the way back to revision ${upgrade.from} is kept until it is accepted`,
      },
    ],
    isTurned: true,
  };
};

const wordOf = ({ state, reason, message, batchDoneAt, services }: Standing): UpgradeWord => ({
  state,
  batchDoneAt,
  services,
  ...(reason === undefined ? {} : { reason }),
  ...(message === undefined ? {} : { message }),
});

interface Failure {
  readonly service: string;
  readonly message: string;
  readonly reason: string;
  readonly onFailure: 'hold' | 'rollback';
}

const failureOf = (
  progress: UpgradeProgress,
  settings: UpgradeSettings,
  spec: ApplicationSpec,
  stepFailure: CourseFacts['stepFailure'],
): Failure | undefined => {
  const policyOf = (service: string) =>
    settings.services?.[service]?.onFailure ??
    settings.all?.onFailure ??
    spec.services[service]?.update?.onFailure ??
    'hold';
  if (progress.failure !== undefined) {
    const onFailure = policyOf(progress.failure.service);
    return onFailure === 'continue' ? undefined : { ...progress.failure, onFailure };
  }
  // Nothing was touched yet, and the next try may succeed: only who asked for a way back gets one.
  if (stepFailure !== undefined && policyOf(stepFailure.service) === 'rollback')
    return { ...stepFailure, reason: 'step_failed', onFailure: 'rollback' };
  return undefined;
};

const fail = (upgrade: Standing, word: UpgradeWord, events: readonly Event[], failure: Failure): Course => {
  const cause = { reason: failure.reason, message: failure.message };
  if (failure.onFailure === 'hold') {
    const message = `The upgrade to revision ${upgrade.to} is held: ${failure.message}`;
    return {
      word: { ...word, ...cause, state: 'held' },
      events: [...events, { type: 'warning', reason: 'upgrade_held', message, service: failure.service }],
      failure: { reason: 'upgrade_held', message },
      isTurned: true,
    };
  }
  const message = `The upgrade to revision ${upgrade.to} turns back to revision ${upgrade.from}: ${failure.message}`;
  return {
    word: { ...word, ...cause, state: 'rolling_back', batchDoneAt: {} },
    events: [...events, { type: 'warning', reason: 'upgrade_rolling_back', message, service: failure.service }],
    isTurned: true,
  };
};

const turnBack = (upgrade: Standing, word: UpgradeWord, isFinished: boolean): Course => {
  if (!isFinished) return { word, events: [], isTurned: false };
  const cause = upgrade.message === undefined ? '' : `: ${upgrade.message}`;
  const message = `Revision ${upgrade.from} runs again instead of revision ${upgrade.to}${cause}`;
  return {
    word: { ...word, state: 'rolled_back' },
    events: [{ type: 'warning', reason: 'rolled_back', message }],
    failure: { reason: 'rolled_back', message },
    isTurned: true,
  };
};

const batchEvents = (upgrade: Standing, progress: UpgradeProgress): Event[] =>
  progress.services
    .filter(({ name, moved }) => moved > 0 && progress.batchDoneAt[name] !== upgrade.batchDoneAt[name])
    .map(({ name, moved, total }) => ({
      type: 'normal',
      reason: 'upgrade_batch',
      message: `${moved} of ${total} containers of ${name} are of revision ${upgrade.to}`,
      service: name,
    }));

/** What is said of it in the application's conditions, as long as it stands. */
export const upgradeConditions = (
  upgrade: Pick<Standing, 'from' | 'to'> | undefined,
  word: UpgradeWord | null,
): Omit<Condition, 'since'>[] => {
  if (upgrade === undefined || word === null) return [];
  const { from, to } = upgrade;
  const count = (what: 'moved' | 'total') => word.services.reduce((sum, service) => sum + service[what], 0);
  if (word.state === 'rolling')
    return [
      {
        type: 'Progressing',
        reason: 'upgrading',
        message: `${count('moved')} of ${count('total')} containers are of revision ${to}`,
      },
    ];
  if (word.state === 'rolling_back')
    return [{ type: 'Progressing', reason: 'rolling_back', message: `Revision ${from} comes back: ${word.message}` }];
  if (word.state === 'held')
    return [
      {
        type: 'Degraded',
        reason: 'upgrade_held',
        message: `The upgrade from revision ${from} to ${to} is held: ${word.message}`,
        remedy: 'Mend the cause and resume, accept it as it is, give it up, or publish again.',
      },
    ];
  if (word.state === 'rolled_back')
    return [
      {
        type: 'Degraded',
        reason: 'rolled_back',
        message: `Revision ${from} runs again instead of revision ${to}: ${word.message}`,
        remedy: 'Mend the cause and publish again, or roll back to make the present revision the wanted one.',
      },
    ];
  return [];
};
