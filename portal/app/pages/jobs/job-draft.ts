// A job while somebody writes it. Pure; the API's shape is made at the end.
import type { Job, JobSpec } from '@berth/contract/jobs.ts';
import { namePattern } from '@berth/contract/names.ts';
import { lineOf, wordsOf } from '#util/command-text.ts';
import { envText, readEnvText } from '#util/env-text.ts';

export type JobDraft = {
  readonly name: string;
  readonly service: string;
  readonly commandLine: string;
  readonly variables: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly concurrency: JobSpec['concurrency'];
  readonly missed: JobSpec['missed'];
  /** Fields of numbers give text while they are empty. */
  readonly timeoutMinutes: number | string;
  readonly keepRuns: number | string;
  readonly enabled: boolean;
};

const minuteMs = 60_000;

export const newJob = (service: string, timeZone: string): JobDraft => ({
  name: '',
  service,
  commandLine: '',
  variables: '',
  schedule: '0 2 * * *',
  timeZone,
  concurrency: 'forbid',
  missed: 'run_once',
  timeoutMinutes: 60,
  keepRuns: 50,
  enabled: true,
});

export const draftOfJob = (job: Job): JobDraft => ({
  name: job.name,
  service: job.service,
  commandLine: job.command === null ? '' : lineOf(job.command),
  variables: envText(job.environment ?? {}),
  schedule: job.schedule,
  timeZone: job.timeZone,
  concurrency: job.concurrency,
  missed: job.missed,
  timeoutMinutes: job.timeoutMs / minuteMs,
  keepRuns: job.keepRuns,
  enabled: job.enabled,
});

/** What may be sent; nothing while something is missing or wrong. */
export const jobOf = (draft: JobDraft): JobSpec | undefined => {
  const words = wordsOf(draft.commandLine);
  const { entries, badLine } = readEnvText(draft.variables);
  const { timeoutMinutes, keepRuns } = draft;
  if (!namePattern.test(draft.name) || draft.service === '' || draft.timeZone === '') return undefined;
  if (words === undefined || badLine !== undefined || draft.schedule.trim() === '') return undefined;
  if (typeof timeoutMinutes !== 'number' || typeof keepRuns !== 'number') return undefined;
  return {
    name: draft.name,
    service: draft.service,
    command: words.length === 0 ? null : [...words],
    ...(entries.length === 0 ? {} : { environment: Object.fromEntries(entries) }),
    schedule: draft.schedule.trim().replace(/\s+/g, ' '),
    timeZone: draft.timeZone,
    concurrency: draft.concurrency,
    missed: draft.missed,
    timeoutMs: Math.round(timeoutMinutes * minuteMs),
    keepRuns,
    enabled: draft.enabled,
  };
};

/** The part of a job that a caller writes. */
export const specOf = (job: Job): JobSpec => ({
  name: job.name,
  service: job.service,
  command: job.command,
  ...(job.environment === undefined ? {} : { environment: job.environment }),
  schedule: job.schedule,
  timeZone: job.timeZone,
  concurrency: job.concurrency,
  missed: job.missed,
  timeoutMs: job.timeoutMs,
  keepRuns: job.keepRuns,
  enabled: job.enabled,
});
