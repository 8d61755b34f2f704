// An application's row, its revisions and its reconciler's passes without a database: the pure parts that decide, put together
// as the reconciler does it, on the pure model of an engine. For properties over whole lives.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { DesiredState, UpgradeSettings } from '@berth/contract/applications.ts';
import type { DesiredApplication, DesiredUpgrade, ImagePins, ObservedApplication } from '#orchestration/desired.ts';
import type { Plan } from '#orchestration/driver.ts';
import { planStandalone } from '#orchestration/standalone/standalone-plan.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import { upgradeProgress } from '#orchestration/standalone/upgrade-progress.ts';
import type { StandaloneDetail } from '#orchestration/standalone/standalone-steps.ts';
import {
  applyTiny,
  observeTiny,
  type TinyEngine,
  type TinyOptions,
} from '#orchestration/standalone/testing/tiny-engine.ts';
import { want } from '#testing/applications.ts';
import { judgeApplication } from '#applications/application-conditions.ts';
import { startedContainers } from '#applications/operation-tracker.ts';
import { followCourse, upgradeConditions } from '#applications/upgrade-course.ts';
import { effectiveRevision, lastGoodRevision, upgradeOf } from '#applications/upgrade-state.ts';

export interface TinyRow {
  generation: number;
  observed_generation: number;
  state: DesiredState;
  removeVolumes: boolean;
  revision: number;
  former_revision: number | null;
  upgrade: string | null;
  upgrade_accepted: number;
  settings: UpgradeSettings;
  scale: Record<string, number>;
  restart: readonly string[];
}

export interface TinyApplication {
  readonly engine: TinyEngine;
  row: TinyRow;
  readonly revisions: { readonly spec: ApplicationSpec; images: ImagePins }[];
  /** Of the open wish's operation. */
  progress: { id: string; action: string; target: string; state: 'done' }[];
}

export type TinyWish =
  | { readonly do: 'publish'; readonly spec: ApplicationSpec; readonly settings: UpgradeSettings }
  | { readonly do: 'roll_back'; readonly pick: number }
  | { readonly do: 'accept' | 'abort' | 'resume' | 'stop' | 'start' }
  | { readonly do: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly do: 'restart' }
  | { readonly do: 'remove'; readonly removeVolumes: boolean };

export const makeTinyApplication = (engine: TinyEngine): TinyApplication => ({
  engine,
  row: {
    generation: 0,
    observed_generation: 0,
    state: 'running',
    removeVolumes: false,
    revision: 0,
    former_revision: null,
    upgrade: null,
    upgrade_accepted: 0,
    settings: {},
    scale: {},
    restart: [],
  },
  revisions: [],
  progress: [],
});

/** Writes a wish as a caller's request would; false: it makes no sense now. */
export const wish = (application: TinyApplication, asked: TinyWish): boolean => {
  const change = changeOf(application, asked);
  if (change === undefined) return false;
  const { row } = application;
  const begins = 'former_revision' in change ? { upgrade: null, upgrade_accepted: 0 } : {};
  application.row = { ...row, restart: [], ...begins, ...change, generation: row.generation + 1 };
  application.progress = [];
  return true;
};

const changeOf = (application: TinyApplication, asked: TinyWish): Partial<TinyRow> | undefined => {
  const { row, revisions } = application;
  const standing = upgradeOf(row);
  const goTo = (revision: number, settings: UpgradeSettings): Partial<TinyRow> => {
    const good = row.revision === 0 ? null : lastGoodRevision(row);
    return { state: 'running', revision, settings, former_revision: good === revision ? null : good };
  };
  if (asked.do !== 'publish' && revisions.length === 0) return undefined;
  switch (asked.do) {
    case 'publish':
      revisions.push({ spec: asked.spec, images: {} });
      return goTo(revisions.length, asked.settings);
    case 'roll_back':
      return goTo((asked.pick % revisions.length) + 1, row.settings);
    case 'accept':
      if (standing === undefined || standing.isAccepted || standing.state.startsWith('roll')) return undefined;
      return standing.state === 'done'
        ? { former_revision: null }
        : { former_revision: standing.from, upgrade_accepted: 1 };
    case 'abort':
      return standing === undefined ? undefined : { state: 'running', revision: standing.from, former_revision: null };
    case 'resume':
      if (standing?.state !== 'held') return undefined;
      return { state: 'running', former_revision: standing.from };
    case 'stop':
      return { state: 'stopped' };
    case 'start':
      return { state: 'running' };
    case 'scale':
      return row.state === 'running' ? { scale: { ...row.scale, [asked.service]: asked.replicas } } : undefined;
    case 'restart':
      return row.state === 'running' ? { restart: Object.keys(specOf(application).services) } : undefined;
    case 'remove':
      return { state: 'removed', removeVolumes: asked.removeVolumes };
  }
};

