// Hosts of the environment: whether they are heard of, what they are, what runs on them.
import type { Host } from '@berth/contract/hosts.ts';
import { Button, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconServer2 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { hostsQuery } from '#api/queries.ts';
import { useMay } from '#components/caller.ts';
import { useEnvironmentPlace } from '#components/place.ts';
import { HostStateBadge, SeenAt } from '#components/states.tsx';
import { useAgeText } from '#components/age.tsx';
import { AddHost } from '#forms/add-host.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { bytesText } from '#util/bytes.ts';
import { HostDetails } from './host-details.tsx';

export const HostsPage = () => {
  const { t } = useTranslation();
  const place = useEnvironmentPlace();
  const may = useMay(place.tenant);
  const mayAdd = may('create', 'environment.hosts');
  const [isAdding, adding] = useDisclosure(false);
  const hosts = useSuspenseQuery(hostsQuery(place)).data;
  const columns = useHostColumns();
  const add = (
    <Button onClick={adding.open} leftSection={<IconPlus size={17} aria-hidden="true" />}>
      {t('hosts.add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('hosts.title')} actions={mayAdd && hosts.total > 0 ? add : undefined} />
      {hosts.items.length === 0 ? (
        <EmptyState
          icon={<IconServer2 size={28} stroke={1.6} />}
          title={t('hosts.emptyTitle')}
          text={mayAdd ? t('hosts.empty') : t('hosts.emptyViewer')}
          action={mayAdd ? add : undefined}
        />
      ) : (
        <DataTable label={t('hosts.table')} columns={columns} rows={hosts.items} rowKey={(host) => host.id} />
      )}
      {isAdding ? <AddHost place={place} onClose={adding.close} /> : null}
    </>
  );
};

const useHostColumns = (): readonly Column<Host>[] => {
  const { t } = useTranslation();
  return [
    { key: 'name', header: t('hosts.name'), bare: true, cell: (host) => <HostDetails host={host} /> },
    { key: 'state', header: t('hosts.state'), cell: (host) => <State host={host} /> },
    {
      key: 'engine',
      header: t('hosts.engine'),
      cell: (host) =>
        host.facts === null ? (
          '–'
        ) : (
          <>
            <Text size="sm">{host.facts.engineVersion}</Text>
            <Text size="xs" c="dimmed">
              {host.facts.operatingSystem}
            </Text>
          </>
        ),
    },
    { key: 'resources', header: t('hosts.resources'), cell: (host) => <Resources host={host} /> },
    { key: 'containers', header: t('hosts.containers'), cell: (host) => <Counts host={host} /> },
    { key: 'observed', header: t('hosts.observed'), fit: true, cell: (host) => <SeenAt at={host.observedAt} /> },
  ];
};

const State = ({ host }: { host: Host }) => {
  const { t } = useTranslation();
  const age = useAgeText();
  return (
    <>
      <HostStateBadge state={host.state} />
      <Text size="xs" c="dimmed" mt={2}>
        {t('hosts.since', { age: age(host.since) })}
      </Text>
      {host.reason === undefined ? null : (
        <Text size="sm" mt={4} maw={360}>
          {host.reason}
        </Text>
      )}
    </>
  );
};

const Resources = ({ host }: { host: Host }) => {
  const { t, i18n } = useTranslation();
  if (host.facts === null) return '–';
  return (
    <>
      <Text size="sm">{t('hosts.cpus', { count: host.facts.cpus })}</Text>
      <Text size="xs" c="dimmed">
        {bytesText(host.facts.memoryBytes, i18n.language)}
      </Text>
    </>
  );
};

const Counts = ({ host }: { host: Host }) => {
  const { t } = useTranslation();
  const { running, total, foreign } = host.containers;
  return (
    <>
      <Text size="sm">{t('hosts.counts', { running, total })}</Text>
      {foreign === 0 ? null : (
        <Tooltip label={t('hosts.foreignHint')}>
          <Text size="xs" c="dimmed" tabIndex={0} w="fit-content">
            {t('hosts.foreign', { count: foreign })}
          </Text>
        </Tooltip>
      )}
    </>
  );
};
