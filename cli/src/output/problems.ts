// Problems as lines an editor can jump to: file:line:column: message.
import { printable } from './printable.ts';

type Shown = {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly path?: string | undefined;
};

export const problemLines = (problems: readonly Shown[]): string => problems.map(problemLine).join('');

const problemLine = (problem: Shown): string => {
  const { file, line, column, path } = problem;
  // A line counted as zero stands for the file as a whole.
  const parts = line === undefined || line === 0 ? [file] : [file, line, column];
  const place = parts.filter((part) => part !== undefined).join(':') || (path ?? '');
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  return `${place === '' ? '' : `${printable(place)}: `}${kind}${printable(problem.message)}\n`;
};
