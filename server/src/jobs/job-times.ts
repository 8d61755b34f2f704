// When a schedule is due: five fields of cron in a zone with its changes of the clock. Pure, told the time. The reading of
// the pattern and the calendar are croner's; what is let through to it, and what a person is told otherwise, is here.
//
// A time of day that the clock skips (02:30 in spring) is due at the first moment after the gap; one that comes twice is due
// the first time only. Patterns with `*` or a step in minute or hour mean "every so often" and follow the clock through both.
import { Cron } from 'croner';
import { fromInstant, toInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Instant } from '@berth/contract/time.ts';

export interface Schedule {
  /** Minute, hour, day of month, month, day of week. */
  readonly schedule: string;
  readonly timeZone: string;
}

const timesMaximum = 20;

/** The first time after the moment; undefined: never. Throws `invalid_request` for what is no schedule. */
export const nextTime = (schedule: Schedule, after: Instant): Instant | undefined => nextTimes(schedule, after, 1)[0];

export const nextTimes = (schedule: Schedule, after: Instant, count: number): Instant[] =>
  guarded(schedule, (cron) => cron.nextRuns(Math.min(count, timesMaximum), after).map(instantOf));

/** The last time at or before the moment. */
export const latestTime = (schedule: Schedule, until: Instant): Instant | undefined =>
  guarded(schedule, (cron) => {
    // The library looks before the moment it is given, by whole seconds; a time at the moment itself counts here.
    const [latest] = cron.previousRuns(1, toInstant(fromInstant(until) + 1000)).map(instantOf);
    return latest;
  });

/** Throws `invalid_request` with a sentence unless the schedule is one and comes due some day. */
export const checkSchedule = (schedule: Schedule, now: Instant): void => {
  if (nextTime(schedule, now) === undefined) refuse(`The schedule “${schedule.schedule}” never comes due`);
};

const instantOf = (time: { getTime: () => number }): Instant => toInstant(time.getTime());

const guarded = <T>({ schedule, timeZone }: Schedule, read: (cron: Cron) => T): T => {
  const text = schedule.trim();
  if (text.startsWith('@'))
    refuse(`Nicknames like ${text} are not taken; write five fields: minute, hour, day of month, month, day of week`);
  const fields = text.split(/\s+/);
  if (fields.length !== 5)
    refuse(
      `A schedule has five fields (minute, hour, day of month, month, day of week); “${text}” has ${fields.length}${
        fields.length === 6 ? ', and there are no seconds' : ''
      }`,
    );
  if (!isTimeZone(timeZone)) refuse(`There is no time zone called ${timeZone}; use a name like Asia/Shanghai or UTC`);
  try {
    return read(new Cron(text, { paused: true, mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard' }));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.replace(/^\w+: /, '') : '';
    throw new PlatformError('invalid_request', `The schedule “${text}” cannot be read: ${why}`, {}, thrown);
  }
};

// Offsets like +08:00 are taken by the platform and know no summer time: a zone is a place.
const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const refuse = (message: string): never => {
  throw new PlatformError('invalid_request', message);
};
