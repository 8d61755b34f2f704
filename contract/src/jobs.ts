// Work that is done once and ends: tasks a person runs, and jobs that run by a schedule. Every time is a run.
import { z } from 'zod';
import { applicationParams } from './applications.ts';
import { idSchema } from './ids.ts';
import { nameSchema } from './names.ts';
import { pageOf, pageQuerySchema } from './pages.ts';
import { defineRoute } from './route.ts';
import { refSchema } from './tenants.ts';
import { instantSchema } from './time.ts';

export const runStates = ['waiting', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out', 'skipped'] as const;
export type RunState = (typeof runStates)[number];

export const runSchema = z.strictObject({
  id: idSchema('run'),
  /** null: a task somebody asked for. */
  job: z.strictObject({ id: idSchema('job'), name: nameSchema }).nullable(),
  service: z.string(),
  /** null: the service's own. */
  command: z.array(z.string()).nullable(),
  /** Of the application, when it started. */
  revision: z.int(),
  state: z.enum(runStates),
  /** Code and sentence: why it failed, was skipped, or waits. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  exitCode: z.int().nullable(),
  /** Who, or `schedule`, or the hook. */
  requestedBy: z.string(),
  /** The time of the schedule it stands for. */
  scheduledFor: instantSchema.nullable(),
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
  /** Engine id while it has one, for its log and figures. */
  container: z.string().nullable(),
  /** Last lines, once it has ended; 200 at most. */
  logLines: z.array(z.string()),
});
export type Run = z.infer<typeof runSchema>;

const commandSchema = z.array(z.string().max(32_768)).min(1).max(200);
const timeoutMs = z
  .int()
  .min(1000)
  .max(7 * 24 * 3_600_000);

export const jobSpecSchema = z.strictObject({
  name: nameSchema,
  service: z.string().min(1).max(100),
  command: commandSchema.nullable(),
  environment: z.record(z.string().max(200), z.string().max(32_768)).optional(),
  /** Five fields: minute, hour, day of month, month, day of week; names and `L`, `#` as in Vixie cron and Quartz. */
  schedule: z.string().min(1).max(100),
  /** IANA name: `Asia/Shanghai`. */
  timeZone: z.string().min(1).max(60),
  /** When the former run has not ended: start beside it, skip this one, or end the former. */
  concurrency: z.enum(['allow', 'forbid', 'replace']),
  /** When the time passed while nobody could start it: once as soon as possible, or not at all. */
  missed: z.enum(['run_once', 'skip']),
  timeoutMs,
  /** Runs kept in the history. */
  keepRuns: z.int().min(1).max(500),
  enabled: z.boolean(),
});
export type JobSpec = z.infer<typeof jobSpecSchema>;

export const jobSchema = jobSpecSchema.extend({
  id: idSchema('job'),
  createdBy: z.string(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  /** null: disabled, or the application does not run. */
  nextRunAt: instantSchema.nullable(),
  /** The next few, for a person to check the schedule. */
  upcoming: z.array(instantSchema),
  lastRun: runSchema.nullable(),
});
export type Job = z.infer<typeof jobSchema>;

const applicationPath = '/v1/tenants/:tenant/environments/:environment/applications/:application';
const jobParams = z.strictObject({ ...applicationParams.shape, job: refSchema });
const runParams = z.strictObject({ ...applicationParams.shape, run: refSchema });
const readErrors = ['unauthenticated', 'not_found'] as const;
const changeErrors = ['invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'conflict'] as const;

export const jobRoutes = {
  listJobs: defineRoute({
    method: 'GET',
    path: `${applicationPath}/jobs`,
    summary: 'Jobs of an application, by name',
    needs: { action: 'list', kind: 'application.jobs' },
    params: applicationParams,
    query: pageQuerySchema,
    reply: pageOf(jobSchema),
    errors: readErrors,
  }),
  createJob: defineRoute({
    method: 'POST',
    path: `${applicationPath}/jobs`,
    summary: 'Run a service or a command of it by a schedule',
    needs: { action: 'create', kind: 'application.jobs' },
    params: applicationParams,
    body: jobSpecSchema,
    reply: jobSchema,
    status: 201,
    errors: changeErrors,
  }),
  readJob: defineRoute({
    method: 'GET',
    path: `${applicationPath}/jobs/:job`,
    summary: 'One job',
    needs: { action: 'read', kind: 'application.jobs' },
    params: jobParams,
    reply: jobSchema,
    errors: readErrors,
  }),
  setJob: defineRoute({
    method: 'PUT',
    path: `${applicationPath}/jobs/:job`,
    summary: 'Change a job; its history stays',
    needs: { action: 'modify', kind: 'application.jobs' },
    params: jobParams,
    body: jobSpecSchema,
    reply: jobSchema,
    errors: changeErrors,
  }),
  removeJob: defineRoute({
    method: 'DELETE',
    path: `${applicationPath}/jobs/:job`,
    summary: 'Remove a job with its history; a run that goes on is ended',
    needs: { action: 'delete', kind: 'application.jobs' },
    params: jobParams,
    reply: z.strictObject({}),
    errors: changeErrors,
  }),
  runJob: defineRoute({
    method: 'POST',
    path: `${applicationPath}/jobs/:job/run`,
    summary: 'Run a job now, beside its schedule',
    needs: { action: 'create', kind: 'application.runs' },
    params: jobParams,
    reply: runSchema,
    status: 202,
    errors: [...changeErrors, 'wrong_state', 'policy_violation'],
  }),
  listRuns: defineRoute({
    method: 'GET',
    path: `${applicationPath}/runs`,
    summary: 'Runs of tasks and jobs, newest first',
    needs: { action: 'list', kind: 'application.runs' },
    params: applicationParams,
    query: pageQuerySchema.extend({ job: refSchema.optional(), state: z.enum(runStates).optional() }),
    reply: pageOf(runSchema),
    errors: readErrors,
  }),
  runTask: defineRoute({
    method: 'POST',
    path: `${applicationPath}/runs`,
    summary: 'Run a task once: a container of a service with another command, its volumes, networks and variables',
    needs: { action: 'create', kind: 'application.runs' },
    params: applicationParams,
    body: z.strictObject({
      service: z.string().min(1).max(100),
      command: commandSchema.nullable(),
      environment: z.record(z.string().max(200), z.string().max(32_768)).optional(),
      /** Default an hour. */
      timeoutMs: timeoutMs.optional(),
    }),
    reply: runSchema,
    status: 202,
    errors: [...changeErrors, 'wrong_state', 'policy_violation'],
  }),
  readRun: defineRoute({
    method: 'GET',
    path: `${applicationPath}/runs/:run`,
    summary: 'One run with its last lines',
    needs: { action: 'read', kind: 'application.runs' },
    params: runParams,
    reply: runSchema,
    errors: readErrors,
  }),
  cancelRun: defineRoute({
    method: 'POST',
    path: `${applicationPath}/runs/:run/cancel`,
    summary: 'End a run; one that has ended stays as it is',
    needs: { action: 'modify', kind: 'application.runs' },
    params: runParams,
    reply: runSchema,
    status: 202,
    errors: changeErrors,
  }),
};
