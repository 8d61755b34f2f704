// The containers of an application as last seen on their hosts.
import type { Application } from '@berth/contract/applications.ts';
import type { Container } from '@berth/contract/containers.ts';
import { Button, Group, Text } from '@mantine/core';
import { IconBox, IconFileText, IconSearch, IconTerminal2 } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { containerPagesQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { Endpoints } from '#components/endpoints.tsx';
import { ErrorMessage } from '#components/error-message.tsx';
import { AppLink, useGo } from '#components/link.tsx';
import { MoreButton } from '#components/more-button.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { SearchField } from '#components/search-field.tsx';
import { ContainerStateBadge, HealthBadge } from '#components/states.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { AbilityButton, type Ability } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { pb } from '#util/path-builder.ts';
import { useApplication } from './application-layout.tsx';

/** So many can be looked through by eye. */
const searchFrom = 10;

export const ContainersTab = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const application = useApplication();
  const [search, setSearch] = useState('');
  const query = useInfiniteQuery({ ...containerPagesQuery(place, search), placeholderData: keepPreviousData });
  const columns = useContainerColumns(application);
  if (query.error !== null) return <ErrorMessage error={query.error} onRetry={() => void query.refetch()} />;
  const containers = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  if (total === 0 && search === '')
    return (
      <EmptyState
        icon={<IconBox size={28} stroke={1.6} />}
        title={t('containers.empty')}
        text={t('containers.emptyText')}
      />
    );
  return (
    <>
      {total <= searchFrom && search === '' ? null : (
        <Group mb="sm" gap="md">
          <SearchField label={t('containers.search')} value={search} onSearch={setSearch} />
          <Text size="sm" c="dimmed" aria-live="polite">
            {t('common.range', { from: Math.min(1, total), to: containers.length, total })}
          </Text>
        </Group>
      )}
      {containers.length === 0 ? (
        <EmptyState icon={<IconSearch size={28} stroke={1.6} />} title={t('containers.noMatch', { search })} />
      ) : (
        <DataTable
          label={t('containers.table', { name: application.name })}
          columns={columns}
          rows={containers}
          rowKey={(row) => row.id}
        />
      )}
      <MoreButton label={t('containers.more')} query={query} />
    </>
  );
};

const useContainerColumns = ({ revision, actions }: Application): readonly Column<Container>[] => {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      header: t('containers.name'),
      bare: true,
      cell: (row) => (
        <>
          <Text fw={600} size="sm">
            {row.name}
          </Text>
          <Text size="xs" c="dimmed">
            {row.service} ·{' '}
            {t(row.revision === revision ? 'application.revisionNumber' : 'containers.fromRevision', {
              number: row.revision,
            })}
          </Text>
        </>
      ),
    },
    { key: 'state', header: t('containers.state'), cell: (row) => <ContainerStateBadge container={row} /> },
    { key: 'health', header: t('containers.health'), fit: true, cell: (row) => <HealthBadge health={row.health} /> },
    { key: 'age', header: t('containers.age'), fit: true, cell: (row) => <Age at={row.createdAt} /> },
    {
      key: 'ports',
      header: t('containers.ports'),
      cell: (row) => (
        <Endpoints endpoints={row.ports.map((port) => ({ ...port, address: row.host.address }))} none="–" />
      ),
    },
    { key: 'host', header: t('common.host'), fit: true, cell: (row) => row.host.name },
    {
      key: 'actions',
      header: t('common.actions'),
      fit: true,
      bare: true,
      cell: (row) => <ContainerActions container={row} shell={actions.shell} />,
    },
  ];
};

const ContainerActions = ({ container, shell }: { container: Container; shell: Ability }) => {
  const { t } = useTranslation();
  const go = useGo();
  const place = { ...useApplicationPlace(), container: container.name };
  // The server says who may open shells; that a shell needs a running container is plain from the row itself.
  const mayShell = shell === true && container.state !== 'running' ? t('containers.notRunning') : shell;
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        component={AppLink}
        to={pb.logs(place)}
        variant="default"
        size="xs"
        leftSection={<IconFileText size={15} aria-hidden="true" />}
        aria-label={t('containers.logsOf', { name: container.name })}
      >
        {t('containers.logs')}
      </Button>
      <AbilityButton
        ability={mayShell}
        variant="default"
        size="xs"
        leftSection={<IconTerminal2 size={15} aria-hidden="true" />}
        label={t('containers.shellOf', { name: container.name })}
        onClick={() => go(pb.shell(place))}
      >
        {t('containers.shell')}
      </AbilityButton>
    </Group>
  );
};
