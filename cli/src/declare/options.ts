// Options that commands share, and how a command's code is run. Nothing heavy may be imported here.
import { InvalidArgumentError, type Command } from 'commander';
import type { Machine } from '#machine.ts';

/** What the commands of one run are given. */
export type Running = {
  readonly machine: Machine;
  /** Takes the exit code of the command that ran. */
  readonly finish: (exitCode: Promise<number> | number) => Promise<void>;
};

export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };

/** Which Compose files, and what they find for `${…}`. */
export const withFiles = (command: Command): Command =>
  command
    .option('-f, --file <file>', 'a Compose file; give several to merge them', collect)
    .option('--env-file <file>', 'read variables from this file in place of .env', collect)
    .option('--var <name=value>', 'set a variable; wins over files and shell', collect)
    .option('--profile <name>', 'activate a profile; * activates all', collect)
    .option('--root <folder>', 'the folder that holds all files; else that of the first Compose file');

export const noFiles = { file: [], envFile: [], var: [], profile: [] };

export const withServer = (command: Command): Command =>
  command.option('--server <url>', 'the server to ask, when signed in to several (BERTH_SERVER)');

export const withJson = (command: Command): Command => command.option('--json', 'print data as JSON');

/** For commands that work in an environment. */
export const withPlace = (command: Command): Command =>
  withServer(
    command.option('-e, --environment <tenant/environment>', 'the environment to work in (BERTH_ENVIRONMENT)'),
  );

/** For commands that start an operation. */
export const withFollow = (command: Command): Command =>
  withJson(withPlace(command.option('--detach', 'do not wait for the end of the operation')));
