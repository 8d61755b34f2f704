// Applications of the environment: found by name, told apart by state.
import { Button, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconLayoutGrid, IconRocket, IconSearch, IconServer2 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { applicationsPerPage, applicationsQuery, hostsQuery } from '#api/queries.ts';
import { useMay } from '#components/caller.ts';
import { CursorPager } from '#components/cursor-pager.tsx';
import { AppLink } from '#components/link.tsx';
import { useEnvironmentPlace } from '#components/place.ts';
import { DataTable } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { pb } from '#util/path-builder.ts';
import { textOf, trailOf } from '#util/search.ts';
import { useApplicationColumns } from './application-columns.tsx';

const searchDelayMs = 250;

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
          <SearchField value={search ?? ''} onSearch={(text) => show({ search: textOf(text), trail: [] })} />
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

const SearchField = ({ value, onSearch }: { value: string; onSearch: (text: string) => void }) => {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const search = useDebouncedCallback(onSearch, searchDelayMs);
  return (
    <TextInput
      type="search"
      aria-label={t('applications.search')}
      placeholder={t('applications.search')}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      value={text}
      maxLength={100}
      maw={340}
      mb="md"
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
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
