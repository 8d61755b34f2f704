// The services of an application: what runs, how many, where it answers.
import type { Application, Service } from '@berth/contract/applications.ts';
import { Code, Group, Text } from '@mantine/core';
import { IconMinus, IconPlus, IconSearch, IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useScale } from '#api/changes.ts';
import { Endpoints } from '#components/endpoints.tsx';
import { notifyError } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { SearchField } from '#components/search-field.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { AbilityIcon } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { StatusBadge } from '#ui/status-badge.tsx';
import { useApplication } from './application-layout.tsx';

const containersMaximum = 200;
/** So many can be looked through by eye. */
const searchFrom = 10;

export const ServicesTab = () => {
  const { t } = useTranslation();
  const application = useApplication();
  const [search, setSearch] = useState('');
  const isWanted = application.desiredState === 'running';
  const columns: readonly Column<Service>[] = [
    {
      key: 'name',
      header: t('services.name'),
      bare: true,
      cell: (row) => (
        <Text fw={600} inherit>
          {row.name}
        </Text>
      ),
    },
    { key: 'image', header: t('services.image'), cell: (row) => <Code>{row.image}</Code> },
    {
      key: 'running',
      header: t('services.running'),
      fit: true,
      cell: (row) => <Running service={row} isWanted={isWanted} />,
    },
    { key: 'healthy', header: t('services.healthy'), fit: true, cell: (row) => row.healthy },
    {
      key: 'endpoints',
      header: t('services.endpoints'),
      cell: (row) => (
        <Endpoints
          endpoints={row.endpoints}
          none={row.ports.length === 0 ? t('services.noEndpoints') : t('services.notBound')}
        />
      ),
    },
    {
      key: 'scale',
      header: t('services.scale'),
      fit: true,
      cell: (row) => <ScaleControl application={application} service={row} />,
    },
  ];
  if (application.services.length === 0)
    return <EmptyState icon={<IconStack2 size={28} stroke={1.6} />} title={t('services.empty')} />;
  const shown = application.services.filter(({ name, image }) => `${name} ${image}`.includes(search));
  return (
    <>
      {application.services.length <= searchFrom ? null : (
        <Group mb="sm">
          <SearchField label={t('services.search')} value={search} onSearch={setSearch} />
        </Group>
      )}
      {shown.length === 0 ? (
        <EmptyState icon={<IconSearch size={28} stroke={1.6} />} title={t('services.noMatch', { search })} />
      ) : (
        <DataTable
          label={t('services.table', { name: application.name })}
          columns={columns}
          rows={shown}
          rowKey={(row) => row.name}
        />
      )}
    </>
  );
};

/** That nothing runs of a stopped application is as it should be. */
const Running = ({ service, isWanted }: { service: Service; isWanted: boolean }) => {
  const { t } = useTranslation();
  const { running, finished, desired } = service;
  const isAll = running + finished >= desired;
  const tone = !isWanted || desired === 0 ? 'idle' : isAll ? 'good' : running === 0 ? 'bad' : 'warn';
  // A migration or a backup is there to end: what has ended well is not missing.
  if (running === 0 && finished > 0 && isAll)
    return <StatusBadge tone="good">{t('services.finished', { finished })}</StatusBadge>;
  return (
    <>
      <StatusBadge tone={tone}>
        {running} / {desired}
      </StatusBadge>
      {finished === 0 ? null : (
        <Text size="xs" c="dimmed" mt={2}>
          {t('services.finished', { finished })}
        </Text>
      )}
    </>
  );
};

const ScaleControl = ({ application, service }: { application: Application; service: Service }) => {
  const { t } = useTranslation();
  const scale = useScale(useApplicationPlace(), {
    onAccepted: () => undefined,
    onRefused: (error) => notifyError(error, t('application.refused')),
  });
  const ability = application.actions.scale;
  const to = (count: number) => (): void => scale.mutate({ [service.name]: count });
  return (
    <Group gap={6} wrap="nowrap">
      <AbilityIcon
        ability={ability}
        label={t('application.more_down', { service: service.name })}
        isOff={scale.isPending || service.desired === 0}
        onClick={to(service.desired - 1)}
      >
        <IconMinus size={15} aria-hidden="true" />
      </AbilityIcon>
      <Text size="sm" miw={22} ta="center" aria-live="polite">
        {service.desired}
      </Text>
      <AbilityIcon
        ability={ability}
        label={t('application.more_up', { service: service.name })}
        isOff={scale.isPending || service.desired >= containersMaximum}
        onClick={to(service.desired + 1)}
      >
        <IconPlus size={15} aria-hidden="true" />
      </AbilityIcon>
    </Group>
  );
};
