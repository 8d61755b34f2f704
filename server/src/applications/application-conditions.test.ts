import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '@berth/contract/applications.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import {
  aService,
  ended,
  exitOf,
  noon,
  otherApplicationId,
  ownerOfContainer,
  seen,
  up,
  want,
} from '#testing/applications.ts';
import { hasFailed, judgeApplication, judgeUnknown, type Facts, type Verdict } from './application-conditions.ts';

const later = '2026-01-01T12:05:00.000Z';
const judge = (
  containers: readonly ObservedContainer[],
  more: Partial<Facts> & { state?: 'running' | 'stopped' | 'removed'; scale?: Record<string, number> } = {},
): Verdict => {
  const { state = 'running', scale = {}, ...facts } = more;
  return judgeApplication({
    desired: want({ web: aService(), db: aService() }, { state, scale }),
    observed: seen({ containers }),
    plan: { waiting: [], blocked: [] },
    failures: [],
    logLines: new Map(),
    previous: [],
    now: noon,
    ...facts,
  });
};
const gist = ({ conditions, phase, complete }: Verdict) => ({
  phase,
  complete,
  conditions: conditions.map(({ type, reason, service }) => [type, reason, service].filter(Boolean).join(' ')),
});

const rows: Record<
  string,
  { containers: ObservedContainer[]; more?: Parameters<typeof judge>[1]; gist: ReturnType<typeof gist> }
