// `berth jobs`: what runs by a schedule, what came of it, and what it printed.
import { fromInstant } from '@berth/common/clock.ts';
import type { Job, Run } from '@berth/contract/jobs.ts';
import type { Machine } from '#machine.ts';
import { confirmRemoval } from '#output/confirm.ts';
import { printable, printableLog } from '#output/printable.ts';
import { printJson, printList } from '#output/table.ts';
import { durationText, stateText, timeText } from '#output/words.ts';
import { findPlace, ofApplication, type PlaceFlags } from '#session/find-place.ts';
import { allPages, openSession } from '#session/session.ts';
import { changedJob, newJob, type JobFlags } from './job-spec.ts';

export const listJobs = async (machine: Machine, application: string, flags: PlaceFlags): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  const items = await ofApplication(
    place,
    application,
    allPages((query) => client.listJobs({ params: place, query })),
  );
  printList(machine, items, {
    json: flags.json,
    empty: `${application} has no job. Make one with "berth jobs create ${application} NAME --service SERVICE --schedule CRON".`,
    columns: [
      { title: 'JOB', cell: ({ name }) => name },
      { title: 'SERVICE', cell: ({ service }) => printable(service) },
      { title: 'SCHEDULE', cell: ({ schedule, timeZone }) => printable(`${schedule} (${timeZone})`) },
      { title: 'NEXT', cell: nextText },
      { title: 'LAST', cell: ({ lastRun }) => (lastRun === null ? '' : stateText(machine, lastRun.state)) },
      { title: 'LAST BEGAN', cell: ({ lastRun }) => (lastRun === null ? '' : timeText(lastRun.createdAt)) },
      { title: 'COMMAND', cell: commandText },
    ],
  });
  return 0;
};

const open = async (machine: Machine, application: string, flags: PlaceFlags) => {
  const session = openSession(machine, flags);
  return { client: session.client, place: { ...(await findPlace(session, flags)), application } };
};

const nextText = ({ nextRunAt, enabled }: Job): string => {
  if (nextRunAt !== null) return timeText(nextRunAt);
  return enabled ? 'not while it is stopped' : 'disabled';
};

const commandText = ({ command }: Pick<Job, 'command'>): string => printable(command?.join(' ') ?? '');

export const createJob = async (
  machine: Machine,
  application: string,
  name: string,
  command: readonly string[],
  flags: PlaceFlags & JobFlags,
): Promise<number> => {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const body = newJob(name, command, flags, { shell: machine.environment, zone });
  const { client, place } = await open(machine, application, flags);
  const job = await ofApplication(place, application, client.createJob({ params: place, body }));
  return tellJob(machine, job, flags, 'made');
};

export const setJob = async (
  machine: Machine,
  application: string,
  named: string,
  command: readonly string[],
  flags: PlaceFlags & JobFlags,
): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  const params = { ...place, job: named };
  const known = await ofApplication(place, application, client.readJob({ params }), `job ${named}`);
  const body = changedJob(known, command, flags, machine.environment);
  const job = await ofApplication(place, application, client.setJob({ params, body }), `job ${named}`);
  return tellJob(machine, job, flags, 'changed');
};

const tellJob = (machine: Machine, job: Job, flags: PlaceFlags, verb: string): number => {
  if (flags.json === true) printJson(machine, job);
  else {
    const times = job.upcoming.map((at) => `  ${timeText(at)}\n`).join('');
    machine.out(`The job ${job.name} was ${verb}: ${printable(job.schedule)} in ${printable(job.timeZone)}.\n`);
    if (!job.enabled) machine.out('It is disabled.\n');
    else machine.out(`It runs next, in the time of this machine:\n${times}`);
  }
  return 0;
};

export const removeJob = async (
  machine: Machine,
  application: string,
  named: string,
  flags: PlaceFlags & { readonly yes?: boolean },
): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  const params = { ...place, job: named };
  const job = await ofApplication(place, application, client.readJob({ params }), `job ${named}`);
  if (flags.yes !== true) await confirmRemoval(machine, job.name, `the job ${job.name} with its history`);
  await ofApplication(place, application, client.removeJob({ params }), `job ${named}`);
  if (flags.json === true) printJson(machine, job);
  else machine.out(`The job ${job.name} of ${application} is removed.\n`);
  return 0;
};

export const listHistory = async (
  machine: Machine,
  application: string,
  job: string | undefined,
  flags: PlaceFlags & { readonly limit: number },
): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  // A job nobody knows must not look like one that never ran.
  if (job !== undefined)
    await ofApplication(place, application, client.readJob({ params: { ...place, job } }), `job ${job}`);
  const query = { limit: flags.limit, ...(job === undefined ? {} : { job }) };
  const { items } = await ofApplication(place, application, client.listRuns({ params: place, query }));
  printList(machine, items.toReversed(), {
    json: flags.json,
    empty: 'There is no run yet.',
    columns: [
      { title: 'RUN', cell: ({ id }) => id },
      { title: 'JOB', cell: (run) => run.job?.name ?? '' },
      { title: 'SERVICE', cell: ({ service }) => printable(service) },
      { title: 'ASKED FOR', cell: ({ createdAt }) => timeText(createdAt) },
      { title: 'STATE', cell: ({ state }) => stateText(machine, state, state.replaceAll('_', ' ')) },
      { title: 'CODE', cell: ({ exitCode }) => exitCode?.toString() ?? '', right: true },
      { title: 'TOOK', cell: tookText, right: true },
      { title: 'BY', cell: ({ requestedBy }) => printable(requestedBy) },
      { title: 'MESSAGE', cell: ({ message }) => printable(message ?? '') },
    ],
  });
  return 0;
};

const tookText = ({ startedAt, finishedAt }: Run): string =>
  startedAt === null || finishedAt === null ? '' : durationText(fromInstant(finishedAt) - fromInstant(startedAt));

/** The last lines of a run that has ended. */
export const printRunLog = async (
  machine: Machine,
  application: string,
  run: string,
  flags: PlaceFlags,
): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  const found = await ofApplication(place, application, client.readRun({ params: { ...place, run } }), `run ${run}`);
  if (flags.json === true) printJson(machine, found);
  else if (found.finishedAt === null)
    machine.err(`The run has not ended${found.container === null ? '' : `: see "berth logs ${found.container}"`}.\n`);
  else for (const line of found.logLines) machine.out(`${machine.isTerminal ? printableLog(line) : line}\n`);
  return 0;
};

export const cancelRun = async (
  machine: Machine,
  application: string,
  run: string,
  flags: PlaceFlags,
): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  const asked = client.cancelRun({ params: { ...place, run } });
  const found = await ofApplication(place, application, asked, `run ${run}`);
  if (flags.json === true) printJson(machine, found);
  else machine.out(found.finishedAt === null ? `${found.id} is being ended.\n` : `${found.id} had ended already.\n`);
  return 0;
};
