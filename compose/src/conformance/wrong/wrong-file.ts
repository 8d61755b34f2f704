// The shape of a wrong file, and small builders that write one down in a line. Data for tests, here and over the API.
import type { ProblemCode } from '#bundle.ts';

export type WrongFile = {
  readonly id: string;
  readonly files: Readonly<Record<string, string>>;
  readonly main: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Code, file, line and column of the first error. */
  readonly code: ProblemCode;
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** What the message must tell the person to do. */
  readonly mustSay: string;
  /** Larger than a request may be, so a server can refuse it before it reads it. */
  readonly exceedsBody?: boolean;
};

type Verdict = Pick<WrongFile, 'code' | 'file' | 'line' | 'column' | 'mustSay'>;
type Extra = Pick<WrongFile, 'variables' | 'exceedsBody'>;

export const at = (
  code: ProblemCode,
  line: number | undefined,
  column: number | undefined,
  mustSay: string,
  file = 'compose.yaml',
): Verdict => ({ code, file, mustSay, ...(line === undefined || column === undefined ? {} : { line, column }) });

export const files = (
  id: string,
  contents: Readonly<Record<string, string>>,
  main: readonly string[],
  verdict: Verdict,
  extra: Extra = {},
): WrongFile => ({ id, files: contents, main, ...verdict, ...extra });

/** One compose.yaml with this text. */
export const file = (id: string, text: string, verdict: Verdict, extra: Extra = {}): WrongFile =>
  files(id, { 'compose.yaml': text }, ['compose.yaml'], verdict, extra);

/** One compose.yaml with the service `web`, an image, and these lines below it, which start in line 4, column 5. */
export const service = (id: string, lines: string, verdict: Verdict, extra: Extra = {}): WrongFile =>
  file(id, serviceText(lines), verdict, extra);

export const serviceText = (lines: string): string =>
  `services:\n  web:\n    image: img\n${lines.replace(/^(?=.)/gm, '    ')}\n`;