> = {
  'running when every container runs': {
    containers: [up('web'), up('db', 0, { health: 'healthy' })],
    gist: { phase: 'running', complete: true, conditions: ['Available all_running'] },
  },
  'running when a one-shot has ended well': {
    containers: [up('web'), ended('db', 0)],
    gist: { phase: 'running', complete: true, conditions: ['Available all_running'] },
  },
  'blocked when a service waits for the health of one that has no check': {
    containers: [up('db'), up('web', 0, { state: 'created' })],
    more: { plan: { waiting: [{ service: 'web', dependency: 'db', condition: 'service_healthy' }], blocked: [] } },
    gist: {
      phase: 'blocked',
      complete: false,
      conditions: ['Blocked no_health_check web', 'Progressing waits_for_dependency web'],
    },
  },
  'progressing while containers are missing': {
    containers: [up('web')],
    gist: { phase: 'progressing', complete: false, conditions: ['Progressing starting db'] },
  },
  'progressing while a container is only made': {
    containers: [up('web'), up('db', 0, { state: 'created' })],
    gist: { phase: 'progressing', complete: false, conditions: ['Progressing starting db'] },
  },
  'progressing while health is not proved': {
    containers: [up('web'), up('db', 0, { health: 'starting' })],
    gist: { phase: 'progressing', complete: false, conditions: ['Progressing health_starting db'] },
  },
  'progressing while a service waits for another, which is said once': {
    containers: [up('db', 0, { health: 'starting' })],
    more: {
      plan: {
        blocked: [],
        waiting: [{ service: 'web', dependency: 'db', condition: 'service_healthy' }],
      },
    },
    gist: {
      phase: 'progressing',
      complete: false,
      conditions: ['Progressing waits_for_dependency web', 'Progressing health_starting db'],
    },
  },
  'degraded when a container has ended badly': {
    containers: [up('web'), ended('db', 2)],
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded exits_at_once db'] },
  },
  'degraded when the engine restarts a container over and over': {
    containers: [up('web'), up('db', 0, { state: 'restarting', exit: exitOf(1), restarts: 3 })],
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded exits_at_once db'] },
  },
  'degraded when a container ran out of memory': {
    containers: [up('web'), ended('db', 137, 0, { exit: exitOf(137, { outOfMemory: true }) })],
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded out_of_memory db'] },
  },
  'degraded when a container with a limit on memory was killed, and the engine did not notice why': {
    containers: [up('web'), ended('db', 137)],
    more: { desired: want({ web: aService(), db: aService({ memoryBytes: 6e6 }) }) },
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded out_of_memory db'] },
  },
  'degraded when a container without a limit was killed': {
    containers: [up('web'), ended('db', 137)],
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded exits_at_once db'] },
  },
  'degraded when a container could not be started at all': {
    containers: [up('web'), up('db', 0, { state: 'created', exit: exitOf(127, { error: 'no such file: /bin/x' }) })],
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded engine_refused db'] },
  },
  'blocked by the step that could not start it, and says that once': {
    containers: [up('web'), up('db', 0, { state: 'created', exit: exitOf(127, { error: 'no such file: /bin/x' }) })],
    more: { failures: [{ code: 'port_taken', message: 'no', service: 'db' }] },
    gist: { phase: 'blocked', complete: false, conditions: ['Blocked port_taken db'] },
  },
  'degraded when a health check fails': {
    containers: [up('web'), up('db', 0, { health: 'unhealthy' })],
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded unhealthy db'] },
  },
  'degraded when somebody paused a container': {
    containers: [up('web'), up('db', 0, { state: 'paused' })],
    gist: { phase: 'degraded', complete: false, conditions: ['Degraded paused db', 'Progressing starting db'] },
  },
  'progressing, not degraded, when a container ended with the engine': {
    containers: [up('web'), ended('db', 137, 0, { exit: exitOf(137, { byEngine: true }) })],
    gist: { phase: 'progressing', complete: false, conditions: ['Progressing starting db'] },
  },
  'blocked when a step failed': {
    containers: [up('web')],
    more: { failures: [{ code: 'image_not_found', message: 'no', service: 'db' }] },
    gist: {
      phase: 'blocked',
      complete: false,
      conditions: ['Blocked image_not_found db', 'Progressing starting db'],
    },
  },
  'blocked when the plan cannot be carried out': {
    containers: [up('web'), up('db')],
    more: { plan: { waiting: [], blocked: [{ severity: 'error', code: 'network_not_found', message: 'no' }] } },
    gist: { phase: 'blocked', complete: false, conditions: ['Blocked network_not_found'] },
  },
  'blind to surplus containers and to those of others': {
    containers: [
      up('web'),
      up('db'),
      ended('db', 1, 5),
      ended('web', 1, 0, { owner: ownerOfContainer('web', 0, { application: otherApplicationId }) }),
    ],
    gist: { phase: 'running', complete: true, conditions: ['Available all_running'] },
  },
  'running when a service is scaled to nothing': {
    containers: [up('web')],
    more: { scale: { db: 0 } },
    gist: { phase: 'running', complete: true, conditions: ['Available all_running'] },
  },
  'stopped when nothing runs': {
    containers: [ended('web', 143), ended('db', 0)],
    more: { state: 'stopped' },
    gist: { phase: 'stopped', complete: true, conditions: [] },
  },
  'progressing while something still runs that is to be stopped': {
    containers: [up('web'), ended('db', 0)],
    more: { state: 'stopped' },
    gist: { phase: 'progressing', complete: false, conditions: ['Progressing stopping'] },
  },
  'not stopped while a paused container is left': {
    containers: [up('web', 0, { state: 'paused' })],
    more: { state: 'stopped' },
    gist: { phase: 'progressing', complete: false, conditions: ['Progressing stopping'] },
  },
  'progressing when a stop failed': {
    containers: [],
    more: { state: 'stopped', failures: [{ code: 'engine_refused', message: 'no' }] },
    gist: { phase: 'progressing', complete: false, conditions: ['Progressing stopping', 'Blocked engine_refused'] },
  },
  'removing until it is gone, with what stands in the way': {
    containers: [],
    more: { state: 'removed', failures: [{ code: 'engine_refused', message: 'in use' }] },
    gist: { phase: 'removing', complete: false, conditions: ['Progressing removing', 'Blocked engine_refused'] },
  },
};
for (const [name, row] of Object.entries(rows))
  test(`judgeApplication is ${name}`, () => {
    const verdict = judge(row.containers, row.more);
    assert.deepEqual(gist(verdict), row.gist);
    assert.deepEqual(
      verdict.failed,
      verdict.conditions.find(({ type }) => type === 'Blocked' || type === 'Degraded'),
    );
  });

test('judgeApplication says what happened, how often, with the last lines and what to do', () => {
  const broken = ended('db', 2, 0, { restarts: 3 });
  const [condition] = judge([up('web'), broken], {
    logLines: new Map([[broken.id, ['cannot open /etc/x']]]),
  }).conditions;
  assert.equal(condition?.message, 'berth-shop-db-1 ended with code 2, restarted 3 times');
  assert.deepEqual(condition?.logLines, ['cannot open /etc/x']);
  assert.match(condition?.remedy ?? '', /publish again/);
});

test('judgeApplication gives the engine’s own words for a start it refused', () => {
  const verdict = judge([
    up('web'),
    up('db', 0, { state: 'created', exit: exitOf(127, { error: 'no such file: /x' }) }),
  ]);
  assert.match(verdict.failed?.message ?? '', /no such file: \/x/);
});

