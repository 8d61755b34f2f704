// Problems by file; each leads to its line.
import type { Problem } from '@berth/contract/problems.ts';
import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { problemKindText } from '#components/reason.ts';
import { StatusIcon } from '#ui/status-badge.tsx';
import styles from './plan.module.css';
import { groupProblems } from './problem-groups.ts';

type Props = {
  readonly problems: readonly Problem[];
  readonly files: readonly string[];
  /** Absent where there is no editor to go to. */
  readonly onGoTo?: ((file: string, line: number, column: number | undefined) => void) | undefined;
};

const shownMaximum = 200;

export const ProblemList = ({ problems, files, onGoTo }: Props) => {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  return (
    <div role="region" aria-label={t('publish.problems')}>
      {groupProblems(problems.slice(0, shownMaximum), files).map((group) => (
        <div key={group.file ?? ''} style={{ marginBottom: 8 }}>
          <div className={styles.file}>{group.file ?? t('publish.problemsElsewhere')}</div>
          <ul className={styles.list}>
            {group.problems.map((problem, index) => (
              <li key={index}>
                <ProblemRow problem={problem} isInFile={group.file !== undefined} onGoTo={onGoTo} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
};

const ProblemRow = ({
  problem,
  isInFile,
  onGoTo,
}: {
  problem: Problem;
  isInFile: boolean;
  onGoTo: Props['onGoTo'];
}) => {
  const { t } = useTranslation();
  const { file, line, column } = problem;
  const kind = problemKindText(problem.code);
  const notes = [
    ...(line === undefined || !isInFile ? [] : [t('common.line', { line })]),
    ...(problem.path === undefined ? [] : [problem.path]),
    ...(problem.cis === undefined ? [] : [`CIS ${problem.cis}`]),
  ];
  const content = (
    <>
      <StatusIcon tone={problem.severity === 'error' ? 'bad' : 'warn'} size={17} />
      <div>
        <VisuallyHidden>{t(`publish.${problem.severity}`)}: </VisuallyHidden>
        <Text size="sm" component="span">
          {kind === undefined ? null : <b>{kind}: </b>}
          {problem.message}
        </Text>
        {notes.length === 0 ? null : (
          <Text size="xs" c="dimmed">
            {notes.join(' · ')}
          </Text>
        )}
      </div>
    </>
  );
  if (!isInFile || file === undefined || onGoTo === undefined) return <div className={styles.problem}>{content}</div>;
  return (
    <UnstyledButton
      className={styles.problem ?? ''}
      title={t('publish.goToProblem', { line: line ?? 1, file })}
      onClick={() => onGoTo(file, line ?? 1, column)}
    >
      {content}
    </UnstyledButton>
  );
};
