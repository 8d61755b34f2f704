import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  againstAborting,
  againstAccepting,
  againstResuming,
  effectiveRevision,
  lastGoodRevision,
  presentUpgrade,
  upgradeOf,
} from './upgrade-state.ts';

const word = (state: string) => JSON.stringify({ state, batchDoneAt: {}, services: [], reason: 'r', message: 'm' });
const row = (state: string | null, more = {}) => ({
  revision: 3,
  former_revision: 2,
  upgrade: state === null ? null : word(state),
  upgrade_accepted: 0,
  observed_generation: 1,
  ...more,
});

/** What the application should be, what a next publish goes back to, and who may accept, abort, resume. */
const table: Record<string, { row: ReturnType<typeof row>; is: [number, number | null, string] }> = {
  none: { row: row(null, { former_revision: null }), is: [3, 3, ''] },
  'none, and it never ran': { row: row(null, { former_revision: null, observed_generation: 0 }), is: [3, null, ''] },
  'one that has just been asked for': { row: row(null), is: [3, 2, 'accept abort'] },
  'one that rolls': { row: row('rolling'), is: [3, 2, 'accept abort'] },
  'one that rolls and is accepted': { row: row('rolling', { upgrade_accepted: 1 }), is: [3, 2, 'abort'] },
  'one that is held': { row: row('held'), is: [3, 2, 'accept abort resume'] },
  'one that turns back': { row: row('rolling_back'), is: [2, 2, 'abort'] },
  'one that has turned back': { row: row('rolled_back'), is: [2, 2, 'abort'] },
  'one that is through': { row: row('done'), is: [3, 3, 'accept abort'] },
  'one that is through and accepted': { row: row('done', { upgrade_accepted: 1 }), is: [3, 3, ''] },
};
for (const [what, { row: columns, is }] of Object.entries(table))
  test(`the state of an upgrade is told from the row: ${what}`, () => {
    const may = [
      againstAccepting(columns) === undefined ? 'accept' : '',
      againstAborting(columns) === undefined ? 'abort' : '',
      againstResuming(columns) === undefined ? 'resume' : '',
    ];
    assert.deepEqual(
      [effectiveRevision(columns), lastGoodRevision(columns), may.filter((verb) => verb !== '').join(' ')],
      is,
    );
  });

test('presentUpgrade shows none once it is accepted and through, and one that begins as rolling', () => {
  assert.equal(presentUpgrade(row('done', { upgrade_accepted: 1 })), null);
  assert.deepEqual(presentUpgrade(row(null)), { state: 'rolling', from: 2, to: 3, services: [] });
  assert.equal(upgradeOf(row('held'))?.message, 'm');
});
