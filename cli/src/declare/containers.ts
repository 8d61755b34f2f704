// Commands about containers and hosts.
import type { Command } from 'commander';
import type { DownloadFlags } from '#containers/download.ts';
import type { ExecFlags } from '#containers/exec.ts';
import type { FiguresFlags } from '#containers/figures.ts';
import type { LogFlags } from '#containers/logs.ts';
import type { PlaceFlags } from '#session/find-place.ts';
import { type Running, wholeNumber, withJson, withPlace } from './options.ts';

const which = 'APP, APP/SERVICE, APP/SERVICE/N counted from 1, or a container by name or id';
const tailMaximum = 100_000;

export const declareContainers = (program: Command, running: Running): void => {
  const { machine, finish } = running;
  declareStreams(program, running);
  withJson(
    withPlace(
      program
        .command('ps')
        .description('Containers of the environment, or of what is named')
        .argument('[container]', which)
        .action(async (named: string | undefined, flags: PlaceFlags) => {
          const { ps } = await import('#containers/lists.ts');
          await finish(ps(machine, named, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('hosts')
        .description('Hosts of the environment')
        .action(async (flags: PlaceFlags) => {
          const { hosts } = await import('#containers/lists.ts');
          await finish(hosts(machine, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      program
        .command('download')
        .description('Fetch a file of a container as it is, or a folder as a tar archive')
        .argument('<container:path>', which)
        .option('-o, --output <file>', 'where to; - for standard output; else the same name in this folder')
        .option('--archive', 'keep the archive also for a single file')
        .action(async (source: string, flags: DownloadFlags) => {
          const { download } = await import('#containers/download.ts');
          await finish(download(machine, source, flags));
        }),
    ),
  );
};

const declareStreams = (program: Command, { machine, finish }: Running): void => {
  withJson(
    withPlace(
      program
        .command('logs')
        .description('What containers print')
        .argument('<container>', which)
        .option('-f, --follow', 'go on with what comes')
        .option('--tail <number>', 'last lines of each container to begin with (1000)', readTail)
        .option('--since <time>', 'only lines since then: 10m, 2h, 1d ago or 2026-01-31T12:00:00Z')
        .option('--search <text>', 'only lines that hold this text, upper and lower case alike')
        .option('-t, --timestamps', 'the time before each line')
        .action(async (named: string, flags: LogFlags) => {
          const { logs } = await import('#containers/logs.ts');
          await finish(logs(machine, named, flags));
        }),
    ),
  );
  withPlace(
    program
      .command('exec')
      .description('Run a command in a container; without a command, a shell')
      .argument('<container>', which)
      .argument('[command...]', 'after --, the program and its arguments')
      .option('-i, --interactive', 'pass standard input on')
      .option('-t, --tty', 'give it a terminal')
      .passThroughOptions()
      .addHelpText('after', '\nThe exit code is that of the program. Without -t its output and errors stay apart.')
      .action(async (named: string, command: string[], flags: ExecFlags) => {
        const { exec } = await import('#containers/exec.ts');
        await finish(exec(machine, named, command[0] === '--' ? command.slice(1) : command, flags));
      }),
  );
  withJson(
    withPlace(
      program
        .command('figures')
        .description('CPU, memory, network and disk of a container, a sample a second')
        .argument('<container>', which)
        .option('--once', 'print one sample')
        .action(async (named: string, flags: FiguresFlags) => {
          const { figures } = await import('#containers/figures.ts');
          await finish(figures(machine, named, flags));
        }),
    ),
  );
};

const readTail = (text: string): number => (text === 'all' ? tailMaximum : wholeNumber(0, tailMaximum)(text));
