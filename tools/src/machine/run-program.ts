// Runs a program to its end and keeps what it said.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { PlatformError } from '@berth/common/platform-error.ts';

export interface ProgramRun {
  /** null when a signal ended it. */
  readonly code: number | null;
  /** Standard output and standard error, as they came; the last 16 MiB. */
  readonly output: string;
  readonly tookMs: number;
}

export interface ProgramOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly limitMs: number;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
  readonly input?: Readable;
}

const outputMaximum = 16 * 1024 * 1024;

/** Never rejects for a bad exit code; throws when the program cannot be started or takes too long. */
export const runProgram = async (
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramRun> => {
  const startedMs = performance.now();
  const child = spawn(program, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (options.input !== undefined && child.stdin !== null) options.input.pipe(child.stdin);
  let output = '';
  const take = (piece: Buffer) => {
    const text = piece.toString();
    output = (output + text).slice(-outputMaximum);
    options.onOutput?.(text);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, options.limitMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (thrown) =>
        reject(new PlatformError('unavailable', `${program} cannot be run: ${thrown.message}`, {}, thrown)),
      );
      child.once('close', resolve);
    });
    if (late)
      throw new PlatformError('deadline_exceeded', `${program} did not end within ${options.limitMs / 1000} s`, {
        output: output.slice(-2000),
      });
    return { code, output, tookMs: Math.round(performance.now() - startedMs) };
  } finally {
    clearTimeout(timer);
  }
};

/** The same for a program that must succeed; a failure carries its last lines. */
export const mustRun = async (
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramRun> => {
  const run = await runProgram(program, args, options);
  if (run.code === 0) return run;
  throw new PlatformError('unavailable', `${program} ${args.join(' ')} failed: ${lastLines(run.output, 3)}`, {
    output: run.output.slice(-4000),
  });
};

export const lastLines = (text: string, count: number): string => text.trim().split('\n').slice(-count).join(' / ');
