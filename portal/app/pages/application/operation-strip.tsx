// The operation under way, in one line, on every tab; announced as it goes on.
import type { Application } from '@berth/contract/applications.ts';
import { Group, Paper, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TextLink } from '#components/link.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { pb } from '#util/path-builder.ts';
import { progressOf } from './operation-progress.ts';

export const OperationStrip = ({ application }: { application: Application }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const { operation } = application;
  if (operation === null || operation.state !== 'running') return null;
  const { done, total, share } = progressOf(operation.progress);
  const title = t('application.working', { operation: t(`operation.${operation.kind}`) });
  return (
    <Paper p="sm" px="md" mb="md" bg="var(--berth-card)">
      <Group justify="space-between" mb={8} gap="xs">
        <Text size="sm" role="status">
          <b>{title}</b>{' '}
          {total === 0
            ? (operation.message ?? t('operation.planning'))
            : t('application.workingSteps', { done, total })}
        </Text>
        <TextLink to={pb.applicationTab(place, 'operation')} size="sm">
          {t('application.showProgress')}
        </TextLink>
      </Group>
      <Progress value={share * 100} animated={total === 0} aria-label={title} size="sm" transitionDuration={300} />
    </Paper>
  );
};
