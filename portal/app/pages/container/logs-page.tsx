// The log of one container: followed, searched, paused, taken home.
import { useDebouncedValue } from '@mantine/hooks';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { containerQuery } from '#api/queries.ts';
import { TextLink } from '#components/link.tsx';
import { useContainerPlace } from '#components/place.ts';
import { StatusBadge } from '#ui/status-badge.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { browserClock } from '#util/clock.ts';
import { pb, type ContainerPlace } from '#util/path-builder.ts';
import { LogLines } from './log-lines.tsx';
import { LogStatus } from './log-status.tsx';
import { LogStream, startView, type LogChoice, type LogView } from './log-stream.ts';
import { LogToolbar, type LogLook } from './log-toolbar.tsx';

const searchDelayMs = 400;

const useLog = (place: ContainerPlace, choice: LogChoice) => {
  const [view, setView] = useState<LogView>(startView);
  const [attempt, setAttempt] = useState(0);
  const stream = useRef<LogStream>(undefined);
  const { tenant, environment, application, container } = place;
  useEffect(() => {
    const opened = new LogStream(browserClock, setView);
    stream.current = opened;
    void opened.follow({ tenant, environment, application, container }, choice);
    return () => opened.close();
  }, [tenant, environment, application, container, choice, attempt]);
  return {
    view,
    setPaused: (isPaused: boolean) => stream.current?.setPaused(isPaused),
    openAgain: () => setAttempt((before) => before + 1),
  };
};

export const LogsPage = () => {
  const { t } = useTranslation();
  const place = useContainerPlace();
  const container = useSuspenseQuery(containerQuery(place)).data;
  const [range, setRange] = useState({ tail: 500, sinceMinutes: 0 });
  const [search, setSearch] = useState('');
  const [look, setLook] = useState<LogLook>({ isWrapped: true, hasTimes: false });
  const [settledSearch] = useDebouncedValue(search.trim(), searchDelayMs);
  const choice = useMemo(() => ({ ...range, search: settledSearch }), [range, settledSearch]);
  const { view, setPaused, openAgain } = useLog(place, choice);
  return (
    <>
      <PageHeader
        title={t('containers.logsOf', { name: container.name })}
        badge={
          container.state === 'running' ? undefined : (
            <StatusBadge tone={container.state === 'unknown' ? 'unknown' : 'idle'}>
              {t(`containerState.${container.state}`)}
            </StatusBadge>
          )
        }
        above={
          <TextLink to={pb.applicationTab(place, 'containers')} size="sm">
            {place.application}
          </TextLink>
        }
      />
      <LogToolbar
        place={place}
        choice={choice}
        onRange={(part) => setRange((before) => ({ ...before, ...part }))}
        search={search}
        onSearch={setSearch}
        look={look}
        onLook={setLook}
        isPaused={view.isPaused}
        onPause={setPaused}
      />
      <LogStatus view={view} onOpenAgain={openAgain} />
      <LogLines view={view} search={settledSearch} look={look} />
    </>
  );
};
