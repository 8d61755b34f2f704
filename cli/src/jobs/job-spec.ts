// From flags to what a job is: a new one with what most jobs want, or a known one with what is to be another way.
import type { Job, JobSpec } from '@berth/contract/jobs.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { readDuration } from '#output/words.ts';

export type JobFlags = {
  readonly service?: string;
  readonly schedule?: string;
  readonly zone?: string;
  readonly concurrency?: JobSpec['concurrency'];
  readonly missed?: JobSpec['missed'];
  readonly timeout?: string;
  readonly keep?: number;
  readonly env?: readonly string[];
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly name?: string;
};

type Shell = Readonly<Record<string, string | undefined>>;

export const newJob = (
  name: string,
  command: readonly string[],
  flags: JobFlags,
  here: { readonly shell: Shell; readonly zone: string },
): JobSpec => {
  const { service, schedule } = flags;
  if (service === undefined) throw new PlatformError('invalid_request', 'Say which service: --service NAME');
  if (schedule === undefined)
    throw new PlatformError('invalid_request', `Say when: --schedule "0 3 * * *" (minute, hour, day, month, weekday)`);
  const usual: JobSpec = {
    name,
    service,
    schedule,
    command: null,
    timeZone: here.zone,
    concurrency: 'forbid',
    missed: 'skip',
    timeoutMs: 3_600_000,
    keepRuns: 20,
    enabled: true,
  };
  return withFlags(usual, command, flags, here.shell);
};

export const changedJob = (job: Job, command: readonly string[], flags: JobFlags, shell: Shell): JobSpec => {
  const { name, service, schedule, timeZone, concurrency, missed, timeoutMs, keepRuns, enabled, environment } = job;
  const known: JobSpec = {
    name,
    service,
    schedule,
    command: job.command,
    timeZone,
    concurrency,
    missed,
    timeoutMs,
    keepRuns,
    enabled,
    ...(environment === undefined ? {} : { environment }),
  };
  return withFlags(known, command, flags, shell);
};

const withFlags = (base: JobSpec, command: readonly string[], flags: JobFlags, shell: Shell): JobSpec => ({
  ...base,
  name: flags.name ?? base.name,
  service: flags.service ?? base.service,
  schedule: flags.schedule ?? base.schedule,
  timeZone: flags.zone ?? base.timeZone,
  concurrency: flags.concurrency ?? base.concurrency,
  missed: flags.missed ?? base.missed,
  timeoutMs: flags.timeout === undefined ? base.timeoutMs : readTime('--timeout', flags.timeout),
  keepRuns: flags.keep ?? base.keepRuns,
  enabled: flags.enable === true || (base.enabled && flags.disable !== true),
  command: command.length === 0 ? base.command : [...command],
  ...(flags.env === undefined ? {} : { environment: readPairs('--env', flags.env, shell) }),
});

/** A duration that a flag gives, in milliseconds. */
export const readTime = (flag: string, text: string): number => {
  const ms = readDuration(text);
  if (ms === undefined)
    throw new PlatformError('invalid_request', `${flag} ${text}: write a duration like 90s or 1h30m`);
  return ms;
};

/** `K=V` as a record; `K` alone takes the shell's value. */
export const readPairs = (flag: string, texts: readonly string[], shell: Shell): Record<string, string> =>
  Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      const name = equals < 0 ? text : text.slice(0, equals);
      const value = equals < 0 ? shell[name] : text.slice(equals + 1);
      if (name === '' || value === undefined)
        throw new PlatformError('invalid_request', `${flag} ${text}: write NAME=VALUE`);
      return [name, value];
    }),
  );
