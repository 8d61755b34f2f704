// Options that commands share, and how a command's code is run. Nothing heavy may be imported here.
import { InvalidArgumentError, type Command } from 'commander';

export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };

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

export const finish = async (exitCode: Promise<number> | number): Promise<void> => {
  process.exitCode = await exitCode;
};
