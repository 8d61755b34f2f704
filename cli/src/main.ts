// The command line. Each command loads its own code when it runs, so that starting costs little.
import { Command, CommanderError } from 'commander';
import { declareAccount } from './declare/account.ts';
import { declareApplications } from './declare/applications.ts';
import { declareConfig } from './declare/config.ts';
import { declareContainers } from './declare/containers.ts';
import { exitCodes, exitCodesHelp } from './exit-codes.ts';
import { realMachine } from './machine.ts';

const makeProgram = (): Command => {
  const program = new Command('berth')
    .description('Container services from Compose files.')
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('Run it with --help to see what it takes.')
    .addHelpText('after', exitCodesHelp);
  program.commandsGroup('Applications:');
  declareApplications(program);
  program.commandsGroup('Containers and hosts:');
  declareContainers(program);
  program.commandsGroup('Server and account:');
  declareAccount(program);
  program.commandsGroup('Without a server:');
  declareConfig(program);
  return program;
};

// A reader that has seen enough, as in `berth logs | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  throw error;
});

try {
  await makeProgram().parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError)
    process.exitCode = thrown.code === 'commander.helpDisplayed' ? exitCodes.done : exitCodes.usage;
  else {
    const { reportFailure } = await import('./failures.ts');
    process.exitCode = reportFailure(realMachine(), thrown);
  }
}
