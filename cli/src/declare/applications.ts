// Commands about applications.
import type { Command } from 'commander';
import type { ChangeFlags, RemoveFlags } from '#applications/change.ts';
import type { LatestFlags } from '#applications/lists.ts';
import type { RollbackFlags } from '#applications/upgrade.ts';
import { realMachine } from '#machine.ts';
import type { PublishFlags } from '#publish/publish.ts';
import type { PlaceFlags } from '#session/find-place.ts';
import { collect, finish, wholeNumber, withFollow, withJson, withPlace } from './options.ts';

export const declareApplications = (program: Command): void => {
  declarePublish(program);
  declareLists(program);
  declareChanges(program);
  declareUpgrades(program);
};

const declarePublish = (program: Command): void => {
  withFollow(
    program
      .command('publish')
      .description('Publish Compose files as an application, or as its next revision, and wait until it runs')
      .argument('[name]', 'name of the application; else what the files or their folder are called')
      .option('-f, --file <file>', 'a Compose file; give several to merge them', collect)
      .option('--env-file <file>', 'read variables from this file instead of .env', collect)
      .option('--var <name=value>', 'set a variable; wins over files and shell', collect)
      .option('--profile <name>', 'activate a profile; * activates all', collect)
      .option('--note <text>', 'why; kept with the revision')
      .option('--order <order>', 'stop-first or start-first; SERVICE=ORDER for one service', collect)
      .option('--batch <number>', 'containers replaced at once, 0 for all; SERVICE=NUMBER for one service', collect)
      .option('--interval <duration>', 'pause between batches, as in 30s', collect)
      .option('--deadline <duration>', 'how long a container may take to become good', collect)
      .option('--on-failure <what>', 'hold, rollback or continue', collect)
      .option('--accept-losses', 'go on although something is taken away; the dry run lists it')
      .option('--dry-run', 'show what would be done, and every reason against it; touch nothing')
      .addHelpText(
        'after',
        `
The files named by the Compose files go along when they lie in the folder of the first one. Variables come from .env
beside it or from --env-file, then those of the shell that the files ask for, then --var; the later wins.`,
      )
      .action(async (name: string | undefined, flags: Partial<PublishFlags>) => {
        const { publish } = await import('#publish/publish.ts');
        await finish(publish(realMachine(), name, { file: [], envFile: [], var: [], profile: [], ...flags }));
      }),
  );
};

const declareLists = (program: Command): void => {
  const limit = wholeNumber(1, 200);
  withJson(
    withPlace(
      program
        .command('apps')
        .description('Applications of the environment')
        .action(async (flags: PlaceFlags) => {
          const { apps } = await import('#applications/lists.ts');
          await finish(apps(realMachine(), flags));
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
          await finish(show(realMachine(), app, flags));
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
          await finish(events(realMachine(), app, flags));
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
          await finish(operations(realMachine(), app, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('revisions')
        .description('Revisions of an application, the latest first')
        .argument('<app>')
        .action(async (app: string, flags: PlaceFlags) => {
          const { revisions } = await import('#applications/lists.ts');
          await finish(revisions(realMachine(), app, flags));
        }),
    ),
  );
};

const declareUpgrades = (program: Command): void => {
  withFollow(
    program
      .command('rollback')
      .description('Make a kept revision the one that runs')
      .argument('<app>')
      .argument('<revision>', 'its number, as "berth revisions" lists it', wholeNumber(1, 1_000_000))
      .option('--dry-run', 'show what would be done; touch nothing')
      .option('--accept-losses', 'go on although something is taken away; the dry run lists it')
      .action(async (app: string, revision: number, flags: RollbackFlags) => {
        const { rollback } = await import('#applications/upgrade.ts');
        await finish(rollback(realMachine(), app, revision, flags));
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
          await finish(decide(realMachine(), app, verb, flags));
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
        await finish(restart(realMachine(), app, services, flags));
      }),
  );
};

const declareChanges = (program: Command): void => {
  withFollow(
    program
      .command('start')
      .description('Have a stopped application run again')
      .argument('<app>')
      .action(async (app: string, flags: ChangeFlags) => {
        const { start } = await import('#applications/change.ts');
        await finish(start(realMachine(), app, flags));
      }),
  );
  withFollow(
    program
      .command('stop')
      .description('Stop all containers; they, their volumes and networks are kept')
      .argument('<app>')
      .action(async (app: string, flags: ChangeFlags) => {
        const { stop } = await import('#applications/change.ts');
        await finish(stop(realMachine(), app, flags));
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
        await finish(scale(realMachine(), app, counts, flags));
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
        await finish(remove(realMachine(), app, flags));
      }),
  );
};
