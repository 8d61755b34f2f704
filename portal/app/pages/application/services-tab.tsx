// The services of an application: what runs, how many, where it answers.
import type { Application, Service } from '@berth/contract/applications.ts';
import { Code, Group, Text } from '@mantine/core';
import { IconMinus, IconPlus, IconStack2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useScale } from '#api/changes.ts';
import { Endpoints } from '#components/endpoints.tsx';
import { notifyError } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { AbilityIcon } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { StatusBadge } from '#ui/status-badge.tsx';
import { useApplication } from './application-layout.tsx';

const containersMaximum = 200;

export const ServicesTab = () => {
  const { t } = useTranslation();
  const application = useApplication();
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
  return (
    <DataTable
      label={t('services.table', { name: application.name })}
      columns={columns}
      rows={application.services}
      rowKey={(row) => row.name}
    />
  );
};

/** That nothing runs of a stopped application is as it should be. */
const Running = ({ service, isWanted }: { service: Service; isWanted: boolean }) => {
  const isAll = service.running >= service.desired;
  const tone = !isWanted || service.desired === 0 ? 'idle' : isAll ? 'good' : service.running === 0 ? 'bad' : 'warn';
  return (
    <StatusBadge tone={tone}>
      {service.running} / {service.desired}
    </StatusBadge>
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
