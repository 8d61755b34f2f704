import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUpgradeSettings, type UpgradeFlags } from './upgrade-settings.ts';

const read: readonly (readonly [string, UpgradeFlags, unknown])[] = [
  ['sets nothing when nothing is given', {}, undefined],
  ['sets all services', { order: ['start-first'], batch: ['0'] }, { all: { order: 'start-first', batch: 0 } }],
  [
    'sets one service beside all',
    { batch: ['2', 'web=1'], interval: ['web=1m30s'], onFailure: ['rollback'] },
    { all: { batch: 2, onFailure: 'rollback' }, services: { web: { batch: 1, intervalMs: 90_000 } } },
  ],
  ['lets the later win', { deadline: ['10s', '20s'] }, { all: { deadlineMs: 20_000 } }],
  ['sets a service alone', { order: ['web=stop-first'] }, { services: { web: { order: 'stop-first' } } }],
];
for (const [name, flags, wanted] of read)
  test(`readUpgradeSettings ${name}`, () => assert.deepEqual(readUpgradeSettings(flags), wanted));

const wrong: readonly (readonly [UpgradeFlags, RegExp])[] = [
  [{ order: ['first'] }, /--order first: give stop-first or start-first/],
  [{ batch: ['web=-1'] }, /--batch web=-1/],
  [{ batch: ['201'] }, /--batch 201/],
  [{ interval: ['5'] }, /--interval 5: give a duration/],
  [{ onFailure: ['=hold'] }, /--on-failure =hold/],
];
for (const [flags, says] of wrong)
  test(`readUpgradeSettings refuses ${JSON.stringify(flags)} and says what to give`, () =>
    assert.throws(() => readUpgradeSettings(flags), says));
