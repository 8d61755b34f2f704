// `berth config`: asks no server, and loads nothing but the Compose library.
import { Option, type Command } from 'commander';
import { collect, type Running } from './options.ts';

export const declareConfig = (program: Command, { machine, finish }: Running): void => {
  program
    .command('config')
    .description('Check Compose files and print them in long form, as Compose reads them on this machine')
    .option('-f, --file <file>', 'a Compose file; give several to merge them', collect)
    .option('--env-file <file>', 'read variables from this file in place of .env', collect)
    .option('--profile <name>', 'activate a profile; * activates all', collect)
    .addOption(new Option('--format <format>', 'how to print').choices(['yaml', 'json']).default('yaml'))
    .option('-p, --project-name <name>', 'the name of the application')
    .option('--project-directory <folder>', 'where relative paths count from')
    .option('-q, --quiet', 'only check, print nothing')
    .action(async (flags) => {
      const { runConfig } = await import('#config/config.ts');
      await finish(runConfig(machine, { file: [], envFile: [], profile: [], ...flags }));
    });
};
