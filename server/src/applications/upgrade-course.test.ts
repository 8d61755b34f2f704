import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Update } from '@berth/contract/application-spec.ts';
import type { UpgradeProgress } from '#orchestration/driver.ts';
import { aService, aSpec, noon } from '#testing/applications.ts';
import { followCourse, upgradeConditions, type CourseFacts } from './upgrade-course.ts';

const upgrade = (more: Partial<NonNullable<CourseFacts['upgrade']>> = {}) => ({
  state: 'rolling' as const,
  batchDoneAt: {},
  services: [],
  from: 1,
  to: 2,
  isAccepted: false,
  ...more,
});
const progress = (moved: number, more: Partial<UpgradeProgress> = {}): UpgradeProgress => ({
  services: [{ name: 'web', total: 4, moved, ready: moved }],
  batchDoneAt: {},
  finished: false,
  ...more,
});
const broken = {
  failure: { service: 'web', reason: 'exits_at_once', message: 'berth-shop-web-1 ended with code 1', container: 'c' },
};
const onFailure = (policy: Update['onFailure']) =>
  aSpec({ web: aService(policy === undefined ? {} : { update: { onFailure: policy } }) });

const table: Record<
  string,
  { facts: Partial<CourseFacts>; state: string | undefined; events?: string[]; failure?: string }
> = {
  'is nothing without an upgrade': { facts: { upgrade: undefined }, state: undefined },
  'stays as it is when nobody can say how far it is': { facts: { upgrade: upgrade() }, state: 'rolling' },
  'goes on while containers are moved': { facts: { upgrade: upgrade(), progress: progress(1) }, state: 'rolling' },
  'tells a batch that is through, once': {
    facts: { upgrade: upgrade(), progress: progress(2, { batchDoneAt: { web: noon } }) },
    state: 'rolling',
    events: ['upgrade_batch'],
  },
  'tells no batch twice': {
    facts: {
      upgrade: upgrade({ batchDoneAt: { web: noon } }),
      progress: progress(2, { batchDoneAt: { web: noon } }),
    },
    state: 'rolling',
  },
  'is through when all are good': {
    facts: { upgrade: upgrade(), progress: progress(4, { finished: true }) },
    state: 'done',
    events: ['upgrade_done'],
  },
  'holds on a failure when nothing else is asked for': {
    facts: { upgrade: upgrade(), progress: progress(1, broken) },
    state: 'held',
    events: ['upgrade_held'],
    failure: 'upgrade_held',
  },
  'turns back on a failure when the file asks for that': {
    facts: { upgrade: upgrade(), progress: progress(1, broken), spec: onFailure('rollback') },
    state: 'rolling_back',
    events: ['upgrade_rolling_back'],
  },
  'goes by the publisher before the file': {
    facts: {
      upgrade: upgrade(),
      progress: progress(1, broken),
      spec: onFailure('rollback'),
      settings: { all: { onFailure: 'rollback' }, services: { web: { onFailure: 'hold' } } },
    },
    state: 'held',
    events: ['upgrade_held'],
    failure: 'upgrade_held',
  },
  'goes on over a failure when that is asked for': {
    facts: { upgrade: upgrade(), progress: progress(1, broken), settings: { all: { onFailure: 'continue' } } },
    state: 'rolling',
  },
  'goes on over a failure once it is accepted': {
    facts: { upgrade: upgrade({ isAccepted: true }), progress: progress(1, broken) },
    state: 'rolling',
  },
  'turns back for a step that fails when that is asked for': {
    facts: {
      upgrade: upgrade(),
      progress: progress(0),
      spec: onFailure('rollback'),
      stepFailure: { service: 'web', message: 'no such image' },
    },
    state: 'rolling_back',
    events: ['upgrade_rolling_back'],
  },
  'keeps trying a step that fails otherwise': {
    facts: { upgrade: upgrade(), progress: progress(0), stepFailure: { service: 'web', message: 'no such image' } },
    state: 'rolling',
  },
  'stays held whatever is seen': {
    facts: { upgrade: upgrade({ state: 'held', message: 'm' }), progress: progress(1, broken) },
    state: 'held',
  },
  'turns back until all are of the former revision': {
    facts: { upgrade: upgrade({ state: 'rolling_back', message: 'm' }), progress: progress(1, broken) },
    state: 'rolling_back',
  },
  'has turned back when all are': {
    facts: { upgrade: upgrade({ state: 'rolling_back', message: 'm' }), progress: progress(4, { finished: true }) },
    state: 'rolled_back',
    events: ['rolled_back'],
    failure: 'rolled_back',
  },
  'stays turned back': { facts: { upgrade: upgrade({ state: 'rolled_back', message: 'm' }) }, state: 'rolled_back' },
  'stays through': { facts: { upgrade: upgrade({ state: 'done' }), progress: progress(1, broken) }, state: 'done' },
};
for (const [what, { facts, state, events = [], failure }] of Object.entries(table))
  test(`an upgrade ${what}`, () => {
    const course = followCourse({
      upgrade: undefined,
      progress: undefined,
      settings: {},
      spec: onFailure(undefined),
      stepFailure: undefined,
      ...facts,
    });
    assert.deepEqual(
      [course.word?.state, course.events.map(({ reason }) => reason), course.failure?.reason],
      [state, events, failure],
    );
    assert.equal(course.isTurned, state !== undefined && state !== facts.upgrade?.state);
  });

test('a held upgrade says what made it stop, in the operation, the event and the condition', () => {
  const standing = upgrade();
  const course = followCourse({
    upgrade: standing,
    progress: progress(1, broken),
    settings: {},
    spec: onFailure(undefined),
    stepFailure: undefined,
  });
  const said = [
    course.failure?.message,
    ...course.events.map(({ message }) => message),
    ...upgradeConditions(standing, course.word).map(({ message }) => message),
  ];
  assert.equal(said.length, 3);
  for (const sentence of said) assert.match(sentence ?? '', /berth-shop-web-1 ended with code 1/);
  assert.equal(course.word?.reason, 'exits_at_once');
});

const conditions: Record<string, string[]> = {
  rolling: ['Progressing upgrading'],
  rolling_back: ['Progressing rolling_back'],
  held: ['Degraded upgrade_held'],
  rolled_back: ['Degraded rolled_back'],
  done: [],
};
for (const [state, said] of Object.entries(conditions))
  test(`the conditions of an application whose upgrade is ${state} say so`, () => {
    const word = { state: state as 'held', message: 'm', batchDoneAt: {}, services: [] };
    const found = upgradeConditions({ from: 1, to: 2 }, word);
    assert.deepEqual(
      found.map(({ type, reason }) => `${type} ${reason}`),
      said,
    );
    for (const { type, remedy } of found) if (type === 'Degraded') assert.ok(remedy !== undefined);
  });
