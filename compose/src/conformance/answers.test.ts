import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answersFile, ownCases } from './all-cases.ts';
import { resolveCase } from './judge.ts';
import type { Json } from './whole-model.ts';
import { firstDifference, foldOurs } from './whole-model.ts';

/** How many whole models each program has given at least. */
const oracles: readonly (readonly [string, number])[] = [
  ['compose-2', 100],
  ['compose-1.29', 40],
];

for (const [oracle, least] of oracles) {
  const answers: Readonly<Record<string, Json>> = JSON.parse(readFileSync(answersFile(oracle), 'utf8'));
  const rows = ownCases().filter(({ id }) => id in answers);

  test(`the answers of ${oracle} are all about cases that exist`, () => {
    assert.equal(rows.length, Object.keys(answers).length);
    assert.ok(rows.length >= least, `there are ${rows.length} answers`);
  });

  for (const row of rows) {
    test(`resolveModel gives the whole model ${oracle} gave for ${row.area}/${row.id}`, () => {
      const result = resolveCase(row);
      assert.ok('model' in result, JSON.stringify(result));
      assert.equal(firstDifference(answers[row.id], foldOurs(result.model)), undefined);
    });
  }
}
