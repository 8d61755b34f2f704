// What happened to an application, newest first.
import type { ApplicationEvent } from '@berth/contract/applications.ts';
import { Button, Center, Text, VisuallyHidden } from '@mantine/core';
import { IconHistory, IconInfoCircle } from '@tabler/icons-react';
import { useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { eventsQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { reasonText } from '#components/reason.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { StatusIcon } from '#ui/status-badge.tsx';
import styles from './steps.module.css';

export const EventsTab = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useSuspenseInfiniteQuery(eventsQuery(place));
  const events = data.pages.flatMap((page) => page.items);
  if (events.length === 0)
    return <EmptyState icon={<IconHistory size={28} stroke={1.6} />} title={t('events.empty')} />;
  return (
    <>
      <ul className={styles.list} aria-label={t('events.list', { name: place.application })}>
        {events.map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
      </ul>
      {hasNextPage ? (
        <Center mt="md">
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('events.older')}
          </Button>
        </Center>
      ) : null}
    </>
  );
};

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
        <Text size="sm">{event.message}</Text>
        <Text size="xs" c="dimmed">
          <Age at={event.at} /> · {event.actor}
        </Text>
      </div>
    </li>
  );
};
