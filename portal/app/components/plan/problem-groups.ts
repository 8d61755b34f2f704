// Problems as a person reads them: by file, errors first, in the order of lines. Pure.
import type { Problem } from '@berth/contract/problems.ts';

export type ProblemGroup = { readonly file: string | undefined; readonly problems: readonly Problem[] };

const weight = { error: 0, warning: 1 } as const;
const byPlace = (a: Problem, b: Problem): number =>
  weight[a.severity] - weight[b.severity] || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

/** Files in the order given; what concerns no file, or one that is not there, comes last. */
export const groupProblems = (problems: readonly Problem[], files: readonly string[]): readonly ProblemGroup[] => {
  const groups = files.map((file) => ({ file, problems: problems.filter((problem) => problem.file === file) }));
  const rest = problems.filter((problem) => problem.file === undefined || !files.includes(problem.file));
  return [...groups, { file: undefined, problems: rest }]
    .filter((group) => group.problems.length > 0)
    .map((group) => ({ ...group, problems: [...group.problems].sort(byPlace) }));
};

export const countProblems = (problems: readonly Problem[]): { errors: number; warnings: number } => {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  return { errors, warnings: problems.length - errors };
};
