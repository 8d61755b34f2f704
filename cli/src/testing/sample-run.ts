// A run and a job for tests; what matters is given.
import { jobSchema, runSchema, type Job, type Run } from '@berth/contract/jobs.ts';

export const sampleRun = (more: Partial<Run> = {}): Run => ({
  ...runSchema.parse({
    id: 'run_01m889t91000y4xckvwypz5d2d',
    job: null,
    service: 'web',
    command: null,
    revision: 1,
    state: 'waiting',
    reason: null,
    message: null,
    exitCode: null,
    requestedBy: 'ada',
    scheduledFor: null,
    createdAt: '2026-01-01T12:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    container: null,
    logLines: [],
  }),
  ...more,
});

export const endedRun = (more: Partial<Run> = {}): Run =>
  sampleRun({
    state: 'succeeded',
    exitCode: 0,
    startedAt: '2026-01-01T12:00:01.000Z',
    finishedAt: '2026-01-01T12:00:06.000Z',
    ...more,
  });

export const sampleJob = (more: Partial<Job> = {}): Job => ({
  ...jobSchema.parse({
    id: 'job_01m889t91000y4xckvwypz5d2d',
    name: 'backup',
    service: 'db',
    command: ['./backup.sh'],
    environment: { A: '1' },
    schedule: '0 3 * * *',
    timeZone: 'Asia/Shanghai',
    concurrency: 'forbid',
    missed: 'skip',
    timeoutMs: 3_600_000,
    keepRuns: 20,
    enabled: true,
    createdBy: 'ada',
    createdAt: '2026-01-01T12:00:00.000Z',
    updatedAt: '2026-01-01T12:00:00.000Z',
    nextRunAt: '2026-01-02T19:00:00.000Z',
    upcoming: ['2026-01-02T19:00:00.000Z', '2026-01-03T19:00:00.000Z'],
    lastRun: null,
  }),
  ...more,
});
