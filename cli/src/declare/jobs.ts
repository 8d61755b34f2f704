// Commands about work that ends: tasks, jobs and their runs.
import { Option, type Command } from 'commander';
import type { RunFlags } from '#jobs/follow-run.ts';
import type { JobFlags } from '#jobs/job-spec.ts';
import type { TaskFlags } from '#jobs/run-task.ts';
import type { PlaceFlags } from '#session/find-place.ts';
import { collect, type Running, wholeNumber, withJson, withPlace } from './options.ts';

export const declareJobs = (program: Command, running: Running): void => {
  declareRun(program, running);
  const jobs = program.command('jobs').description('What an application runs by a schedule, and what came of it');
  declareChanges(jobs, running);
  declareRuns(jobs, running);
};

const declareRun = (program: Command, { machine, finish }: Running): void => {
  withJson(
    withPlace(
      program
        .command('run')
        .description('Run a task once: a container of a service with another command, its volumes and variables')
        .argument('<app>')
        .argument('<service>')
        .argument('[command...]', 'after --, the program and its arguments; else the service’s own')
        .option('--env <name=value>', 'set a variable; NAME alone takes the value of the shell', collect)
        .option('--timeout <duration>', 'end it after so long, as in 10m (1h)')
        .option('--detach', 'do not wait for the end')
        .addHelpText('after', '\nThe exit code is that of the program. ctrl-C ends the run.')
        .action(async (app: string, service: string, command: string[], flags: Partial<TaskFlags>) => {
          const { runTask } = await import('#jobs/run-task.ts');
          await finish(runTask(machine, app, service, command, { env: [], ...flags }));
        }),
    ),
  );
};

/** What both `create` and `set` take. */
const withJobOptions = (command: Command): Command =>
  command
    .option('--service <service>', 'the service whose image, volumes and variables it has')
    .option('--schedule <cron>', 'minute, hour, day of month, month, day of week: "0 3 * * 1-5"')
    .option('--zone <zone>', 'time zone of the schedule, as in Asia/Shanghai; else that of this machine')
    .addOption(
      new Option('--concurrency <what>', 'while the former run goes on: start beside it, skip, or end it').choices([
        'allow',
        'forbid',
        'replace',
      ]),
    )
    .addOption(
      new Option('--missed <what>', 'when its time passed unseen: run once, or not').choices(['run_once', 'skip']),
    )
    .option('--timeout <duration>', 'end a run after so long, as in 10m')
    .option('--keep <number>', 'runs kept in the history', wholeNumber(1, 500))
    .option('--env <name=value>', 'set a variable', collect)
    .option('--disable', 'do not run it by its schedule');

const commandHelp = 'after --, the program and its arguments';

const declareChanges = (jobs: Command, { machine, finish }: Running): void => {
  withJson(
    withPlace(
      jobs
        .command('list')
        .description('Jobs of an application')
        .argument('<app>')
        .action(async (app: string, flags: PlaceFlags) => {
          const { listJobs } = await import('#jobs/jobs.ts');
          await finish(listJobs(machine, app, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      withJobOptions(jobs.command('create').description('Make a job'))
        .argument('<app>')
        .argument('<name>')
        .argument('[command...]', `${commandHelp}; else the service’s own`)
        .addHelpText('after', '\nLeft out: --concurrency forbid, --missed skip, --timeout 1h, --keep 20.')
        .action(async (app: string, name: string, command: string[], flags: PlaceFlags & JobFlags) => {
          const { createJob } = await import('#jobs/jobs.ts');
          await finish(createJob(machine, app, name, command, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      withJobOptions(jobs.command('set').description('Change of a job what is given; the rest and its history stay'))
        .argument('<app>')
        .argument('<job>')
        .argument('[command...]', commandHelp)
        .option('--name <name>', 'call it so')
        .option('--enable', 'run it by its schedule again')
        .action(async (app: string, job: string, command: string[], flags: PlaceFlags & JobFlags) => {
          const { setJob } = await import('#jobs/jobs.ts');
          await finish(setJob(machine, app, job, command, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      jobs
        .command('remove')
        .description('Remove a job with its history; a run that goes on is ended')
        .argument('<app>')
        .argument('<job>')
        .option('-y, --yes', 'do not ask')
        .action(async (app: string, job: string, flags: PlaceFlags & { yes?: boolean }) => {
          const { removeJob } = await import('#jobs/jobs.ts');
          await finish(removeJob(machine, app, job, flags));
        }),
    ),
  );
};

const declareRuns = (jobs: Command, { machine, finish }: Running): void => {
  withJson(
    withPlace(
      jobs
        .command('run')
        .description('Run a job now, beside its schedule, and wait for its end')
        .argument('<app>')
        .argument('<job>')
        .option('--detach', 'do not wait for the end')
        .addHelpText('after', '\nThe exit code is that of the program. ctrl-C ends the run.')
        .action(async (app: string, job: string, flags: PlaceFlags & RunFlags) => {
          const { runJob } = await import('#jobs/run-task.ts');
          await finish(runJob(machine, app, job, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      jobs
        .command('history')
        .description('Runs of an application’s tasks and jobs, or of one job, the latest last')
        .argument('<app>')
        .argument('[job]')
        .option('--limit <number>', 'how many', wholeNumber(1, 200), 20)
        .action(async (app: string, job: string | undefined, flags: PlaceFlags & { limit: number }) => {
          const { listHistory } = await import('#jobs/jobs.ts');
          await finish(listHistory(machine, app, job, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      jobs
        .command('log')
        .description('The last lines of a run that has ended')
        .argument('<app>')
        .argument('<run>', 'its id, as the history lists it')
        .action(async (app: string, run: string, flags: PlaceFlags) => {
          const { printRunLog } = await import('#jobs/jobs.ts');
          await finish(printRunLog(machine, app, run, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      jobs
        .command('cancel')
        .description('End a run')
        .argument('<app>')
        .argument('<run>', 'its id, as the history lists it')
        .action(async (app: string, run: string, flags: PlaceFlags) => {
          const { cancelRun } = await import('#jobs/jobs.ts');
          await finish(cancelRun(machine, app, run, flags));
        }),
    ),
  );
};
