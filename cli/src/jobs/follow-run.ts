// Follows a run to its end: what it prints as it prints it, then how it ended. Its container is taken away soon after; what
// was missed is among the last lines that are kept with the run.
import { sleep } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { LogLine } from '@berth/contract/containers.ts';
import type { Run } from '@berth/contract/jobs.ts';
import { exitCodes } from '#exit-codes.ts';
import type { Machine } from '#machine.ts';
import { printable, printableLog } from '#output/printable.ts';
import { printJson } from '#output/table.ts';
import { codeOf, isPassing } from '#session/passing.ts';
import type { Place } from '#session/find-place.ts';
import type { Session } from '#session/session.ts';
import { missedLines } from './missed-lines.ts';

export type RunFlags = { readonly detach?: boolean; readonly json?: boolean };
/** Where a run is found. */
export type RunPlace = Place & { readonly application: string };

/** The exit code of the program, where it has one. */
export const followRun = async (session: Session, place: RunPlace, run: Run, flags: RunFlags): Promise<number> => {
  const { machine } = session;
  if (flags.detach === true) {
    if (flags.json === true) printJson(machine, run);
    else
      machine.out(
        `${run.id} has begun. See "berth jobs history ${place.application}" and "berth jobs log ${place.application} ${run.id}".\n`,
      );
    return exitCodes.done;
  }
  const interrupt = listenForInterrupt(session, place, run);
  try {
    const ended = await untilEnded(session, place, run, flags.json === true);
    if (flags.json === true) printJson(machine, ended);
    else tellEnd(machine, ended);
    return interrupt.wasAsked() ? exitCodes.interrupted : exitCodeOf(ended);
  } finally {
    interrupt.stop();
  }
};

/** The first ctrl-C ends the run, the second leaves it to itself. */
const listenForInterrupt = ({ client, machine }: Session, place: RunPlace, { id }: Run) => {
  let isAsked = false;
  const onInterrupt = (): void => {
    if (isAsked) process.exit(exitCodes.interrupted);
    isAsked = true;
    machine.err('\nThe run is being ended. ctrl-C again does not wait for that.\n');
    client.cancelRun({ params: { ...place, run: id } }).catch((thrown: unknown) => {
      machine.err(`warning: It could not be ended: ${thrown instanceof Error ? printable(thrown.message) : ''}\n`);
    });
  };
  process.on('SIGINT', onInterrupt);
  return { wasAsked: () => isAsked, stop: () => void process.removeListener('SIGINT', onInterrupt) };
};

const pauseMs = 300;
/** A day to begin and a week to run is the most a server allows, and a while to end it. */
const followMaximumMs = 9 * 24 * 3_600_000;

const untilEnded = async (session: Session, place: RunPlace, start: Run, isQuiet: boolean): Promise<Run> => {
  const { client, machine } = session;
  const { clock } = machine;
  const endMs = clock.nowMs() + followMaximumMs;
  const log = makeLog(session, place, isQuiet);
  let told = '';
  for (let run = start; ;) {
    if (run.finishedAt !== null) {
      log.end(run);
      return run;
    }
    if (clock.nowMs() > endMs) throw new PlatformError('deadline_exceeded', 'The run has not ended in nine days');
    if (run.state === 'waiting' && run.message !== null && run.message !== told && !isQuiet) {
      told = run.message;
      machine.err(`waiting: ${printable(told)}\n`);
    }
    if (run.state === 'running' && run.container !== null) await log.follow(run.container);
    await sleep(clock, pauseMs);
    run = (await client.readRun({ params: { ...place, run: start.id } }).catch(noneWhenBroken)) ?? run;
  }
};

const noneWhenBroken = (thrown: unknown): undefined => {
  if (!isPassing(thrown)) throw thrown;
};

const tailMaximum = 100_000;

/** Prints each line once, however often the connection breaks. */
const makeLog = ({ client, machine }: Session, place: RunPlace, isQuiet: boolean) => {
  const printed: string[] = [];
  let last = '';
  let isWhole = false;
  const print = (stream: LogLine['stream'], text: string): void => {
    // To a file or a pipe goes what the program wrote, to a terminal only what cannot steer it.
    const line = `${machine.isTerminal ? printableLog(text) : text}\n`;
    if (stream === 'err') machine.err(line);
    else machine.out(line);
  };
  return {
    /** Until the container stops, or the line breaks. */
    follow: async (container: string): Promise<void> => {
      if (isQuiet) return;
      const since = last === '' ? {} : { since: last };
      try {
        const query = { ...since, tail: tailMaximum, follow: 'true' as const };
        for await (const line of await client.openLines('readLogs', { params: { ...place, container }, query })) {
          if (line.at <= last) continue;
          last = line.at;
          printed.push(line.text);
          if (printed.length > printedKept) printed.shift();
          print(line.stream, line.text);
        }
        isWhole = true;
      } catch (thrown) {
        isWhole = false;
        // The list of containers lags behind the run at its beginning, and is ahead of it at its end.
        if (!isPassing(thrown) && codeOf(thrown) !== 'not_found') throw thrown;
      }
    },
    end: ({ logLines }: Run): void => {
      if (isQuiet || (isWhole && printed.length > 0)) return;
      for (const line of missedLines(printed, logLines)) print('out', line);
    },
  };
};

/** As many as a run keeps. */
const printedKept = 200;

const tellEnd = (machine: Machine, { state, message, reason, service }: Run): void => {
  if (state === 'succeeded') return;
  machine.err(
    `${machine.style('red', `${state.replaceAll('_', ' ')}:`)} The run of ${printable(service)}: ${printable(message ?? reason ?? 'no reason was given')}\n`,
  );
};

const exitCodeOf = ({ state, exitCode }: Run): number => {
  if (state === 'succeeded') return exitCodes.done;
  return exitCode === null || exitCode === 0 ? exitCodes.failed : exitCode;
};
