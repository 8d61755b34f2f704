// Work by a schedule, and every run of it and of tasks.
import type { Job } from '@berth/contract/jobs.ts';
import { Code, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { IconCalendarTime, IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSaveJob } from '#api/job-changes.ts';
import { jobsQuery } from '#api/job-queries.ts';
import { Age } from '#components/age.tsx';
import { useMay } from '#components/caller.ts';
import { notifyError } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { RunBadge } from '#components/run-state.tsx';
import { useApplication } from '#pages/application/application-layout.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { AbilityButton, type Ability } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { appointmentText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';
import { lineOf } from '#util/command-text.ts';
import { JobActions } from './job-actions.tsx';
import { JobForm } from './job-form.tsx';
import { specOf } from './job-draft.ts';
import { RunsList } from './runs-list.tsx';

export const JobsTab = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const may = useMay(place.tenant);
  const application = useApplication();
  const jobs = useSuspenseQuery(jobsQuery(place)).data.items;
  const [isMaking, setMaking] = useState(false);
  const columns = useJobColumns(may('modify', 'application.jobs') ? true : t('common.mayNot'));
  const create: Ability = may('create', 'application.jobs') ? true : t('common.mayNot');
  const button = (
    <AbilityButton
      ability={create}
      size="sm"
      leftSection={<IconPlus size={16} aria-hidden="true" />}
      onClick={() => setMaking(true)}
    >
      {t('jobs.create')}
    </AbilityButton>
  );
  return (
    <Stack gap="md">
      {jobs.length === 0 ? (
        <EmptyState
          icon={<IconCalendarTime size={28} stroke={1.6} />}
          title={t('jobs.empty')}
          text={t('jobs.emptyText')}
          action={button}
        />
      ) : (
        <section aria-label={t('jobs.heading')}>
          <Group justify="space-between" mb="xs">
            <Title order={2}>{t('jobs.heading')}</Title>
            {button}
          </Group>
          <DataTable
            label={t('jobs.list', { name: application.name })}
            columns={columns}
            rows={jobs}
            rowKey={(row) => row.id}
          />
        </section>
      )}
      <RunsList jobs={jobs} />
      {isMaking ? <JobForm application={application} onClose={() => setMaking(false)} /> : null}
    </Stack>
  );
};

const useJobColumns = (modify: Ability): readonly Column<Job>[] => {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      header: t('jobs.name'),
      bare: true,
      cell: (row) => (
        <>
          <Text fw={600} size="sm">
            {row.name}
          </Text>
          <Text size="xs" c="dimmed">
            {row.service} {row.command === null ? '' : <Code>{lineOf(row.command)}</Code>}
          </Text>
        </>
      ),
    },
    {
      key: 'schedule',
      header: t('jobs.schedule'),
      cell: (row) => (
        <>
          <Code style={{ whiteSpace: 'nowrap' }}>{row.schedule}</Code>
          <Text size="xs" c="dimmed" mt={2} style={{ whiteSpace: 'nowrap' }}>
            {row.timeZone}
          </Text>
        </>
      ),
    },
    { key: 'next', header: t('jobs.next'), cell: (row) => <NextTime job={row} /> },
    { key: 'last', header: t('jobs.last'), cell: (row) => <LastRun job={row} /> },
    {
      key: 'enabled',
      header: t('jobs.enabled'),
      fit: true,
      cell: (row) => <EnabledSwitch job={row} modify={modify} />,
    },
    {
      key: 'actions',
      header: t('common.actions'),
      fit: true,
      bare: true,
      cell: (row) => <JobActions job={row} />,
    },
  ];
};

const NextTime = ({ job }: { job: Job }) => {
  const { t, i18n } = useTranslation();
  if (job.nextRunAt === null)
    return (
      <Text size="sm" c="dimmed">
        {job.enabled ? '–' : t('jobs.disabled')}
      </Text>
    );
  const nextMs = instantMs(job.nextRunAt);
  // In the job's own zone, as its schedule is; the reader's own time on hover.
  return (
    <time dateTime={job.nextRunAt} title={appointmentText(nextMs, i18n.language)}>
      {appointmentText(nextMs, i18n.language, job.timeZone)}
    </time>
  );
};

const LastRun = ({ job }: { job: Job }) => {
  const { t } = useTranslation();
  if (job.lastRun === null)
    return (
      <Text size="sm" c="dimmed">
        {t('jobs.never')}
      </Text>
    );
  return (
    <>
      <RunBadge state={job.lastRun.state} />
      <Text size="xs" c="dimmed" mt={2}>
        <Age at={job.lastRun.createdAt} />
      </Text>
    </>
  );
};

const EnabledSwitch = ({ job, modify }: { job: Job; modify: Ability }) => {
  const { t } = useTranslation();
  const save = useSaveJob(useApplicationPlace(), {
    onDone: () => undefined,
    onRefused: (error) => notifyError(error, t('jobs.changeFailed')),
  });
  return (
    <Switch
      aria-label={t('jobs.enabledOf', { name: job.name })}
      checked={save.isPending ? save.variables.spec.enabled : job.enabled}
      disabled={modify !== true}
      {...(modify === true ? {} : { title: modify })}
      onChange={(event) => save.mutate({ id: job.id, spec: { ...specOf(job), enabled: event.currentTarget.checked } })}
    />
  );
};
