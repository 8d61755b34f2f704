import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { EngineRuns } from './engine-runs.ts';

/** Last answer at 1000; the next run begins at 5000 and answers at 6000. */
const restarted = (file?: string): EngineRuns => {
  let mark = { mark: 'first', beganMs: 0 };
  const runs = new EngineRuns('', file, () => mark);
  assert.equal(runs.answered(500), false);
  assert.equal(runs.answered(1000), false);
  mark = { mark: 'second', beganMs: 5000 };
  assert.equal(runs.answered(6000), true);
  assert.equal(runs.answered(7000), false);
  return runs;
};

const table: Record<string, { startedMs: number; finishedMs: number; byEngine: boolean }> = {
  'an end while the engine answered before': { startedMs: 100, finishedMs: 999, byEngine: false },
  'an end while it stopped': { startedMs: 100, finishedMs: 1500, byEngine: true },
  'an end as it came back': { startedMs: 100, finishedMs: 5500, byEngine: true },
  'an end of what the new run started': { startedMs: 5200, finishedMs: 5900, byEngine: false },
  'an end afterwards': { startedMs: 100, finishedMs: 6001, byEngine: false },
};
for (const [name, { startedMs, finishedMs, byEngine }] of Object.entries(table))
  test(`EngineRuns takes ${name} for ${byEngine ? 'the engine’s' : 'the program’s'}`, () =>
    assert.equal(restarted().isByEngine(startedMs, finishedMs), byEngine));

test('EngineRuns knows of a restart while we were away', () => {
  const file = join(temporaryFolder(), 'engine-runs.json');
  new EngineRuns('', file, () => ({ mark: 'first', beganMs: 0 })).answered(1000);
  const runs = new EngineRuns('', file, () => ({ mark: 'second', beganMs: 5000 }));
  assert.equal(runs.isByEngine(100, 1500), false);
  assert.equal(runs.answered(6000), true);
  assert.equal(runs.isByEngine(100, 1500), true);
  assert.equal(new EngineRuns('', file, () => ({ mark: 'second', beganMs: 5000 })).isByEngine(100, 1500), true);
});

test('EngineRuns takes a freeze for no restart, and a broken file for none', () => {
  const file = join(temporaryFolder(), 'engine-runs.json');
  writeFileSync(file, '{"mark":');
  const runs = new EngineRuns('', file, () => ({ mark: 'first', beganMs: 0 }));
  runs.answered(1000);
  runs.answered(100_000);
  assert.equal(runs.isByEngine(100, 50_000), false);
});
