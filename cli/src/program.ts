// All commands with their options. Each loads its own code when it runs, so that starting costs little.
import { Command, CommanderError } from 'commander';
import { declareAccount } from './declare/account.ts';
import { declareApplications } from './declare/applications.ts';
import { declareConfig } from './declare/config.ts';
import { declareContainers } from './declare/containers.ts';
import { exitCodes, exitCodesHelp } from './exit-codes.ts';

/** Runs the command that was asked for. Mistakes in how it was asked are told; what else goes wrong is thrown. */
export const runCommand = async (): Promise<void> => {
  try {
    await makeProgram().parseAsync();
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    process.exitCode = thrown.code === 'commander.helpDisplayed' ? exitCodes.done : exitCodes.usage;
  }
};

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
