import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec, Update } from '@berth/contract/application-spec.ts';
import type { UpgradeSettings } from '@berth/contract/applications.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { replacementFor } from '#orchestration/update-settings.ts';
import { aService, ended, noon, ownerOfContainer, seen, up, want } from '#testing/applications.ts';
import { sha256 } from './sha256.ts';
import { upgradeProgress } from './upgrade-progress.ts';
import { wantedContainers } from './wanted-containers.ts';

const desiredOf = (replicas: number, more: Partial<ServiceSpec> = {}, settings: Update = {}) =>
  want(
    { web: aService({ replicas, ...more }) },
    {
      revision: 2,
      upgrade: { state: 'rolling', former: undefined, settings: { all: settings }, isGated: true, batchDoneAt: {} },
    },
  );
const moved = (desired: ReturnType<typeof desiredOf>, container: ObservedContainer): ObservedContainer => {
  const slot = container.owner?.slot ?? 0;
  const specHash = wantedContainers(desired, sha256).find((one) => one.slot === slot)?.spec.owner.specHash ?? '';
  return { startedAt: noon, ...container, owner: ownerOfContainer('web', slot, { specHash, revision: 2 }) };
};
const at = (seconds: number) => new Date(Date.parse(noon) + seconds * 1000).toISOString();

const table: Record<
  string,
  {
    containers: ObservedContainer[];
    replicas?: number;
    service?: Partial<ServiceSpec>;
    settings?: Update;
    seconds?: number;
    old?: boolean;
    is: { moved: number; ready: number; finished: boolean; failure?: string; againMs?: number };
  }
> = {
  'nothing moved yet': { containers: [up('web')], old: true, is: { moved: 0, ready: 0, finished: false } },
  'one that has just started': {
    containers: [up('web')],
    is: { moved: 1, ready: 0, finished: false, againMs: 2000 },
  },
  'one that has run for a while': {
    containers: [up('web')],
    seconds: 2,
    is: { moved: 1, ready: 1, finished: true },
  },
  'one that is healthy at once': {
    containers: [up('web', 0, { health: 'healthy' })],
    is: { moved: 1, ready: 1, finished: true },
  },
  'one whose check still begins, until its deadline': {
    containers: [up('web', 0, { health: 'starting' })],
    settings: { deadlineMs: 5000 },
    seconds: 4,
    is: { moved: 1, ready: 0, finished: false, againMs: 1000 },
  },
  'one that was not good in time': {
    containers: [up('web', 0, { health: 'starting' })],
    settings: { deadlineMs: 5000 },
    seconds: 5,
    is: { moved: 1, ready: 0, finished: false, failure: 'not_ready_in_time' },
  },
  'one that fails its check': {
    containers: [up('web', 0, { health: 'unhealthy' })],
    is: { moved: 1, ready: 0, finished: false, failure: 'unhealthy' },
  },
  'one that ended badly': {
    containers: [ended('web', 1)],
    is: { moved: 1, ready: 0, finished: false, failure: 'exits_at_once' },
  },
  'one that is restarted over and over': {
    containers: [up('web', 0, { restarts: 3 })],
    seconds: 9,
    is: { moved: 1, ready: 0, finished: false, failure: 'exits_at_once', againMs: 1000 },
  },
  'one that was restarted over and over, and has run well since': {
    containers: [up('web', 0, { restarts: 3 })],
    seconds: 10,
    is: { moved: 1, ready: 1, finished: true },
  },
  'one that is healed a long time after it was made': {
    containers: [up('web', 0, { health: 'starting', startedAt: at(98), createdAt: noon })],
    settings: { deadlineMs: 5000 },
    seconds: 100,
    is: { moved: 1, ready: 0, finished: false, againMs: 3000 },
  },
  'one that fails where nobody minds': {
    containers: [ended('web', 1)],
    settings: { onFailure: 'continue' },
    is: { moved: 1, ready: 0, finished: true, failure: 'exits_at_once' },
  },
  'one that has finished well': { containers: [ended('web', 0)], is: { moved: 1, ready: 1, finished: true } },
  'a half': {
    containers: [up('web', 0)],
    replicas: 2,
    seconds: 9,
    is: { moved: 1, ready: 1, finished: false, againMs: 1 },
  },
};
for (const [what, row] of Object.entries(table))
  test(`upgradeProgress tells ${what}`, () => {
    const desired = desiredOf(row.replicas ?? 1, row.service, row.settings);
    const containers = row.old === true ? row.containers : row.containers.map((one) => moved(desired, one));
    const progress = upgradeProgress(desired, seen({ containers, observedAt: at(row.seconds ?? 0) }));
    const [web] = progress.services;
    assert.deepEqual(
      {
        moved: web?.moved,
        ready: web?.ready,
        finished: progress.finished,
        ...(progress.failure === undefined ? {} : { failure: progress.failure.reason }),
        ...(progress.againMs === undefined ? {} : { againMs: progress.againMs }),
      },
      row.is,
    );
  });

