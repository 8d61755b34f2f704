// Every run of jobs and tasks, newest first, by job and by state.
import { runStates, type Job, type Run } from '@berth/contract/jobs.ts';
import { Center, Code, Group, Loader, Select, Text, Title } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { runsQuery, type RunFilter } from '#api/job-queries.ts';
import { Asked } from '#components/asked.tsx';
import { ErrorMessage } from '#components/error-message.tsx';
import { TextLink } from '#components/link.tsx';
import { MoreButton } from '#components/more-button.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { reasonText } from '#components/reason.ts';
import { RunBadge, RunDuration } from '#components/run-state.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { lineOf } from '#util/command-text.ts';
import { pb } from '#util/path-builder.ts';
import { CancelRun } from './cancel-run.tsx';

export const RunsList = ({ jobs }: { jobs: readonly Job[] }) => {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<RunFilter>({ job: null, state: null });
  return (
    <section aria-label={t('runs.heading')}>
      <Group justify="space-between" mb="xs" gap="sm">
        <Title order={2}>{t('runs.heading')}</Title>
        <Group gap="sm">
          <Select
            size="xs"
            aria-label={t('runs.filterJob')}
            placeholder={t('runs.anyJob')}
            data={jobs.map((job) => ({ value: job.id, label: job.name }))}
            value={filter.job}
            onChange={(job) => setFilter((before) => ({ ...before, job }))}
            clearable
            searchable={jobs.length > 8}
          />
          <Select
            size="xs"
            aria-label={t('runs.filterState')}
            placeholder={t('runs.anyState')}
            data={runStates.map((state) => ({ value: state, label: t(`runs.state_${state}`) }))}
            value={filter.state}
            onChange={(value) =>
              setFilter((before) => ({ ...before, state: runStates.find((state) => state === value) ?? null }))
            }
            clearable
          />
        </Group>
      </Group>
      <Runs filter={filter} />
    </section>
  );
};

const Runs = ({ filter }: { filter: RunFilter }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const query = useInfiniteQuery({ ...runsQuery(place, filter), placeholderData: keepPreviousData });
  const columns = useRunColumns();
  if (query.error !== null) return <ErrorMessage error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined)
    return (
      <Center p="xl">
        <Loader aria-label={t('common.loading')} />
      </Center>
    );
  const runs = query.data.pages.flatMap((page) => page.items);
  const isFiltered = filter.job !== null || filter.state !== null;
  if (runs.length === 0)
    return (
      <EmptyState
        icon={<IconListDetails size={28} stroke={1.6} />}
        title={isFiltered ? t('runs.noMatch') : t('runs.empty')}
        {...(isFiltered ? {} : { text: t('runs.emptyText') })}
      />
    );
  return (
    <>
      <DataTable
        label={t('runs.list', { name: place.application })}
        columns={columns}
        rows={runs}
        rowKey={(row) => row.id}
      />
      <MoreButton label={t('runs.older')} query={query} />
    </>
  );
};

const useRunColumns = (): readonly Column<Run>[] => {
  const { t } = useTranslation();
  return [
    { key: 'what', header: t('runs.what'), bare: true, cell: (row) => <What run={row} /> },
    {
      key: 'state',
      header: t('runs.state'),
      cell: (row) => (
        <>
          <RunBadge state={row.state} />
          {row.reason === null ? null : (
            <Text size="xs" c="dimmed" mt={2}>
              {reasonText(row.reason)}
            </Text>
          )}
        </>
      ),
    },
    { key: 'exitCode', header: t('runs.exitCode'), fit: true, cell: (row) => row.exitCode ?? '–' },
    { key: 'duration', header: t('runs.duration'), fit: true, cell: (row) => <RunDuration run={row} /> },
    {
      key: 'when',
      header: t('runs.when'),
      fit: true,
      cell: (row) => <Asked at={row.createdAt} by={row.requestedBy} />,
    },
    {
      key: 'actions',
      header: t('common.actions'),
      fit: true,
      bare: true,
      cell: (row) => <CancelRun run={row} />,
    },
  ];
};

/** The name of the job, or that it is a task; what it ran; the way to its output. */
const What = ({ run }: { run: Run }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const name = run.job?.name ?? t('runs.task');
  return (
    <>
      <TextLink
        to={pb.run(place, run.id)}
        size="sm"
        fw={600}
        aria-label={t('runs.viewOf', { what: `${name} (${run.service})` })}
      >
        {name}
      </TextLink>
      <Text size="xs" c="dimmed">
        {run.service} {run.command === null ? '' : <Code>{lineOf(run.command)}</Code>}
      </Text>
    </>
  );
};
