import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { Fences } from './fence.ts';

const folder = () => temporaryFolder();
const headers = (environment: string, fence: string) => ({ 'berth-environment': environment, 'berth-fence': fence });

test('Fences lets the same and higher numbers pass, and refuses lower ones, for each environment by itself', () => {
  const fences = new Fences(folder());
  assert.equal(fences.pass(headers('env_a', '5')), 'env_a');
  assert.equal(fences.pass(headers('env_a', '5')), 'env_a');
  assert.throws(() => fences.pass(headers('env_a', '4')), { code: 'stale_fence' });
  assert.equal(fences.pass(headers('env_b', '1')), 'env_b');
  assert.equal(fences.pass(headers('env_a', '6')), 'env_a');
  assert.throws(() => fences.pass(headers('env_a', '5')), { code: 'stale_fence' });
});

test('Fences forgets nothing over a restart', () => {
  const place = folder();
  new Fences(place).pass(headers('env_a', '9'));
  assert.throws(() => new Fences(place).pass(headers('env_a', '8')), { code: 'stale_fence' });
});

test('Fences does not start on a damaged file', () => {
  const place = folder();
  writeFileSync(join(place, 'fences.json'), '{"env_a":');
  assert.throws(() => new Fences(place));
});

const missing: Record<string, Record<string, string | string[]>> = {
  'no headers': {},
  'no number': { 'berth-environment': 'env_a' },
  'no environment': { 'berth-fence': '1' },
  'a number that is none': headers('env_a', '-1'),
  'a number too long to be exact': headers('env_a', '9'.repeat(17)),
  'two numbers': { 'berth-environment': 'env_a', 'berth-fence': ['1', '2'] },
  'an odd environment': headers('env a/../b', '1'),
};
for (const [name, given] of Object.entries(missing))
  test(`Fences refuses ${name}`, () =>
    assert.throws(() => new Fences(folder()).pass(given), { code: 'invalid_request' }));