test('upgradeProgress says when a batch was through, and keeps it until the next one is', () => {
  const desired = desiredOf(2, {}, { intervalMs: 10_000 });
  const first = [moved(desired, up('web', 0))];
  const through = upgradeProgress(desired, seen({ containers: first, observedAt: at(3) }));
  assert.deepEqual([through.batchDoneAt, through.againMs], [{ web: at(3) }, 10_000]);
  const known = { ...desired, upgrade: desired.upgrade && { ...desired.upgrade, batchDoneAt: { web: at(3) } } };
  assert.deepEqual(upgradeProgress(known, seen({ containers: first, observedAt: at(5) })).batchDoneAt, { web: at(3) });
  const second = moved(desired, up('web', 1, { createdAt: at(20), startedAt: at(20) }));
  assert.deepEqual(upgradeProgress(known, seen({ containers: [...first, second], observedAt: at(30) })).batchDoneAt, {
    web: at(30),
  });
});

test('upgradeProgress does not wake for what is held', () => {
  const { upgrade, ...rest } = desiredOf(2, {}, { intervalMs: 10_000 });
  const held = { ...rest, upgrade: upgrade && { ...upgrade, state: 'held' as const } };
  const progress = upgradeProgress(held, seen({ containers: [moved(held, up('web', 0))], observedAt: at(3) }));
  assert.equal(progress.againMs, undefined);
});

test('upgradeProgress does not count what ended before the wish and is yet to be started for it', () => {
  const desired = { ...desiredOf(1), wishOpen: true };
  const failed = moved(desired, ended('web', 1));
  const seenFailed = seen({ containers: [failed], observedAt: at(3) });
  assert.equal(upgradeProgress(desired, seenFailed).failure, undefined);
  const started = { ...desired, startedForWish: new Set([failed.name]) };
  assert.equal(upgradeProgress(started, seenFailed).failure?.reason, 'exits_at_once');
});

test('replacementFor takes the publisher’s word on the service, then on all, then the file’s, then the defaults', () => {
  const spec = want({ web: aService({ replicas: 9, update: { batch: 3, onFailure: 'rollback', monitorMs: 7 } }) });
  const upgradeWith = (settings: UpgradeSettings) => ({
    state: 'rolling' as const,
    former: undefined,
    isGated: true,
    batchDoneAt: {},
    settings,
  });
  const upgrade = upgradeWith({ all: { onFailure: 'continue', batch: 0 }, services: { web: { batch: 5 } } });
  assert.deepEqual(replacementFor({ ...spec, upgrade }, 'web'), {
    order: 'stop-first',
    because: undefined,
    gate: 'running',
    batch: 5,
    intervalMs: 0,
    monitorMs: 7,
    deadlineMs: 60_007,
    onFailure: 'continue',
  });
  assert.equal(replacementFor(want({ web: aService({ replicas: 9 }) }), 'web').batch, 2);
  assert.equal(replacementFor({ ...spec, upgrade: upgradeWith({ all: { batch: 0 } }) }, 'web').batch, 9);
  const checked = want({ web: aService({ healthcheck: { intervalMs: 1000, timeoutMs: 1000, retries: 2 } }) });
  assert.equal(replacementFor(checked, 'web').deadlineMs, 66_000);
});
