// The containers of an application as last seen on their hosts.
import type { Container } from '@berth/contract/containers.ts';
import { Button, Group, Text } from '@mantine/core';
import { IconBox, IconFileText, IconTerminal2 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { containersQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { Endpoints } from '#components/endpoints.tsx';
import { AppLink, useGo } from '#components/link.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { ContainerStateBadge, HealthBadge } from '#components/states.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { AbilityButton, type Ability } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { pb } from '#util/path-builder.ts';
import { useApplication } from './application-layout.tsx';

export const ContainersTab = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const application = useApplication();
  const containers = useSuspenseQuery(containersQuery(place, place.application)).data;
  const columns = useContainerColumns(application.actions.shell);
  if (containers.items.length === 0)
    return (
      <EmptyState
        icon={<IconBox size={28} stroke={1.6} />}
        title={t('containers.empty')}
        text={t('containers.emptyText')}
      />
    );
  return (
    <>
      <DataTable
        label={t('containers.table', { name: application.name })}
        columns={columns}
        rows={containers.items}
        rowKey={(row) => row.id}
      />
      {containers.total > containers.items.length ? (
        <Text size="sm" c="dimmed" mt="xs">
          {t('containers.limited', { count: containers.items.length, total: containers.total })}
        </Text>
      ) : null}
    </>
  );
};

const useContainerColumns = (shell: Ability): readonly Column<Container>[] => {
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
            {row.service} · {t('application.revisionNumber', { number: row.revision })}
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
      cell: (row) => <ContainerActions container={row} shell={shell} />,
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
