// Applications of the environment: found by name, told apart by state.
import { Button, Group, Text } from '@mantine/core';
import { IconLayoutGrid, IconRocket, IconSearch, IconServer2 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { applicationsPerPage, applicationsQuery, hostsQuery } from '#api/queries.ts';
import { useMay } from '#components/caller.ts';
import { CursorPager } from '#components/cursor-pager.tsx';
import { AppLink } from '#components/link.tsx';
import { useEnvironmentPlace } from '#components/place.ts';
import { SearchField } from '#components/search-field.tsx';
import { DataTable } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { pb } from '#util/path-builder.ts';
import { textOf, trailOf } from '#util/search.ts';
import { useApplicationColumns } from './application-columns.tsx';

const usePosition = () => {
  const raw: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const router = useRouter();
  const place = useEnvironmentPlace();
  const search = textOf(raw['search']);
  const trail = trailOf(raw['trail']) ?? [];
  const show = (next: { search: string | undefined; trail: readonly string[] }): void => {
    const { length } = next.trail;
    void router.navigate({
      to: pb.applications(place),
      search: { search: next.search, trail: length === 0 ? undefined : next.trail },
      replace: next.search !== search,
    });
  };
  return { search, trail, show };
};

export const ApplicationsPage = () => {
  const { t } = useTranslation();
  const place = useEnvironmentPlace();
  const may = useMay(place.tenant);
  const { search, trail, show } = usePosition();
  const list = useSuspenseQuery(applicationsQuery(place, { search, cursor: trail.at(-1) })).data;
  const hosts = useSuspenseQuery(hostsQuery(place)).data;
  const columns = useApplicationColumns(place);
  const isEmpty = list.total === 0 && search === undefined;
  const { next } = list;

  return (
    <>
      <PageHeader
        title={t('applications.title')}
        actions={
          may('create', 'environment.applications') && !isEmpty ? (
            <Button
              component={AppLink}
              to={pb.publish(place)}
              leftSection={<IconRocket size={17} aria-hidden="true" />}
            >
              {t('applications.publish')}
            </Button>
          ) : undefined
        }
      />
      {isEmpty ? (
        <NoApplications hasHosts={hosts.total > 0} mayPublish={may('create', 'environment.applications')} />
      ) : (
        <>
          <Group mb="md">
            <SearchField
              label={t('applications.search')}
              value={search ?? ''}
              onSearch={(text) => show({ search: textOf(text), trail: [] })}
            />
          </Group>
          {list.items.length === 0 ? (
            <EmptyState
              icon={<IconSearch size={28} stroke={1.6} />}
              title={t('applications.noMatchTitle', { search: search ?? '' })}
              text={t('applications.noMatch')}
            />
          ) : (
            <DataTable
              label={t('applications.table')}
              columns={columns}
              rows={list.items}
              rowKey={(row) => row.id}
              footer={
                <CursorPager
                  pageNumber={trail.length + 1}
                  perPage={applicationsPerPage}
                  shown={list.items.length}
                  total={list.total}
                  onPrevious={trail.length === 0 ? undefined : () => show({ search, trail: trail.slice(0, -1) })}
                  onNext={next === undefined ? undefined : () => show({ search, trail: [...trail, next] })}
                />
              }
            />
          )}
        </>
      )}
    </>
  );
};

const NoApplications = ({ hasHosts, mayPublish }: { hasHosts: boolean; mayPublish: boolean }) => {
  const { t } = useTranslation();
  const place = useEnvironmentPlace();
  if (!hasHosts)
    return (
      <EmptyState
        icon={<IconServer2 size={28} stroke={1.6} />}
        title={t('applications.noHostsTitle')}
        text={t('applications.noHosts')}
        action={
          <Button component={AppLink} to={pb.hosts(place)} mt="xs">
            {t('applications.noHostsAction')}
          </Button>
        }
      />
    );
  return (
    <EmptyState
      icon={<IconLayoutGrid size={28} stroke={1.6} />}
      title={t('applications.emptyTitle')}
      text={mayPublish ? t('applications.empty') : t('applications.emptyViewer')}
      action={
        mayPublish ? (
          <Button component={AppLink} to={pb.publish(place)} mt="xs" leftSection={<IconRocket size={17} />}>
            {t('applications.publish')}
          </Button>
        ) : (
          <Text />
        )
      }
    />
  );
};
