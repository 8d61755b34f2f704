import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import type { Condition } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import {
  aNetwork,
  aService,
  aVolume,
  applicationId,
  ended,
  environmentId,
  exitOf,
  noon,
  otherApplicationId,
  seen,
  up,
  want,
} from '#testing/applications.ts';
import type { Verdict } from './application-conditions.ts';
import { decideOutcome, makeSettling, removalMessage, type OutcomeFacts } from './operation-outcome.ts';
import type { OperationRow } from './operation-store.ts';

const operation: OperationRow = {
  id: `opn_${'1'.repeat(26)}` as Id<'operation'>,
  environment_id: environmentId,
  application_id: applicationId,
  application_name: 'shop',
  kind: 'publish',
  state: 'running',
  generation: 1,
  requested_by: 'ann',
  reason: null,
  message: null,
  progress: '[]',
  created_at: noon,
  deadline_at: '2026-01-01T12:30:00.000Z',
  finished_at: null,
};
const condition = (type: Condition['type'], reason: string): Condition => ({
  type,
  reason,
  message: `it is ${reason}`,
  since: noon,
});

const decide = (more: Partial<OutcomeFacts> & { conditions?: Condition[] }) => {
  const conditions = more.conditions ?? [];
  return decideOutcome({
    verdict: {
      conditions,
      phase: 'progressing',
      complete: false,
      failed: conditions.find(({ type }) => type === 'Blocked' || type === 'Degraded'),
    },
    desired: want({ web: aService() }),
    observed: seen(),
    operation,
    settledMs: undefined,
    now: noon,
    ...more,
  });
};
const complete: Verdict = { conditions: [], phase: 'running', complete: true, failed: undefined };

test('decideOutcome ends no operation that is none or has ended, but says when the wish is carried out', () => {
  for (const over of [undefined, { ...operation, state: 'failed' as const }]) {
    const carriedOut = { state: 'running', isCarriedOut: true, events: [] };
    assert.deepEqual(decide({ operation: over, verdict: complete, settledMs: 9999 }), carriedOut);
    const conditions = [condition('Blocked', 'port_taken')];
    assert.deepEqual(decide({ operation: over, conditions }), { ...carriedOut, isCarriedOut: false });
  }
});

test('decideOutcome waits until the container that was started last has run for a moment', () => {
  const at = (startedAt: string) =>
    decide({ verdict: complete, settledMs: 9999, observed: seen({ containers: [up('web', 0, { startedAt })] }) });
  const { state, againMs } = at('2026-01-01T11:59:59.500Z');
  assert.deepEqual([state, againMs], ['running', 1_000], 'each look may find another run of a program that ends');
  assert.equal(at('2026-01-01T11:59:50.000Z').state, 'succeeded');
});

test('decideOutcome goes on while nothing is done or failed', () => {
  assert.deepEqual(decide({}), { state: 'running', isCarriedOut: false, events: [] });
});

test('decideOutcome waits a moment after all runs, and says for how long', () => {
  const early = decide({ verdict: complete, settledMs: 400 });
  assert.equal(early.state, 'running');
  const { againMs } = early;
  assert.ok(againMs !== undefined && againMs > 0);
  assert.equal(decide({ verdict: complete, settledMs: 400 + againMs }).state, 'succeeded');
});

test('decideOutcome succeeds with an event when all stays as it should be', () => {
  assert.deepEqual(decide({ verdict: complete, settledMs: 60_000 }), {
    state: 'succeeded',
    isCarriedOut: true,
    reason: null,
    message: null,
    events: [{ type: 'normal', reason: 'publish_done', message: 'publish is done' }],
  });
});

test('decideOutcome waits for nothing after a stop', () => {
  const desired = want({ web: aService() }, { state: 'stopped' });
  assert.equal(decide({ desired, verdict: complete, settledMs: 0 }).state, 'succeeded');
});

test('decideOutcome fails at once, with the reason, when something blocks', () => {
  assert.deepEqual(decide({ conditions: [condition('Blocked', 'port_taken')] }), {
    state: 'failed',
    isCarriedOut: false,
    reason: 'port_taken',
    message: 'it is port_taken',
    events: [{ type: 'warning', reason: 'publish_failed', message: 'it is port_taken' }],
  });
});

test('decideOutcome tries to stop and to remove until the deadline, whatever blocks', () => {
  for (const state of ['stopped', 'removed'] as const) {
    const blocked = { desired: want({}, { state }), conditions: [condition('Blocked', 'engine_refused')] };
    assert.equal(decide(blocked).state, 'running');
    assert.equal(decide({ ...blocked, now: '2026-01-01T12:30:00.001Z' }).state, 'failed');
  }
});

