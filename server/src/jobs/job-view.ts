// From rows of jobs and runs to what callers see. Pure.
import type { Job, JobSpec, Run } from '@berth/contract/jobs.ts';
import type { Instant } from '@berth/contract/time.ts';
import { nextTimes } from './job-times.ts';
import type { JobRow } from './job-store.ts';
import type { RunRow } from './run-store.ts';

const upcomingShown = 5;

export const presentJob = (
  row: JobRow,
  lastRun: RunRow | undefined,
  input: { now: Instant; isApplicationRunning: boolean },
): Job => {
  const spec = JSON.parse(row.spec) as JobSpec;
  const isDue = row.next_run_at !== null && input.isApplicationRunning;
  return {
    ...spec,
    id: row.id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    nextRunAt: isDue ? row.next_run_at : null,
    upcoming: nextTimes(spec, input.now, upcomingShown),
    lastRun: lastRun === undefined ? null : presentRun(lastRun),
  };
};

export const presentRun = (row: RunRow): Run => ({
  id: row.id,
  job: row.job_id === null || row.job_name === null ? null : { id: row.job_id, name: row.job_name },
  service: row.service,
  command: JSON.parse(row.command) as string[] | null,
  revision: row.revision,
  state: row.state,
  reason: row.reason,
  message: row.message,
  exitCode: row.exit_code,
  requestedBy: row.requested_by,
  scheduledFor: row.scheduled_for,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  container: row.container,
  logLines: JSON.parse(row.log_lines) as string[],
});
