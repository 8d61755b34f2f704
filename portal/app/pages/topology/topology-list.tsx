// The topology in words, for those who cannot see the picture and for screens too small for it.
import type { Application } from '@berth/contract/applications.ts';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { StatusBadge } from '#ui/status-badge.tsx';
import { ServiceCount } from './service-count.tsx';
import { portText } from './port-text.ts';
import type { ServiceHealth } from './service-health.ts';

type Row = Application['topology']['services'][number];
type Props = { readonly application: Application; readonly healths: ReadonlyMap<string, ServiceHealth> };

const Lines = ({ lines }: { lines: readonly string[] }) => {
  const { t } = useTranslation();
  if (lines.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('topology.nothing')}
      </Text>
    );
  return lines.map((line) => <div key={line}>{line}</div>);
};

export const TopologyList = ({ application, healths }: Props) => {
  const { t } = useTranslation();
  const { topology, services } = application;
  const external = new Set(
    [...topology.networks, ...topology.volumes].filter((one) => one.external).map(({ name }) => name),
  );
  const named = (name: string): string => (external.has(name) ? `${name} (${t('topology.external')})` : name);
  const serviceOf = (row: Row) => services.find(({ name }) => name === row.name);
  const columns: readonly Column<Row>[] = [
    {
      key: 'name',
      header: t('services.name'),
      bare: true,
      cell: (row) => (
        <Text size="sm" fw={600}>
          {row.name}
        </Text>
      ),
    },
    {
      key: 'state',
      header: t('topology.state'),
      fit: true,
      cell: (row) => (
        <StatusBadge tone={healths.get(row.name) ?? 'unknown'}>
          <ServiceCount service={serviceOf(row)} />
        </StatusBadge>
      ),
    },
    { key: 'needs', header: t('topology.needs'), cell: (row) => <Lines lines={row.needs} /> },
    { key: 'networks', header: t('topology.networks'), cell: (row) => <Lines lines={row.networks.map(named)} /> },
    {
      key: 'volumes',
      header: t('topology.volumes'),
      cell: (row) => (
        <Lines
          lines={row.volumes.map(
            ({ name, target, readOnly }) =>
              `${name === '' ? t('topology.anonymous') : named(name)} → ${target}${readOnly ? ` (${t('topology.readOnly')})` : ''}`,
          )}
        />
      ),
    },
    {
      key: 'ports',
      header: t('topology.ports'),
      cell: (row) => <Lines lines={(serviceOf(row)?.ports ?? []).map(portText)} />,
    },
  ];
  return (
    <DataTable
      label={t('topology.label', { name: application.name })}
      columns={columns}
      rows={topology.services}
      rowKey={(row) => row.name}
    />
  );
};