const degraded: Record<string, [container: ReturnType<typeof up>, state: 'running' | 'failed']> = {
  'fails when a container ended with an error for good': [ended('web', 1), 'failed'],
  'fails when a container could not be started': [
    up('web', 0, { state: 'created', exit: exitOf(127, { error: 'no such file' }) }),
    'failed',
  ],
  'fails when a container was restarted too often': [up('web', 0, { state: 'restarting', restarts: 4 }), 'failed'],
  'has patience with a container that restarts': [up('web', 0, { state: 'restarting', restarts: 3 }), 'running'],
  'has patience with bad health': [up('web', 0, { health: 'unhealthy' }), 'running'],
  'has patience with an end that came with the engine': [
    ended('web', 137, 0, { exit: exitOf(137, { byEngine: true }) }),
    'running',
  ],
  'is blind to containers of others': [
    ended('web', 1, 0, {
      owner: { ...up('web').owner, application: otherApplicationId } as ReturnType<typeof up>['owner'] & object,
    }),
    'running',
  ],
};
for (const [name, [container, state]] of Object.entries(degraded))
  test(`decideOutcome ${name}`, () => {
    const conditions = [condition('Degraded', 'exits_at_once')];
    assert.equal(decide({ conditions, observed: seen({ containers: [container] }) }).state, state);
  });

test('decideOutcome fails at its deadline with what it waits for', () => {
  const late = { conditions: [condition('Progressing', 'starting')], now: '2026-01-01T12:30:00.001Z' };
  const outcome = decide(late);
  assert.ok(outcome.state === 'failed');
  assert.equal(outcome.reason, 'deadline_exceeded');
  assert.match(outcome.message ?? '', /it is starting/);
  assert.equal(decide({ ...late, now: operation.deadline_at }).state, 'running');
});

test('makeSettling counts from the moment an application is complete, anew for every wish and every setback', () => {
  const clock = makeFakeClock();
  const settling = makeSettling(clock);
  const ask = (generation: number, isComplete = true) => settling.since(applicationId, generation, isComplete);
  assert.equal(ask(1, false), undefined);
  assert.equal(ask(1), 0);
  clock.advance(700);
  assert.equal(ask(1), 700);
  assert.equal(settling.since(otherApplicationId, 1, true), 0);
  assert.equal(ask(1, false), undefined);
  assert.equal(ask(1), 0);
  clock.advance(50);
  assert.equal(ask(2), 0);
});

const word = (moved: number) => ({
  state: 'rolling' as const,
  batchDoneAt: {},
  services: [{ name: 'web', total: 2, moved, ready: 0 }],
});

test('decideOutcome ends an operation whose upgrade is held or went back, and its wish has had its answer', () => {
  for (const reason of ['upgrade_held', 'rolled_back'] as const) {
    const course = { word: null, failure: { reason, message: 'web ended with code 1' } };
    const outcome = decide({ course, conditions: [condition('Degraded', 'exits_at_once')] });
    assert.deepEqual(
      [outcome.state, 'reason' in outcome ? outcome.reason : '', outcome.isCarriedOut],
      ['failed', reason, true],
    );
    const late = decide({ course, operation: { ...operation, state: 'failed' } });
    assert.deepEqual([late.state, late.isCarriedOut], ['running', true]);
  }
});

test('decideOutcome leaves containers that fail while services are replaced to the upgrade, but not what blocks it', () => {
  const facts = { observed: seen({ containers: [ended('web', 1)] }), course: { word: word(1) } };
  assert.equal(decide({ ...facts, conditions: [condition('Degraded', 'exits_at_once')] }).state, 'running');
  assert.equal(decide({ ...facts, conditions: [condition('Blocked', 'image_not_found')] }).state, 'failed');
  const all = decide({ ...facts, course: { word: word(2) }, conditions: [condition('Degraded', 'exits_at_once')] });
  assert.equal(all.state, 'failed');
  // What goes back is not judged by what it goes back from.
  const back = { word: { ...word(2), state: 'rolling_back' as const } };
  assert.equal(
    decide({ ...facts, course: back, conditions: [condition('Degraded', 'exits_at_once')] }).state,
    'running',
  );
});

test('decideOutcome is not moved by the end of a run', () => {
  const run = ended('web', 1);
  assert.ok(run.owner !== undefined);
  const containers = [{ ...run, owner: { ...run.owner, run: 'run_1' } }];
  const outcome = decide({ observed: seen({ containers }), conditions: [condition('Degraded', 'exits_at_once')] });
  assert.equal(outcome.state, 'running');
});

test('removalMessage tells what stays and why, and of many not all', () => {
  const foreignOwner = { environment: environmentId, application: otherApplicationId, applicationName: 'o', key: 'k' };
  const of = (networks: string[], volumes: string[]) =>
    removalMessage(
      {
        networks: [...networks.map((name) => aNetwork(name)), aNetwork('theirs', { owner: foreignOwner })],
        volumes: volumes.map((name) => aVolume(name)),
      },
      applicationId,
    );
  assert.equal(of([], []), 'Removed');
  assert.equal(
    of(['berth_edge'], ['berth-shop_data']),
    'Removed; the network berth_edge stays, other applications use it; the volume berth-shop_data is kept',
  );
  const many = Array.from({ length: 12 }, (_, index) => `v${index}`);
  assert.match(of([], many), /; and 2 more$/);
});
