// The shell of simulated containers: knows `echo`, `exit`, `cat`, `stty size`, and ends at the end of its input.
import type { SimExec } from './sim-state.ts';

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly exit: (code: number) => void;
}

export interface ToyShell {
  readonly input: (text: string) => void;
  readonly endInput: () => void;
}

const prompt = '/ # ';
const interrupt = '\u0003';
const endOfInput = '\u0004';

export const startToyShell = (exec: SimExec, terminal: Terminal): ToyShell => {
  const [program = '', ...args] = exec.command;
  if (program === 'cat') return catShell(exec, terminal);
  const script = /(^|\/)(ba)?sh$/.test(program) ? scriptOf(args) : exec.command.join(' ');
  const newline = exec.tty ? '\r\n' : '\n';
  if (script !== undefined) {
    runScript(exec, { ...terminal, out: (text) => terminal.out(text.replaceAll('\n', newline)) }, script);
    return { input: () => undefined, endInput: () => undefined };
  }
  return interactive(exec, terminal, newline);
};

/** Undefined: reads commands from its input. The command that looks for bash does. */
const scriptOf = (args: readonly string[]): string | undefined =>
  args[0] === '-c' && args[1]?.startsWith('if command -v bash') !== true ? args[1] : undefined;

const runScript = (exec: SimExec, terminal: Terminal, script: string): void => {
  let code = 0;
  for (const command of script.split(/;|\n/)) {
    const result = runCommand(exec, terminal, command.trim());
    code = result.code;
    if (result.exits) break;
  }
  terminal.exit(code);
};

const runCommand = (exec: SimExec, terminal: Terminal, command: string): { code: number; exits: boolean } => {
  const [name = '', ...words] = command.split(/\s+/);
  if (name === '') return { code: 0, exits: false };
  if (name === 'exit') return { code: Number(words[0] ?? 0), exits: true };
  if (command === 'stty size') terminal.out(`${exec.size.rows} ${exec.size.columns}\n`);
  else if (name === 'echo') {
    const toErr = words.includes('>&2');
    const text = `${words.filter((word) => word !== '>&2').join(' ')}\n`;
    (toErr ? terminal.err : terminal.out)(text);
  } else {
    terminal.err(`sh: ${name}: not found\n`);
    return { code: 127, exits: false };
  }
  return { code: 0, exits: false };
};

const interactive = (exec: SimExec, terminal: Terminal, newline: string): ToyShell => {
  let line = '';
  let hasEnded = false;
  const end = (code: number) => {
    if (hasEnded) return;
    hasEnded = true;
    terminal.exit(code);
  };
  const out = (text: string) => terminal.out(text.replaceAll('\n', newline));
  if (exec.tty) terminal.out(prompt);
  return {
    input: (text) => {
      for (const sign of text) {
        if (hasEnded) return;
        if (exec.tty && sign === endOfInput) end(0);
        else if (exec.tty && sign === interrupt) line = '';
        else if (sign === '\n' || sign === '\r') {
          if (exec.tty) terminal.out(newline);
          for (const command of line.split(';')) {
            const result = runCommand(exec, { ...terminal, out }, command.trim());
            if (result.exits) end(result.code);
          }
          line = '';
          if (exec.tty && !hasEnded) terminal.out(prompt);
        } else {
          line += sign;
          if (exec.tty) terminal.out(sign);
        }
      }
    },
    endInput: () => {
      // On a terminal the end of the connection is not the end of the input, as with the real one.
      if (!exec.tty) end(0);
    },
  };
};

const catShell = (exec: SimExec, terminal: Terminal): ToyShell => ({
  input: (text) => {
    if (exec.tty && text.includes(endOfInput)) terminal.exit(0);
    else terminal.out(text);
  },
  endInput: () => {
    if (!exec.tty) terminal.exit(0);
  },
});
