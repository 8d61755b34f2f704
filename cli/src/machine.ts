// What a command meets of the machine it runs on: terminal, folder, variables, clock. One place, so that a test can
// stand in for it. Kept light: every command loads this file.
import { styleText } from 'node:util';
import { systemClock, type Clock } from '@berth/common/clock.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta';

export interface Machine {
  readonly clock: Clock;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when a person reads what `out` writes, so that lines may be drawn anew. */
  readonly isTerminal: boolean;
  /** True when a person can be asked. */
  readonly canAsk: boolean;
  /** The answer; throws when there is none. */
  readonly ask: (question: string) => Promise<string>;
  readonly size: () => { readonly rows: number; readonly columns: number };
  /** The text in that colour where colours are wanted, else as it is. */
  readonly style: (style: Style, text: string) => string;
}

export const realMachine = (): Machine => {
  const { stdin, stdout, stderr, env } = process;
  const isTerminal = stdout.isTTY;
  const hasColour = isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    clock: systemClock,
    folder: process.cwd(),
    environment: env,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isTerminal,
    canAsk: stdin.isTTY && stderr.isTTY,
    ask: async (question) => (await import('#account/ask.ts')).ask(question),
    size: () => ({ rows: stdout.rows ?? 24, columns: stdout.columns ?? 80 }),
    style: (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text),
  };
};