const specOf = ({ row, revisions }: TinyApplication): ApplicationSpec =>
  revisions[effectiveRevision(row) - 1]?.spec ?? { services: {}, networks: {}, volumes: {} };

export const desiredOf = (application: TinyApplication): DesiredApplication => {
  const { row, revisions } = application;
  const revision = effectiveRevision(row);
  return want(
    {},
    {
      spec: specOf(application),
      images: revisions[revision - 1]?.images ?? {},
      revision,
      state: row.state,
      removeVolumes: row.removeVolumes,
      scale: row.scale,
      wishOpen: row.observed_generation < row.generation,
      startedForWish: startedContainers(application.progress),
      restart: new Set(row.restart),
      upgrade: desiredUpgrade(application),
    },
  );
};

const desiredUpgrade = ({ row, revisions }: TinyApplication): DesiredUpgrade | undefined => {
  const upgrade = upgradeOf(row);
  if (upgrade === undefined || upgrade.state === 'done' || upgrade.state === 'rolled_back') return undefined;
  const common = { settings: row.settings, batchDoneAt: upgrade.batchDoneAt };
  if (upgrade.state === 'rolling_back') return { ...common, state: 'rolling_back', former: undefined, isGated: false };
  const former = revisions[upgrade.from - 1];
  return {
    ...common,
    state: upgrade.state,
    isGated: !upgrade.isAccepted,
    former: former && { revision: upgrade.from, ...former },
  };
};

export interface TinyPass {
  readonly desired: DesiredApplication;
  readonly before: ObservedApplication;
  readonly plan: Plan<StandaloneDetail>;
  /** The next pass would do nothing. */
  readonly isQuiet: boolean;
  /** All is as it should be. */
  readonly isComplete: boolean;
  readonly againMs: number | undefined;
}

/** Read → plan → apply → record. */
export const pass = (
  application: TinyApplication,
  optionsOf: (desired: DesiredApplication, observed: ObservedApplication) => TinyOptions,
): TinyPass => {
  const { engine, row } = application;
  const before = observeTiny(engine);
  const wished = desiredOf(application);
  const desired =
    wished.state === 'running' && wished.upgrade?.state === 'rolling'
      ? { ...wished, upgrade: { ...wished.upgrade, batchDoneAt: upgradeProgress(wished, before).batchDoneAt } }
      : wished;
  const plan = planStandalone(desired, before, sha256);
  const { done, failed } = applyTiny(engine, desired, plan.steps, optionsOf(desired, before));
  const isWished = desired.wishOpen;
  if (isWished)
    application.progress.push(
      ...plan.steps
        .filter(({ id }) => done.includes(id))
        .map(({ id, action, target }) => ({ id, action, target, state: 'done' as const })),
    );
  const after = observeTiny(engine);
  const now = { ...desired, startedForWish: startedContainers(application.progress) };
  const rest = planStandalone(now, after, sha256);
  const isOnItsWay = desired.state === 'running' && desired.upgrade !== undefined;
  const progress = isOnItsWay ? upgradeProgress(now, after) : undefined;
  const standing = upgradeOf(row);
  const [failure] = failed.filter(({ service }) => service !== undefined);
  const course = followCourse({
    upgrade: standing,
    progress,
    settings: row.settings,
    spec: desired.spec,
    stepFailure: failure && { service: failure.service ?? '', message: failure.id },
  });
  const isMoving =
    course.isTurned || (course.word !== null && course.word.state !== 'held' && progress?.finished === false);
  const { complete } = judgeApplication({
    desired,
    observed: after,
    plan: rest,
    failures: failed.map(({ id, service }) => ({ code: 'bug', message: id, service })),
    logLines: new Map(),
    previous: [],
    upgrade: upgradeConditions(standing, course.word),
    isUpgrading: isMoving || rest.steps.length > 0 || rest.restarts !== undefined,
    now: after.observedAt,
  });
  const isGone = desired.state === 'removed' && rest.steps.length === 0;
  const isCarriedOut = course.failure !== undefined || complete || isGone;
  application.row = {
    ...row,
    upgrade: course.word === null ? null : JSON.stringify(course.word),
    observed_generation: isCarriedOut ? row.generation : row.observed_generation,
  };
  const waits = [progress?.againMs, rest.restarts?.againMs].filter((wait) => wait !== undefined);
  return {
    desired,
    before,
    plan,
    isQuiet: plan.steps.length === 0 && !course.isTurned && rest.steps.length === 0,
    isComplete: complete,
    againMs: waits.length === 0 ? undefined : Math.min(...waits),
  };
};
