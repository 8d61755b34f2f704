// Commands about applications.
import type { Command } from 'commander';
import type { ChangeFlags, RemoveFlags } from '#applications/change.ts';
import type { LatestFlags } from '#applications/lists.ts';
import type { PublishFlags } from '#publish/publish.ts';
import type { PlaceFlags } from '#session/find-place.ts';
import { collect, noFiles, type Running, wholeNumber, withFiles, withFollow, withJson, withPlace } from './options.ts';

export const declareApplications = (program: Command, running: Running): void => {
  declarePublish(program, running);
  declareLists(program, running);
  declareChanges(program, running);
};

const declarePublish = (program: Command, { machine, finish }: Running): void => {
  const command = withFiles(
    program
      .command('publish')
      .description('Publish Compose files as an application, or as its next revision, and wait until it runs')
      .argument('[name]', 'name of the application; else what the files or their folder are called'),
  )
    .option('--note <text>', 'why; kept with the revision')
    .option('--order <order>', 'stop-first or start-first; SERVICE=ORDER for one service', collect)
    .option('--batch <number>', 'containers replaced at once, 0 for all; SERVICE=NUMBER for one service', collect)
    .option('--interval <duration>', 'pause between batches, as in 30s', collect)
    .option('--deadline <duration>', 'how long a container may take to become good', collect)
    .option('--on-failure <what>', 'hold, rollback or continue', collect)
    .option('--accept-losses', 'go on although something is taken away; the plan lists it')
    .option('-y, --yes', 'do not ask; what takes something away still needs --accept-losses')
    .option('--dry-run', 'show what would be done, and every reason against it; touch nothing')
    .addHelpText(
      'after',
      `
What the Compose files name goes along when it lies in the folder of the first one, or in --root: environment files,
extended and included files, configs, secrets, and the folders that images are built from, but for what .dockerignore
names. Variables come from .env beside the first file, or from --env-file in its place, then those of the shell that the
files ask for, then --var; the later wins.

On a terminal, a publish that replaces what runs shows its plan and what would be lost, and asks.`,
    )
    .action(async (name: string | undefined, flags: Partial<PublishFlags>) => {
      const { publish } = await import('#publish/publish.ts');
      await finish(publish(machine, name, { ...noFiles, ...flags }));
    });
  withFollow(command);
};

const declareLists = (program: Command, { machine, finish }: Running): void => {
  const limit = wholeNumber(1, 200);
  withJson(
    withPlace(
      program
        .command('apps')
        .description('Applications of the environment')
        .action(async (flags: PlaceFlags) => {
          const { apps } = await import('#applications/lists.ts');
          await finish(apps(machine, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('show')
        .description('One application: how it is and why, its services, where they answer')
        .argument('<app>')
        .action(async (app: string, flags: PlaceFlags) => {
          const { show } = await import('#applications/show.ts');
          await finish(show(machine, app, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('events')
        .description('What happened to an application, the latest last')
        .argument('<app>')
        .option('--limit <number>', 'how many', limit, 50)
        .action(async (app: string, flags: LatestFlags) => {
          const { events } = await import('#applications/lists.ts');
          await finish(events(machine, app, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('operations')
        .description('Operations of the environment or of one application, the latest last')
        .argument('[app]')
        .option('--limit <number>', 'how many', limit, 20)
        .action(async (app: string | undefined, flags: LatestFlags) => {
          const { operations } = await import('#applications/lists.ts');
          await finish(operations(machine, app, flags));
        }),
    ),
  );
};

const declareChanges = (program: Command, { machine, finish }: Running): void => {
  withFollow(
    program
      .command('start')
      .description('Have a stopped application run again')
      .argument('<app>')
      .action(async (app: string, flags: ChangeFlags) => {
        const { start } = await import('#applications/change.ts');
        await finish(start(machine, app, flags));
      }),
  );
  withFollow(
    program
      .command('stop')
      .description('Stop all containers; they, their volumes and networks are kept')
      .argument('<app>')
      .action(async (app: string, flags: ChangeFlags) => {
        const { stop } = await import('#applications/change.ts');
        await finish(stop(machine, app, flags));
      }),
  );
  withFollow(
    program
      .command('scale')
      .description('Set how many containers services have')
      .argument('<app>')
      .argument('<service=number...>')
      .action(async (app: string, counts: string[], flags: ChangeFlags) => {
        const { scale } = await import('#applications/change.ts');
        await finish(scale(machine, app, counts, flags));
      }),
  );
  withFollow(
    program
      .command('rm')
      .description('Remove an application: its containers and networks')
      .argument('<app>')
      .option('--volumes', 'its volumes, too; their data is lost')
      .option('-y, --yes', 'do not ask')
      .action(async (app: string, flags: RemoveFlags) => {
        const { remove } = await import('#applications/change.ts');
        await finish(remove(machine, app, flags));
      }),
  );
};
