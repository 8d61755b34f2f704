// The columns of the list of applications.
import type { ApplicationSummary } from '@berth/contract/applications.ts';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Age } from '#components/age.tsx';
import { worthSaying } from '#components/condition-choice.ts';
import { Endpoints } from '#components/endpoints.tsx';
import { TextLink } from '#components/link.tsx';
import { reasonText } from '#components/reason.ts';
import { PhaseBadge } from '#components/states.tsx';
import type { Column } from '#ui/data-table.tsx';
import { pb, type EnvironmentPlace } from '#util/path-builder.ts';
import styles from './applications.module.css';

/** In a list the first of what is wrong, in two lines; the rest stands on the application's page. */
const saidMaximum = 1;

const State = ({ application }: { application: ApplicationSummary }) => {
  const all = worthSaying(application.conditions, { isBusy: false, hasUpgrade: false });
  const said = all.slice(0, saidMaximum);
  const { t } = useTranslation();
  return (
    <>
      <PhaseBadge phase={application.phase} />
      {said.map((condition) => (
        <Text
          key={`${condition.type} ${condition.reason} ${condition.service ?? ''}`}
          size="xs"
          c="dimmed"
          mt={4}
          maw={420}
          lineClamp={2}
          className={styles.said ?? ''}
          title={condition.message}
        >
          <b>{reasonText(condition.reason)}</b> {condition.message}
        </Text>
      ))}
      {all.length > said.length ? (
        <Text size="xs" c="dimmed">
          {t('common.and', { count: all.length - said.length })}
        </Text>
      ) : null}
    </>
  );
};

export const useApplicationColumns = (place: EnvironmentPlace): readonly Column<ApplicationSummary>[] => {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      header: t('applications.name'),
      bare: true,
      cell: (row) => (
        <TextLink
          to={pb.application({ ...place, application: row.name })}
          fw={600}
          display="block"
          className={styles.name ?? ''}
        >
          {row.name}
        </TextLink>
      ),
    },
    { key: 'phase', header: t('applications.phase'), cell: (row) => <State application={row} /> },
    {
      key: 'containers',
      header: t('applications.containers'),
      fit: true,
      cell: (row) => (
        <>
          <span title={t('applications.containersOf', row.containers)}>
            {row.containers.running} / {row.containers.desired}
          </span>
          {row.containers.finished === 0 ? null : (
            <Text size="xs" c="dimmed">
              {t('applications.finished', row.containers)}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'ports',
      header: t('applications.ports'),
      cell: (row) => <Endpoints endpoints={row.endpoints} none="–" />,
    },
    { key: 'revision', header: t('applications.revision'), fit: true, cell: (row) => row.revision },
    { key: 'updated', header: t('applications.updated'), fit: true, cell: (row) => <Age at={row.updatedAt} /> },
  ];
};
