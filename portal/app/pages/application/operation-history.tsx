// What was asked of an application before: what, by whom, and how it ended.
import type { Operation } from '@berth/contract/applications.ts';
import { Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { operationsQuery } from '#api/queries.ts';
import { Asked } from '#components/asked.tsx';
import { ErrorMessage } from '#components/error-message.tsx';
import { MoreButton } from '#components/more-button.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { reasonText } from '#components/reason.ts';
import { OperationBadge } from '#components/states.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { ageText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';

/** `shown`: the id of the operation that is told in full above. */
export const OperationHistory = ({ shown }: { shown: string }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const query = useInfiniteQuery(operationsQuery(place));
  const columns = useOperationColumns();
  if (query.error !== null) return <ErrorMessage error={query.error} onRetry={() => void query.refetch()} />;
  const operations = (query.data?.pages.flatMap((page) => page.items) ?? []).filter(({ id }) => id !== shown);
  if (operations.length === 0) return null;
  return (
    <section aria-label={t('operation.history')}>
      <Title order={2} mb="xs">
        {t('operation.history')}
      </Title>
      <DataTable
        label={t('operation.list', { name: place.application })}
        columns={columns}
        rows={operations}
        rowKey={(row) => row.id}
      />
      <MoreButton label={t('operation.older')} query={query} />
    </section>
  );
};

const useOperationColumns = (): readonly Column<Operation>[] => {
  const { t } = useTranslation();
  return [
    {
      key: 'what',
      header: t('operation.what'),
      fit: true,
      bare: true,
      cell: (row) => (
        <Text size="sm" fw={600}>
          {t(`operation.${row.kind}`)}
        </Text>
      ),
    },
    { key: 'state', header: t('operation.state'), fit: true, cell: (row) => <OperationBadge state={row.state} /> },
    { key: 'outcome', header: t('operation.outcome'), cell: (row) => <Outcome operation={row} /> },
    { key: 'duration', header: t('operation.duration'), fit: true, cell: (row) => <Duration operation={row} /> },
    {
      key: 'when',
      header: t('operation.when'),
      fit: true,
      cell: (row) => <Asked at={row.createdAt} by={row.requestedBy} />,
    },
  ];
};

const Outcome = ({ operation }: { operation: Operation }) => {
  const { reason, message } = operation;
  if (reason === null && message === null) return '–';
  return (
    <Text size="sm" lineClamp={2} title={message ?? undefined}>
      {reason === null ? null : <b>{reasonText(reason)} </b>}
      {message}
    </Text>
  );
};

const Duration = ({ operation }: { operation: Operation }) => {
  const { t, i18n } = useTranslation();
  if (operation.finishedAt === null) return '–';
  const tookMs = instantMs(operation.finishedAt) - instantMs(operation.createdAt);
  return tookMs < 1000 ? t('common.underSecond') : ageText(tookMs, i18n.language);
};
