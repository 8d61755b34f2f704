import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { printModel } from '#print.ts';
import { resolveModel } from '#resolve.ts';
import type { ConformanceCase } from './cases.ts';
import { parseCases } from './cases.ts';
import { readCasePath, sameAsCase } from './project.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'cases');
const cases = readdirSync(folder)
  .toSorted()
  .flatMap((name) => parseCases(readFileSync(join(folder, name), 'utf8')));

/** Cases about finding files on a disk; the command line has its own test for them. */
const isAboutDisk = (row: ConformanceCase): boolean => row.use.length === 0;

const resolveCase = (row: ConformanceCase) =>
  resolveModel(
    { files: new Map(Object.entries(row.files)), main: row.use },
    {
      variables: { ...(row.project === null ? {} : { COMPOSE_PROJECT_NAME: row.project }), ...row.env },
      profiles: row.profiles,
      envFiles: row.envFiles,
      defaultName: 'app',
      outside: 'read',
      home: '/home/bench',
    },
  );

test('the conformance cases are all there', () => {
  assert.equal(cases.length, 361);
  assert.equal(new Set(cases.map(({ id }) => id)).size, 361);
});

for (const row of cases.filter((item) => !isAboutDisk(item))) {
  test(`resolveModel agrees with Compose on ${row.area}/${row.id}`, () => {
    const result = resolveCase(row);
    if ('problems' in result) {
      assert.notEqual(row.expect, 'accept', result.problems.map(({ message }) => message).join('\n'));
      for (const problem of result.problems) assert.ok(problem.message.length > 10, JSON.stringify(problem));
      return;
    }
    assert.notEqual(row.expect, 'reject', 'the file is accepted, and Compose refuses it');
    const printed: unknown = JSON.parse(printModel(result.model, { format: 'json' }));
    for (const [path, wanted] of Object.entries(row.want)) {
      const found = readCasePath(printed, path, 'bench');
      const isSame = sameAsCase(found, wanted) || (path in row.or && sameAsCase(found, row.or[path]));
      assert.ok(isSame, `${path}: want ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
    }
  });
}

test('the judge of the conformance cases can say no', () => {
  const printed = { services: { web: { image: 'a', ports: [{ target: 80, protocol: 'tcp' }] } } };
  assert.ok(sameAsCase(readCasePath(printed, 'web.image', 'bench'), 'a'));
  assert.ok(!sameAsCase(readCasePath(printed, 'web.image', 'bench'), 'b'));
  assert.ok(!sameAsCase(readCasePath(printed, 'web.ports', 'bench'), ['|80|80/tcp']));
  assert.ok(!sameAsCase(readCasePath(printed, 'db.image', 'bench'), 'a'));
});
