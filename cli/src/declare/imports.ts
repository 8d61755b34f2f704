// Commands that take over what runs already.
import type { Command } from 'commander';
import type { HostFlags, ImportFlags } from '#imports/imports.ts';
import type { FollowFlags } from '#operations/follow-accepted.ts';
import { noFiles, type Running, withFiles, withFollow, withJson, withPlace } from './options.ts';

export const declareImports = (program: Command, { machine, finish }: Running): void => {
  const imports = program.command('import').description('Take over containers that run on a host already');
  withJson(
    withPlace(
      withHost(imports.command('list').description('Containers that are not Berth’s')).action(
        async (flags: HostFlags) => {
          const { listForeign } = await import('#imports/imports.ts');
          await finish(listForeign(machine, flags));
        },
      ),
    ),
  );
  withJson(
    withPlace(
      withChoice(imports.command('preview').description('What an import would make of them; touches nothing')).action(
        async (name: string, containers: string[], flags: Partial<ImportFlags>) => {
          const { previewImport } = await import('#imports/imports.ts');
          await finish(previewImport(machine, name, containers, { ...noFiles, ...flags }));
        },
      ),
    ),
  );
  withFollow(
    withChoice(imports.command('run').description('Take them over as an application, running as they are')).action(
      async (name: string, containers: string[], flags: Partial<ImportFlags> & FollowFlags) => {
        const { runImport } = await import('#imports/imports.ts');
        await finish(runImport(machine, name, containers, { ...noFiles, ...flags }));
      },
    ),
  );
};

const withHost = (command: Command): Command =>
  command.option('--host <host>', 'the host they run on; else the environment’s only one');

const withChoice = (command: Command): Command =>
  withFiles(
    withHost(command)
      .argument('<app>', 'name of the application to be')
      .argument('[container...]', 'by name or id')
      .option('--from <compose-project>', 'all containers of this project of Docker Compose'),
  ).addHelpText('after', '\nWithout -f, a Compose file is written from what runs.');
