// One run: its outcome, and its log while it goes on.
import type { Run } from '@berth/contract/jobs.ts';
import { Alert, Paper, Text, Title } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { runQuery } from '#api/job-queries.ts';
import { TextLink } from '#components/link.tsx';
import { useApplicationPlace, useRunId } from '#components/place.ts';
import { actorText, reasonText } from '#components/reason.ts';
import { RunBadge, RunDuration } from '#components/run-state.tsx';
import { LogLines } from '#pages/container/log-lines.tsx';
import { LogStatus } from '#pages/container/log-status.tsx';
import { LogStream, startView, type LogView } from '#pages/container/log-stream.ts';
import { CodeBlock } from '#ui/code-block.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { instantText } from '#util/age.ts';
import { browserClock, instantMs } from '#util/clock.ts';
import { lineOf } from '#util/command-text.ts';
import { pb } from '#util/path-builder.ts';
import { CancelRun } from './cancel-run.tsx';
import styles from './run-page.module.css';

const alertColors: { readonly [S in Run['state']]?: string } = {
  waiting: 'yellow',
  skipped: 'yellow',
  failed: 'red',
  timed_out: 'red',
};
const logLinesMaximum = 5_000;

export const RunPage = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const run = useSuspenseQuery(runQuery(place, useRunId())).data;
  const title = t('runs.title', { service: run.service });
  return (
    <>
      <PageHeader
        title={run.job === null ? title : `${run.job.name}: ${title}`}
        badge={<RunBadge state={run.state} />}
        above={
          <TextLink to={pb.applicationTab(place, 'jobs')} size="sm">
            {place.application} · {t('application.jobs')}
          </TextLink>
        }
        actions={<CancelRun run={run} />}
      />
      {run.reason === null && run.message === null ? null : (
        <Alert
          color={alertColors[run.state] ?? 'gray'}
          variant="light"
          title={run.reason === null ? undefined : reasonText(run.reason)}
          mb="md"
          role="status"
        >
          {run.message}
        </Alert>
      )}
      <Facts run={run} />
      {run.finishedAt === null ? <LiveLog run={run} /> : <LastLines run={run} />}
    </>
  );
};

const Facts = ({ run }: { run: Run }) => {
  const { t, i18n } = useTranslation();
  const time = (instant: string | null): string =>
    instant === null ? '–' : instantText(instantMs(instant), i18n.language);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('runs.command'), run.command === null ? t('runs.ownCommand') : <code>{lineOf(run.command)}</code>],
    [t('runs.revision'), run.revision],
    [t('runs.exitCode'), run.exitCode ?? '–'],
    [t('runs.duration'), <RunDuration key="duration" run={run} />],
    [t('runs.by'), actorText(run.requestedBy)],
    ...(run.scheduledFor === null ? [] : [[t('runs.scheduledFor'), time(run.scheduledFor)] as const]),
    [t('runs.started'), time(run.startedAt)],
    [t('runs.finished'), time(run.finishedAt)],
  ];
  return (
    <Paper p="md" mb="md" bg="var(--berth-card)">
      <dl className={styles.facts}>
        {facts.map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Paper>
  );
};

/** Follows the log of the run's container, by its engine id. */
const LiveLog = ({ run }: { run: Run }) => {
  const { t } = useTranslation();
  const { tenant, environment, application } = useApplicationPlace();
  const [view, setView] = useState<LogView>(startView);
  const [attempt, setAttempt] = useState(0);
  const { container } = run;
  useEffect(() => {
    if (container === null) return;
    const stream = new LogStream(browserClock, setView);
    const choice = { tail: logLinesMaximum, sinceMinutes: 0, search: '' };
    void stream.follow({ tenant, environment, application, container }, choice);
    return () => stream.close();
  }, [tenant, environment, application, container, attempt]);
  if (container === null)
    return (
      <Text c="dimmed" role="status">
        {t('runs.waitsForLog')}
      </Text>
    );
  return (
    <section aria-label={t('runs.liveLog')}>
      <LogStatus view={view} onOpenAgain={() => setAttempt((before) => before + 1)} />
      <LogLines view={view} search="" look={{ isWrapped: true, hasTimes: false }} />
    </section>
  );
};

const LastLines = ({ run }: { run: Run }) => {
  const { t } = useTranslation();
  return (
    <section>
      <Title order={2} mb="xs">
        {t('runs.lastLines')}
      </Title>
      {run.logLines.length === 0 ? (
        <Text c="dimmed">{t('runs.noLines')}</Text>
      ) : (
        <CodeBlock label={t('runs.lastLines')} text={run.logLines.join('\n')} />
      )}
    </section>
  );
};
