import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { checkSchedule, latestTime, nextTime, nextTimes } from './job-times.ts';

const day = (text: string): string => text.replace(/ /, 'T') + ':00.000Z';

/** Schedule, zone, after when → the next times, all in UTC. */
const table: Record<string, [schedule: string, timeZone: string, after: string, times: string[]]> = {
  'takes the first time after the moment, not the moment itself': [
    '0 12 * * *',
    'UTC',
    '2026-01-01 12:00',
    ['2026-01-02 12:00', '2026-01-03 12:00'],
  ],
  'reads the schedule in its zone': [
    '0 8 * * *',
    'Asia/Shanghai',
    '2026-01-01 12:00',
    ['2026-01-02 00:00', '2026-01-03 00:00'],
  ],
  'moves with summer time': [
    '0 8 * * *',
    'Europe/Berlin',
    '2026-03-27 12:00',
    ['2026-03-28 07:00', '2026-03-29 06:00', '2026-03-30 06:00'],
  ],
  'is due right after the gap when the clock skips the time (Los Angeles)': [
    '30 2 * * *',
    'America/Los_Angeles',
    '2026-03-07 12:00',
    ['2026-03-08 10:00', '2026-03-09 09:30'],
  ],
  'is due right after the gap when the clock skips the time (Berlin)': [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28 12:00',
    ['2026-03-29 01:00', '2026-03-30 00:30'],
  ],
  'is due once when the time comes twice (Los Angeles)': [
    '30 1 * * *',
    'America/Los_Angeles',
    '2026-10-31 12:00',
    ['2026-11-01 08:30', '2026-11-02 09:30'],
  ],
  'is due once when the time comes twice (Berlin)': [
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24 12:00',
    ['2026-10-25 00:30', '2026-10-26 01:30'],
  ],
  'is due once for each of several times that come twice': [
    '15,45 2 * * *',
    'Europe/Berlin',
    '2026-10-24 12:00',
    ['2026-10-25 00:15', '2026-10-25 00:45', '2026-10-26 01:15'],
  ],
  'goes on every half hour through the hour that comes twice': [
    '*/30 * * * *',
    'Europe/Berlin',
    '2026-10-25 00:00',
    ['2026-10-25 00:30', '2026-10-25 01:00', '2026-10-25 01:30', '2026-10-25 02:00'],
  ],
  'goes on every half hour through the hour that is skipped': [
    '*/30 * * * *',
    'America/Los_Angeles',
    '2026-03-08 09:10',
    ['2026-03-08 09:30', '2026-03-08 10:00', '2026-03-08 10:30'],
  ],
  'waits for the 29th of February': ['0 0 29 2 *', 'UTC', '2026-01-01 00:00', ['2028-02-29 00:00', '2032-02-29 00:00']],
  'knows the last day of the month': ['0 6 L * *', 'UTC', '2026-01-31 06:00', ['2026-02-28 06:00', '2026-03-31 06:00']],
  'knows the second Monday': ['0 6 * * MON#2', 'UTC', '2026-01-01 00:00', ['2026-01-12 06:00', '2026-02-09 06:00']],
  'knows the last Friday': ['0 6 * * 5L', 'UTC', '2026-01-01 00:00', ['2026-01-30 06:00', '2026-02-27 06:00']],
  'takes a day of month or a day of week, as cron does': [
    '0 0 13 * FRI',
    'UTC',
    '2026-01-09 00:00',
    ['2026-01-13 00:00', '2026-01-16 00:00'],
  ],
  'takes 0 and 7 for Sunday': ['0 0 * * 7', 'UTC', '2026-01-01 00:00', ['2026-01-04 00:00', '2026-01-11 00:00']],
  'knows a zone off the whole hour': ['0 9 * * *', 'Asia/Kathmandu', '2026-01-01 00:00', ['2026-01-01 03:15']],
};

for (const [name, [schedule, timeZone, after, times]] of Object.entries(table))
  test(`nextTimes ${name}`, () =>
    assert.deepEqual(nextTimes({ schedule, timeZone }, day(after), times.length), times.map(day)));

const latest: Record<string, [schedule: string, timeZone: string, until: string, time: string]> = {
  'takes the moment itself': ['0 12 * * *', 'UTC', '2026-01-05 12:00', '2026-01-05 12:00'],
  'looks back over many': ['*/5 * * * *', 'UTC', '2026-01-05 12:34', '2026-01-05 12:30'],
  'looks back over the hour that is skipped': ['0 0 * * *', 'Europe/Berlin', '2026-03-29 12:00', '2026-03-28 23:00'],
  'looks back over the hour that comes twice': ['30 2 * * *', 'Europe/Berlin', '2026-10-25 12:00', '2026-10-25 00:30'],
};
for (const [name, [schedule, timeZone, until, time]] of Object.entries(latest))
  test(`latestTime ${name}`, () => assert.equal(latestTime({ schedule, timeZone }, day(until)), day(time)));

const refused: Record<string, [schedule: string, timeZone: string, message: RegExp]> = {
  'seconds as a sixth field': ['0 0 12 * * *', 'UTC', /five fields .* has 6, and there are no seconds/],
  'four fields': ['0 12 * *', 'UTC', /has 4/],
  'a nickname': ['@daily', 'UTC', /Nicknames like @daily/],
  'a minute that is none': ['61 * * * *', 'UTC', /cannot be read: .*61/],
  'words that are none': ['0 0 * * noday', 'UTC', /cannot be read/],
  'a zone that is none': ['0 0 * * *', 'Mars/Olympus', /no time zone called Mars\/Olympus/],
  'an offset for a zone': ['0 0 * * *', '+08:00', /no time zone called/],
  'a day that never comes': ['0 0 30 2 *', 'UTC', /never comes due/],
};
for (const [name, [schedule, timeZone, message]] of Object.entries(refused))
  test(`checkSchedule refuses ${name}`, () =>
    assert.throws(
      () => checkSchedule({ schedule, timeZone }, day('2026-01-01 00:00')),
      (thrown) => thrown instanceof PlatformError && thrown.code === 'invalid_request' && message.test(thrown.message),
    ));

test('nextTime is undefined where there is none', () =>
  assert.equal(nextTime({ schedule: '0 0 31 4 *', timeZone: 'UTC' }, day('2026-01-01 00:00')), undefined));
