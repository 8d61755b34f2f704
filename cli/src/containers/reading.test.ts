// What the commands on containers read from their arguments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { readCounts } from '#applications/change.ts';
import { readSource } from './download.ts';
import { readSince } from './logs.ts';

const clock = makeFakeClock(Date.UTC(2026, 0, 1, 12));
const times: readonly (readonly [string, string])[] = [
  ['10m', '2026-01-01T11:50:00.000Z'],
  ['1d2h', '2025-12-31T10:00:00.000Z'],
  ['2026-01-01T11:00:00Z', '2026-01-01T11:00:00.000Z'],
  ['2026-01-01T11:00:00+08:00', '2026-01-01T03:00:00.000Z'],
  ['2026-01-01', '2026-01-01T00:00:00.000Z'],
];
for (const [text, at] of times)
  test(`readSince takes ${text} as ${at}`, () => assert.equal(readSince(clock, text), at));
test('readSince refuses what is no time', () => assert.throws(() => readSince(clock, 'yesterday'), PlatformError));

test('readSource parts the container from the path at the first colon', () =>
  assert.deepEqual(readSource('shop/web:/a:b'), { named: 'shop/web', path: '/a:b' }));
for (const text of ['', 'shop', 'shop:', ':/etc/hosts'])
  test(`readSource refuses "${text}"`, () => assert.throws(() => readSource(text), PlatformError));

test('readCounts reads every service', () => assert.deepEqual(readCounts(['web=3', 'db=0']), { web: 3, db: 0 }));
for (const text of ['web', 'web=', '=3', 'web=-1', 'web=two', 'web=1.5'])
  test(`readCounts refuses "${text}"`, () => assert.throws(() => readCounts([text]), PlatformError));
