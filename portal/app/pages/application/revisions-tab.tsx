// What was published, when, by whom.
import { Button, Center, Group, Text } from '@mantine/core';
import { useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { revisionsQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { TextLink } from '#components/link.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { Tag } from '#ui/status-badge.tsx';
import { pb } from '#util/path-builder.ts';
import { useApplication } from './application-layout.tsx';

export const RevisionsTab = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const application = useApplication();
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useSuspenseInfiniteQuery(revisionsQuery(place));
  const revisions = data.pages.flatMap((page) => page.items);
  const columns: readonly Column<(typeof revisions)[number]>[] = [
    {
      key: 'number',
      header: t('revisions.number'),
      fit: true,
      cell: (row) => (
        <Group gap={8} wrap="nowrap">
          <Text size="sm" fw={600}>
            {row.number}
          </Text>
          {row.number === application.revision ? <Tag tone="busy">{t('revisions.current')}</Tag> : null}
        </Group>
      ),
    },
    {
      key: 'note',
      header: t('revisions.note'),
      cell: (row) =>
        row.note === '' ? (
          <Text size="sm" c="dimmed">
            {t('revisions.noNote')}
          </Text>
        ) : (
          row.note
        ),
    },
    { key: 'author', header: t('revisions.author'), fit: true, cell: (row) => row.author },
    { key: 'created', header: t('revisions.created'), fit: true, cell: (row) => <Age at={row.createdAt} /> },
    {
      key: 'view',
      header: t('common.actions'),
      fit: true,
      cell: (row) => (
        <TextLink to={pb.revision(place, row.number)} aria-label={t('revisions.viewOf', { number: row.number })}>
          {t('revisions.view')}
        </TextLink>
      ),
    },
  ];
  return (
    <>
      <DataTable
        label={t('revisions.list', { name: application.name })}
        columns={columns}
        rows={revisions}
        rowKey={(row) => row.id}
      />
      {hasNextPage ? (
        <Center mt="md">
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('revisions.older')}
          </Button>
        </Center>
      ) : null}
    </>
  );
};
