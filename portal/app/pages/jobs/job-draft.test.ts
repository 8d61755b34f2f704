import { jobSchema, jobSpecSchema } from '@berth/contract/jobs.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftOfJob, jobOf, newJob, specOf, type JobDraft } from './job-draft.ts';

const draft = (change: Partial<JobDraft> = {}): JobDraft => ({
  ...newJob('db', 'Asia/Shanghai'),
  name: 'backup',
  ...change,
});

test('jobOf gives what the API takes', () => {
  const spec = jobOf(
    draft({
      commandLine: `sh -c 'dump > /b'`,
      variables: 'LEVEL=9\n',
      schedule: '  0   2 * * * ',
      timeoutMinutes: 1.5,
    }),
  );
  assert.deepEqual(jobSpecSchema.parse(spec), {
    name: 'backup',
    service: 'db',
    command: ['sh', '-c', 'dump > /b'],
    environment: { LEVEL: '9' },
    schedule: '0 2 * * *',
    timeZone: 'Asia/Shanghai',
    concurrency: 'forbid',
    missed: 'run_once',
    timeoutMs: 90_000,
    keepRuns: 50,
    enabled: true,
  });
});

test('jobOf takes an empty command line as the command of the service', () =>
  assert.equal(jobOf(draft())?.command, null));

const bad: Record<string, Partial<JobDraft>> = {
  'without a name': { name: '' },
  'with a name that is none': { name: 'Not A Name' },
  'without a service': { service: '' },
  'without a schedule': { schedule: '  ' },
  'with an open quotation mark': { commandLine: `sh -c 'x` },
  'with variables that are none': { variables: 'no equals sign' },
  'with an empty number': { timeoutMinutes: '' },
};
for (const [name, change] of Object.entries(bad))
  test(`jobOf gives nothing for a job ${name}`, () => assert.equal(jobOf(draft(change)), undefined));

test('draftOfJob and jobOf undo each other', () => {
  const spec = jobOf(draft({ commandLine: `a 'b c'`, variables: `A="it's"\n`, enabled: false }));
  const job = jobSchema.parse({
    ...spec,
    id: `job_${'a'.repeat(26)}`,
    createdBy: 'ada',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    nextRunAt: null,
    upcoming: [],
    lastRun: null,
  });
  assert.deepEqual(jobOf(draftOfJob(job)), spec);
  assert.deepEqual(specOf(job), spec);
});
