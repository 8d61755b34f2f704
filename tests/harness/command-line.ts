// The command line as a person runs it: a process of its own, with a home of its own, on a terminal when asked for.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { eventually } from '@berth/common/testing/eventually.ts';

const program = resolve(import.meta.dirname, '../../cli/berth');
const endLimitMs = 60_000;

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly out: () => string;
  readonly type: (text: string) => void;
  readonly endInput: () => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Waits until it has printed this. */
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface CommandLine {
  readonly start: (args: readonly string[], options?: RunOptions) => Running;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** With `--json`: what was printed, parsed; fails when the command does. */
  readonly json: <T>(...args: string[]) => Promise<T>;
  readonly close: () => void;
}

export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** On a terminal of that size; output and errors then come together. */
  readonly terminal?: { readonly rows: number; readonly columns: number };
}

export const makeCommandLine = (folder: string): CommandLine => {
  mkdirSync(folder, { recursive: true });
  const children = new Set<ChildProcess>();
  const start: CommandLine['start'] = (args, options = {}) => {
    const child = spawn(...commandOf(args, options), {
      cwd: options.folder ?? folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        LANG: 'C.UTF-8',
        TERM: 'xterm-256color',
        ...options.environment,
      },
      stdio: 'pipe',
    });
    children.add(child);
    const seen = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (seen.err += text));
    child.stdin.on('error', () => undefined);
    const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({
      code: exitCodeOf(code, signal),
      ...seen,
    }));
    return {
      out: () => seen.out,
      type: (text) => child.stdin.write(text),
      endInput: () => child.stdin.end(),
      kill: (signal) => void child.kill(signal),
      until: async (pattern) =>
        void (await eventually(
          () => {
            if (pattern.test(seen.out)) return true;
            throw new Error(`${JSON.stringify(seen.out.slice(-500))} ${seen.err.slice(-500)}`);
          },
          { withinMs: endLimitMs, because: `${args.join(' ')} should print ${pattern}` },
        )),
      ended,
    };
  };
  const run: CommandLine['run'] = async (args, options = {}) => {
    const running = start(args, options);
    if (options.input !== undefined) running.type(options.input);
    running.endInput();
    return running.ended;
  };
  return {
    start,
    run,
    json: async <T>(...args: string[]) => {
      const { code, out, err } = await run([...args, '--json']);
      if (code !== 0) throw new Error(`berth ${args.join(' ')} ended with ${code}: ${err}`);
      return JSON.parse(out) as T;
    },
    close: () => {
      for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    },
  };
};

/** As a shell counts: 128 and the signal's number when one ended it. */
const exitCodeOf = (code: unknown, signal: unknown): number => {
  if (typeof code === 'number') return code;
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return 128 + (number ?? 0);
};

const commandOf = (args: readonly string[], { terminal }: RunOptions): [string, string[]] => {
  if (terminal === undefined) return ['setpriv', ['--pdeathsig', 'KILL', program, ...args]];
  const words = [program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ['script', ['-qefc', `stty rows ${terminal.rows} columns ${terminal.columns}; exec ${words}`, '/dev/null']];
};
