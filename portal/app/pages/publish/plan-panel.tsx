// What publishing would do, and all that speaks against it. Follows the editor by itself; touches nothing.
import type { Problem } from '@berth/contract/problems.ts';
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconTestPipe } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAgeText } from '#components/age.tsx';
import { ErrorMessage } from '#components/error-message.tsx';
import { Losses } from '#components/plan/losses.tsx';
import { Changes, Steps } from '#components/plan/preview-parts.tsx';
import { countProblems } from '#components/plan/problem-groups.ts';
import { ProblemList } from '#components/plan/problem-list.tsx';
import { StatusIcon, type Tone } from '#ui/status-badge.tsx';
import { instantOf } from '#util/clock.ts';
import type { Draft } from './draft.ts';
import styles from './plan-panel.module.css';
import type { PreviewQuery } from './use-preview.ts';

type Props = {
  readonly preview: PreviewQuery;
  readonly publishError: Error | null;
  readonly problems: readonly Problem[];
  readonly draft: Draft;
  readonly onGoTo: (file: string, line: number, column: number | undefined) => void;
  readonly losses: { readonly areAccepted: boolean; readonly onAccept: (areAccepted: boolean) => void };
};

export const PlanPanel = ({ preview, publishError, problems, draft, onGoTo, losses }: Props) => {
  const { t } = useTranslation();
  const isAsked = preview.missing === undefined;
  const { data } = preview;
  return (
    <Paper className={styles.panel ?? ''} component="section" aria-label={t('publish.plan')}>
      <Group justify="space-between" gap="xs" className={styles.head ?? ''}>
        <Title order={2}>{t('publish.plan')}</Title>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTestPipe size={15} aria-hidden="true" />}
          disabled={!isAsked}
          loading={preview.isFetching}
          onClick={() => void preview.refetch()}
        >
          {t('publish.dryRun')}
        </Button>
      </Group>
      <Stack gap="md" className={styles.body ?? ''}>
        <Verdict preview={preview} problems={problems} hasPublishError={publishError !== null} />
        {publishError === null ? null : (
          <ErrorMessage error={publishError} title={t('publish.publishFailed')} hasProblems={false} />
        )}
        {publishError !== null || preview.error === null ? null : (
          <ErrorMessage error={preview.error} title={t('publish.failed')} onRetry={() => void preview.refetch()} />
        )}
        <ProblemList problems={problems} files={draft.files.map((file) => file.name)} onGoTo={onGoTo} />
        {isAsked && data !== undefined ? (
          <div className={preview.isChecking ? styles.old : undefined}>
            <Losses losses={data.losses} {...losses} />
            <Changes preview={data} />
            <Steps preview={data} />
          </div>
        ) : null}
      </Stack>
    </Paper>
  );
};

/** One sentence for eyes and ears: may it be published. */
const Verdict = ({
  preview,
  problems,
  hasPublishError,
}: {
  preview: PreviewQuery;
  problems: readonly Problem[];
  hasPublishError: boolean;
}) => {
  const { t } = useTranslation();
  const age = useAgeText();
  const { errors, warnings } = countProblems(problems);
  const missing = {
    name: t('publish.nameMissing'),
    compose: t('publish.noCompose'),
    text: t('publish.planEmpty'),
    variables: t('publish.badVariables'),
  };
  if (preview.missing !== undefined)
    return (
      <Text size="sm" c="dimmed" role="status">
        {missing[preview.missing]} {t('publish.planHint')}
      </Text>
    );
  if (hasPublishError || preview.error !== null) return null;
  if (preview.data === undefined)
    return (
      <Text size="sm" c="dimmed" role="status">
        {t('publish.checking')}
      </Text>
    );
  const tone: Tone = errors > 0 ? 'bad' : warnings > 0 ? 'warn' : 'good';
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <StatusIcon tone={preview.isChecking ? 'busy' : tone} />
      <div>
        <Text size="sm" fw={600} role="status">
          {errors > 0 ? t('publish.planErrors', { count: errors }) : t('publish.planOk')}
          {warnings > 0 ? ` · ${t('publish.planWarnings', { count: warnings })}` : ''}
        </Text>
        <Text size="xs" c="dimmed">
          {preview.isChecking
            ? t('publish.checking')
            : t('publish.checked', { age: age(instantOf(preview.dataUpdatedAt)) })}
        </Text>
      </div>
    </Group>
  );
};
