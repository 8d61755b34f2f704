import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allCases, ownCases, sharedCases } from './all-cases.ts';
import { caseFormats } from './cases.ts';
import { judgeCase } from './judge.ts';
import { readCasePath, sameAsCase } from './project.ts';

test('the conformance cases are all there', () => {
  assert.equal(sharedCases().length, 361);
  assert.ok(ownCases().length >= 120, `there are ${ownCases().length} cases of our own`);
  const names = allCases().map(({ id }) => id);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const format of caseFormats) assert.ok(ownCases().some((row) => row.format === format));
  assert.ok(ownCases().filter(({ expect }) => expect === 'reject').length >= 30);
});

test('resolveModel agrees with Compose on every conformance case', () => {
  const faults = allCases().flatMap((row) => judgeCase(row).map((fault) => `${row.area}/${row.id}: ${fault}`));
  assert.deepEqual(faults, []);
});

test('the judge of the conformance cases can say no', () => {
  const printed = { services: { web: { image: 'a', ports: [{ target: 80, protocol: 'tcp' }] } } };
  assert.ok(sameAsCase(readCasePath(printed, 'web.image', 'bench'), 'a'));
  assert.ok(!sameAsCase(readCasePath(printed, 'web.image', 'bench'), 'b'));
  assert.ok(!sameAsCase(readCasePath(printed, 'web.ports', 'bench'), ['|80|80/tcp']));
  assert.ok(!sameAsCase(readCasePath(printed, 'db.image', 'bench'), 'a'));
  const [row] = allCases().filter(({ expect, want }) => expect === 'accept' && Object.keys(want).length > 0);
  assert.ok(row !== undefined);
  assert.equal(judgeCase({ ...row, want: { 'web.image': 'another' } }).length, 1);
  assert.equal(judgeCase({ ...row, expect: 'reject' }).length, 1);
  assert.equal(judgeCase({ ...row, files: { 'compose.yaml': 'services: 1\n' } }).length, 1);
});
