// Collects problems while a phase goes on, so that one reading of a file names everything that is wrong with it.
import type { Problem, ProblemCode } from '#bundle.ts';
import type { Path, Place } from './node.ts';
import { pathText } from './node.ts';

/** More than a person reads; a hostile file must not make an endless list. */
export const problemsMax = 200;

export type Report = {
  readonly problems: readonly Problem[];
  readonly hasErrors: () => boolean;
  readonly error: (at: Place | undefined, path: Path, code: ProblemCode, message: string) => void;
  readonly warn: (at: Place | undefined, path: Path, code: ProblemCode, message: string) => void;
};

export const createReport = (): Report => {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  let errors = 0;
  const add = (
    severity: Problem['severity'],
    at: Place | undefined,
    path: Path,
    code: ProblemCode,
    message: string,
  ) => {
    if (severity === 'error') errors += 1;
    const key = `${severity} ${at?.file}:${at?.line}:${at?.column} ${code} ${message}`;
    if (problems.length >= problemsMax || seen.has(key)) return;
    seen.add(key);
    problems.push({
      severity,
      code,
      message,
      ...(at === undefined ? {} : { file: at.file, ...(at.line > 0 ? { line: at.line, column: at.column } : {}) }),
      ...(path.length === 0 ? {} : { path: pathText(path) }),
    });
  };
  return {
    problems,
    hasErrors: () => errors > 0,
    error: (at, path, code, message) => add('error', at, path, code, message),
    warn: (at, path, code, message) => add('warning', at, path, code, message),
  };
};
