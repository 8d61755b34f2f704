// The command line. Each command loads its own code when it runs, so that starting costs little.
import { Command, Option } from 'commander';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const program = new Command('berth').description('Container services from Compose files.');

program
  .command('config')
  .description('Check Compose files and print them in long form, as Compose reads them on this machine')
  .option('-f, --file <file>', 'a Compose file; give several to merge them', collect, [])
  .option('--env-file <file>', 'read variables from this file in place of .env', collect, [])
  .option('--profile <name>', 'activate a profile; * activates all', collect, [])
  .addOption(new Option('--format <format>', 'how to print').choices(['yaml', 'json']).default('yaml'))
  .option('-p, --project-name <name>', 'the name of the application')
  .option('--project-directory <folder>', 'where relative paths count from')
  .option('-q, --quiet', 'only check, print nothing')
  .action(async (flags) => {
    const { runConfig } = await import('./config/config.ts');
    process.exitCode = runConfig(
      {
        folder: process.cwd(),
        environment: process.env,
        out: (text) => process.stdout.write(text),
        err: (text) => process.stderr.write(text),
      },
      flags,
    );
  });

await program.parseAsync();
