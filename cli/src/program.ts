// All commands with their options. Each loads its own code when it runs, so that starting costs little.
import { Command, CommanderError } from 'commander';
import { declareAccount } from './declare/account.ts';
import { declareApplications } from './declare/applications.ts';
import { declareConfig } from './declare/config.ts';
import { declareContainers } from './declare/containers.ts';
import { addExamples } from './declare/examples.ts';
import { declareHooks } from './declare/hooks.ts';
import { declareImports } from './declare/imports.ts';
import { declareJobs } from './declare/jobs.ts';
import type { Running } from './declare/options.ts';
import { declareRevisions } from './declare/revisions.ts';
import { exitCodes, exitCodesHelp } from './exit-codes.ts';
import type { Machine } from './machine.ts';

/**
 * Runs the command that the words ask for; its exit code. Mistakes in how it was asked are told; what else goes wrong is
 * thrown.
 */
export const runCommand = async (machine: Machine, words: readonly string[]): Promise<number> => {
  let exitCode: number = exitCodes.done;
  const finish: Running['finish'] = async (code) => void (exitCode = await code);
  try {
    await makeProgram({ machine, finish }).parseAsync([...words], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return thrown.code === 'commander.helpDisplayed' ? exitCodes.done : exitCodes.usage;
  }
  return exitCode;
};

export const makeProgram = (running: Running): Command => {
  const { out, err } = running.machine;
  const program = new Command('berth')
    .description('Container services from Compose files.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError('Run it with --help to see what it takes.')
    .addHelpText('after', exitCodesHelp);
  program.commandsGroup('Applications:');
  declareApplications(program, running);
  program.commandsGroup('Revisions and upgrades:');
  declareRevisions(program, running);
  program.commandsGroup('Tasks, jobs, hooks and imports:');
  declareJobs(program, running);
  declareHooks(program, running);
  declareImports(program, running);
  program.commandsGroup('Containers and hosts:');
  declareContainers(program, running);
  program.commandsGroup('Server and account:');
  declareAccount(program, running);
  program.commandsGroup('Without a server:');
  declareConfig(program, running);
  addExamples(program);
  return program;
};
