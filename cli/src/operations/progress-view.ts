// Shows an operation while it goes on: on a terminal a block of lines drawn anew, elsewhere one line for each change.
import type { Operation } from '@berth/contract/applications.ts';
import type { Machine, Style } from '#machine.ts';
import { cutTo } from '#output/display-width.ts';
import { printable } from '#output/printable.ts';
import { pullText, stepText, type ProgressStep } from './step-text.ts';

export interface ProgressView {
  readonly show: (operation: Operation) => void;
  /** Draws the last state for good. */
  readonly end: () => void;
}

export const makeProgressView = (machine: Machine): ProgressView =>
  machine.isTerminal ? terminalView(machine) : plainView(machine);

const plainView = (machine: Machine): ProgressView => {
  const told = new Map<string, string>();
  const tell = (step: ProgressStep): void => {
    if (step.state === 'waiting' || told.get(step.id) === step.state) return;
    told.set(step.id, step.state);
    const error = step.error === undefined ? '' : `: ${printable(step.error)}`;
    machine.out(`${step.state.padEnd(7)} ${stepText(step)} on ${printable(step.host)}${error}\n`);
  };
  return { show: ({ progress }) => progress.forEach(tell), end: () => undefined };
};

const drawEveryMs = 80;

const terminalView = (machine: Machine): ProgressView => {
  let drawn = 0;
  let lastDrawMs = -Infinity;
  let latest: Operation | undefined;
  let cancel: (() => void) | undefined;
  const draw = (): void => {
    cancel?.();
    cancel = undefined;
    lastDrawMs = machine.clock.monotonicMs();
    if (latest === undefined) return;
    const lines = blockLines(machine, latest);
    // Up to where the block began, and all below it away: one write, so that nothing flickers.
    const back = drawn === 0 ? '' : `\u001B[${drawn}A\r\u001B[J`;
    machine.out(back + lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  return {
    show: (operation) => {
      latest = operation;
      const waitMs = drawEveryMs - (machine.clock.monotonicMs() - lastDrawMs);
      if (waitMs <= 0) draw();
      else cancel ??= machine.clock.after(waitMs, draw);
    },
    end: draw,
  };
};

const marks: Readonly<Record<ProgressStep['state'], readonly [Style, string]>> = {
  waiting: ['dim', '·'],
  running: ['blue', '›'],
  done: ['green', '✓'],
  failed: ['red', '✗'],
};

/** As many lines as fit the terminal; what is going on and what failed before what is done or waits. */
const blockLines = (machine: Machine, { progress, message, state }: Operation): string[] => {
  const { rows, columns } = machine.size();
  const room = Math.max(3, rows - 4);
  const chosen = new Set(
    progress
      .map((step, index) => ({ step, index }))
      .toSorted((a, b) => rank(a.step) - rank(b.step) || a.index - b.index)
      .slice(0, progress.length > room ? room : progress.length)
      .map(({ step }) => step.id),
  );
  const lines = progress.filter(({ id }) => chosen.has(id)).map((step) => stepLine(machine, step, columns));
  const hidden = progress.length - chosen.size;
  const done = progress.filter((step) => step.state === 'done').length;
  if (hidden > 0) lines.push(machine.style('dim', `  ${done} of ${progress.length} steps done, ${hidden} not shown`));
  if (state === 'running' && message !== null)
    lines.push(machine.style('yellow', `  ${cutTo(printable(message), columns - 3)}`));
  return lines;
};

const rank = ({ state }: ProgressStep): number => ['failed', 'running', 'waiting', 'done'].indexOf(state);

const stepLine = (machine: Machine, step: ProgressStep, columns: number): string => {
  const [style, mark] = marks[step.state];
  const more = step.error === undefined ? (step.state === 'running' ? pullText(step) : '') : printable(step.error);
  const text = cutTo(`${stepText(step)}${more === '' ? '' : `  ${more}`}`, columns - 3);
  return `${machine.style(style, mark)} ${step.state === 'waiting' ? machine.style('dim', text) : text}`;
};
