// What happened to an application, newest first.
import type { ApplicationEvent } from '@berth/contract/applications.ts';
import { Group, Switch, Text, VisuallyHidden } from '@mantine/core';
import { IconHistory, IconInfoCircle, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { allEvents, eventsQuery, type EventFilter } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { ErrorMessage } from '#components/error-message.tsx';
import { MoreButton } from '#components/more-button.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { actorText, reasonText } from '#components/reason.ts';
import { SearchField } from '#components/search-field.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { StatusIcon } from '#ui/status-badge.tsx';
import styles from './steps.module.css';

export const EventsTab = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const [filter, setFilter] = useState<EventFilter>(allEvents);
  const query = useInfiniteQuery({ ...eventsQuery(place, filter), placeholderData: keepPreviousData });
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = filter.search !== '' || filter.areWarningsOnly;
  if (query.error !== null) return <ErrorMessage error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data !== undefined && events.length === 0 && !isFiltered)
    return <EmptyState icon={<IconHistory size={28} stroke={1.6} />} title={t('events.empty')} />;
  return (
    <>
      <Group mb="sm" gap="md">
        <SearchField
          label={t('events.search')}
          value={filter.search}
          onSearch={(search) => setFilter((before) => ({ ...before, search }))}
        />
        <Switch
          label={t('events.warningsOnly')}
          checked={filter.areWarningsOnly}
          onChange={(event) => {
            const areWarningsOnly = event.currentTarget.checked;
            setFilter((before) => ({ ...before, areWarningsOnly }));
          }}
        />
      </Group>
      {query.data !== undefined && events.length === 0 ? (
        <EmptyState icon={<IconSearch size={28} stroke={1.6} />} title={t('events.noMatch')} />
      ) : (
        <ul className={styles.list} aria-label={t('events.list', { name: place.application })}>
          {events.map((event) => (
            <EventRow key={event.id} event={event} />
          ))}
        </ul>
      )}
      <MoreButton label={t('events.older')} query={query} />
    </>
  );
};

/** `publish_done` and its like: the heading is all there is to say. */
const isSaid = ({ reason }: ApplicationEvent): boolean => reason.endsWith('_done');

const EventRow = ({ event }: { event: ApplicationEvent }) => {
  const { t } = useTranslation();
  return (
    <li className={styles.step}>
      <span className={styles.icon}>
        {event.type === 'warning' ? (
          <StatusIcon tone="warn" />
        ) : (
          <IconInfoCircle size={18} stroke={1.6} color="var(--berth-busy)" aria-hidden="true" />
        )}
        <VisuallyHidden>{t(`events.${event.type}`)}</VisuallyHidden>
      </span>
      <div className={styles.body}>
        <Text size="sm">
          <b>{reasonText(event.reason)}</b>
          {event.service === undefined ? '' : ` · ${event.service}`}
        </Text>
        {isSaid(event) ? null : <Text size="sm">{event.message}</Text>}
        <Text size="xs" c="dimmed">
          <Age at={event.at} /> · {actorText(event.actor)}
        </Text>
      </div>
    </li>
  );
};
