// The latest operation, step by step, as it happens.
import type { Operation } from '@berth/contract/applications.ts';
import { Alert, Group, Paper, Progress, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconProgress } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { actorText, reasonText } from '#components/reason.ts';
import { OperationBadge } from '#components/states.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ageText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';
import { useNow } from '#util/ticker.ts';
import { useApplication } from './application-layout.tsx';
import { OperationHistory } from './operation-history.tsx';
import { progressOf } from './operation-progress.ts';
import { OperationSteps } from './operation-steps.tsx';

export const OperationTab = () => {
  const { t } = useTranslation();
  const { operation } = useApplication();
  if (operation === null)
    return <EmptyState icon={<IconProgress size={28} stroke={1.6} />} title={t('operation.empty')} />;
  return (
    <Stack gap="md">
      <Summary operation={operation} />
      <OperationSteps operation={operation} />
      <OperationHistory shown={operation.id} />
    </Stack>
  );
};

const Summary = ({ operation }: { operation: Operation }) => {
  const { t } = useTranslation();
  const { done, total, share } = progressOf(operation.progress);
  const name = t(`operation.${operation.kind}`);
  const isRunning = operation.state === 'running';
  return (
    <Paper p="md" bg="var(--berth-card)" component="section" aria-label={t('operation.latest')}>
      <Group gap="sm" mb={6}>
        <Title order={2}>{name}</Title>
        <OperationBadge state={operation.state} />
        <Times operation={operation} />
      </Group>
      {isRunning ? <Progress value={share * 100} aria-label={name} mb="xs" mt="xs" transitionDuration={300} /> : null}
      <VisuallyHidden role="status">
        {isRunning
          ? t('operation.announce', { operation: name, done, total })
          : t('operation.announceEnd', { operation: name, state: t(`operation.state_${operation.state}`) })}
      </VisuallyHidden>
      {operation.reason === null && operation.message === null ? null : (
        <Alert
          color={operation.state === 'failed' ? 'red' : isRunning ? 'yellow' : 'gray'}
          variant="light"
          title={operation.reason === null ? undefined : reasonText(operation.reason)}
          mt="xs"
        >
          {operation.message}
        </Alert>
      )}
    </Paper>
  );
};

const Times = ({ operation }: { operation: Operation }) => {
  const { t, i18n } = useTranslation();
  const { createdAt, deadlineAt, finishedAt, requestedBy } = operation;
  // The page's clock ticks once a second; an operation that has just ended must not seem younger than it is long.
  const now = Math.max(useNow(), instantMs(finishedAt ?? createdAt));
  const length = (ms: number): string => ageText(ms, i18n.language);
  const parts = [
    t('operation.by', { who: actorText(requestedBy) }),
    t('operation.startedAgo', { age: length(now - instantMs(createdAt)) }),
    finishedAt === null
      ? t('operation.deadline', { age: length(instantMs(deadlineAt) - now) })
      : t('operation.took', { age: length(instantMs(finishedAt) - instantMs(createdAt)) }),
  ];
  return (
    <Text size="sm" c="dimmed">
      {parts.join(' · ')}
    </Text>
  );
};