test('judgeApplication holds on to what it said of one that ends again and again while it runs for a moment', () => {
  const said: Condition = {
    type: 'Degraded',
    reason: 'exits_at_once',
    message: `${up('db').name} ended with code 1, restarted 4 times`,
    service: 'db',
    since: noon,
  };
  const at = (startedAt: string, previous: readonly Condition[], restarts = 4) => {
    const { phase, complete, conditions, againMs } = judge([up('web'), up('db', 0, { startedAt, restarts })], {
      previous,
    });
    return [phase, complete, conditions[0]?.message === said.message, againMs];
  };
  assert.deepEqual(at(noon, [said]), ['degraded', false, true, 10_000]);
  assert.deepEqual(at('2026-01-01T11:59:50.000Z', [said]), ['running', true, false, undefined]);
  assert.deepEqual(at(noon, [said], 1), ['running', true, false, undefined], 'it was restarted once or twice');
  assert.deepEqual(at(noon, [{ ...said, message: 'another ended with code 1' }]), ['running', true, false, 10_000]);
});

test('judgeApplication says how many of a service are up', () => {
  const verdict = judge([up('web'), up('db')], { scale: { db: 3 } });
  assert.equal(verdict.conditions[0]?.message, 'db is being started (1 of 3)');
});

test('judgeApplication names a remedy for failures people can mend', () => {
  for (const code of ['image_not_found', 'port_taken', 'name_taken', 'no_space'])
    assert.match(judge([], { failures: [{ code, message: 'no' }] }).failed?.remedy ?? '', /\w+/, code);
});

test('judgeApplication keeps since when a condition holds, for the same reason and service only', () => {
  const previous: Condition[] = [
    { type: 'Degraded', reason: 'unhealthy', message: 'old words', service: 'db', since: noon },
    { type: 'Degraded', reason: 'unhealthy', message: 'another service', service: 'x', since: noon },
  ];
  const since = (container: ObservedContainer) =>
    judge([up('web'), container], { previous, now: later }).conditions[0]?.since;
  assert.equal(since(up('db', 0, { health: 'unhealthy' })), noon);
  assert.equal(since(ended('db', 1)), later);
});

test('judgeUnknown claims nothing but that the host does not answer, and since when', () => {
  const error = { code: 'engine_unavailable', message: 'no answer' };
  const [condition] = judgeUnknown([], error, noon);
  assert.deepEqual(
    [condition?.type, condition?.reason, condition?.message],
    ['Blocked', 'engine_unavailable', 'no answer'],
  );
  assert.equal(judgeUnknown(condition === undefined ? [] : [condition], error, later)[0]?.since, noon);
});

test('hasFailed tells an end by error from every other', () => {
  const cases: [ObservedContainer, boolean][] = [
    [up('web'), false],
    [up('web', 0, { state: 'created' }), false],
    [up('web', 0, { state: 'created', exit: exitOf(0, { error: 'no' }) }), true],
    [up('web', 0, { state: 'restarting' }), true],
    [ended('web', 0), false],
    [ended('web', 1), true],
    [ended('web', 137, 0, { exit: exitOf(137, { byEngine: true }) }), false],
    [up('web', 0, { state: 'exited' }), false],
  ];
  for (const [container, failed] of cases) assert.equal(hasFailed(container), failed, JSON.stringify(container));
});

test('judgeApplication says of an upgrade how it stands, and is complete only when nothing is left to replace', () => {
  const up2 = [up('web'), up('db')];
  const held = { type: 'Degraded', reason: 'upgrade_held', message: 'm' } as const;
  const table: [Partial<Facts>, ReturnType<typeof gist>][] = [
    [
      { upgrade: [{ type: 'Progressing', reason: 'upgrading', message: 'm' }], isUpgrading: true },
      { phase: 'progressing', complete: false, conditions: ['Progressing upgrading'] },
    ],
    [
      { upgrade: [held] },
      { phase: 'degraded', complete: true, conditions: ['Degraded upgrade_held', 'Available all_running'] },
    ],
    [{}, { phase: 'running', complete: true, conditions: ['Available all_running'] }],
  ];
  for (const [facts, said] of table) assert.deepEqual(gist(judge(up2, facts)), said);
});

test('judgeApplication is not moved by what becomes of a run', () => {
  const run = ended('web', 1);
  assert.ok(run.owner !== undefined);
  const verdict = judge([up('web'), up('db'), { ...run, owner: { ...run.owner, run: 'run_1' } }]);
  assert.deepEqual([verdict.phase, verdict.complete], ['running', true]);
});
