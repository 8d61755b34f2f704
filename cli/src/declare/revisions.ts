// Commands about revisions: look back, compare, go back, decide about an upgrade, take the files along.
import type { Command } from 'commander';
import type { ChangeFlags } from '#applications/change.ts';
import type { RollbackFlags } from '#applications/upgrade.ts';
import type { ExportFlags } from '#revisions/export.ts';
import type { PlaceFlags } from '#session/find-place.ts';
import { type Running, wholeNumber, withFollow, withJson, withPlace } from './options.ts';

export const declareRevisions = (program: Command, running: Running): void => {
  declareLooks(program, running);
  declareUpgrades(program, running);
};

const revisionNumber = wholeNumber(1, 1_000_000);

const declareLooks = (program: Command, { machine, finish }: Running): void => {
  withJson(
    withPlace(
      program
        .command('revisions')
        .description('Revisions of an application, the latest first; * marks what it should be now')
        .argument('<app>')
        .action(async (app: string, flags: PlaceFlags) => {
          const { revisions } = await import('#applications/lists.ts');
          await finish(revisions(machine, app, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('diff')
        .description('What lies between two revisions: files, variables, and the application they make')
        .argument('<app>')
        .argument('<from>', 'number of a revision', revisionNumber)
        .argument('[to]', 'number of another; else the present one', revisionNumber)
        .action(async (app: string, from: number, to: number | undefined, flags: PlaceFlags) => {
          const { diff } = await import('#revisions/diff.ts');
          await finish(diff(machine, app, from, to, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('export')
        .description('The files of an application, in a form that publishes to the same again; secrets are in them')
        .argument('<app>')
        .option('--resolved', 'one file that says all of it, in place of those it came from')
        .option('--revision <number>', 'of that revision; else of the present one', revisionNumber)
        .option('--to <folder>', 'where to; without it, a single file goes to standard output')
        .option('--force', 'write also into a folder that is not empty')
        .action(async (app: string, flags: ExportFlags) => {
          const { exportApplication } = await import('#revisions/export.ts');
          await finish(exportApplication(machine, app, flags));
        }),
    ),
  );
};

const declareUpgrades = (program: Command, { machine, finish }: Running): void => {
  withFollow(
    program
      .command('rollback')
      .description('Make a kept revision the one that runs')
      .argument('<app>')
      .argument('<revision>', 'its number, as "berth revisions" lists it', revisionNumber)
      .option('--dry-run', 'show what would be done; touch nothing')
      .option('--accept-losses', 'go on although something is taken away; the plan lists it')
      .option('-y, --yes', 'do not ask; what takes something away still needs --accept-losses')
      .action(async (app: string, revision: number, flags: RollbackFlags) => {
        const { rollback } = await import('#applications/upgrade.ts');
        await finish(rollback(machine, app, revision, flags));
      }),
  );
  const verbs = {
    accept: 'Take an upgrade as it is: nothing turns back by itself any more',
    abort: 'Give an upgrade up: the revision before it comes back',
    resume: 'Go on with an upgrade that is held',
  } as const;
  for (const verb of ['accept', 'abort', 'resume'] as const)
    withFollow(
      program
        .command(verb)
        .description(verbs[verb])
        .argument('<app>')
        .action(async (app: string, flags: ChangeFlags) => {
          const { decide } = await import('#applications/upgrade.ts');
          await finish(decide(machine, app, verb, flags));
        }),
    );
  withFollow(
    program
      .command('restart')
      .description('Stop and start the containers of an application, or of some of its services, in batches')
      .argument('<app>')
      .argument('[service...]')
      .action(async (app: string, services: string[], flags: ChangeFlags) => {
        const { restart } = await import('#applications/upgrade.ts');
        await finish(restart(machine, app, services, flags));
      }),
  );
};
