// What can be done with one job.
import type { Job } from '@berth/contract/jobs.ts';
import { ActionIcon, Group, Menu } from '@mantine/core';
import { IconCalendarTime, IconDots, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useRemoveJob, useRunJob } from '#api/job-changes.ts';
import { useMay } from '#components/caller.ts';
import { Confirm } from '#components/confirm.tsx';
import { notifyDone, notifyError } from '#components/error-message.tsx';
import { useGo } from '#components/link.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { useApplication } from '#pages/application/application-layout.tsx';
import { AbilityButton, AbilityMenuItem, type Ability } from '#ui/disabled-reason.tsx';
import { pb } from '#util/path-builder.ts';
import { JobForm } from './job-form.tsx';
import { Upcoming } from './upcoming.tsx';

type Opened = 'edit' | 'upcoming' | 'remove';

export const JobActions = ({ job }: { job: Job }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const go = useGo();
  const application = useApplication();
  const [opened, setOpened] = useState<Opened>();
  const close = (): void => setOpened(undefined);
  const run = useRunJob(place, {
    onDone: (made) => {
      notifyDone(t('jobs.started'), job.name);
      go(pb.run(place, made.id));
    },
    onRefused: (error) => notifyError(error, t('jobs.runFailed')),
  });
  return (
    <Group gap={6} wrap="nowrap">
      <AbilityButton
        ability={application.actions.run}
        variant="default"
        size="xs"
        leftSection={<IconPlayerPlay size={15} aria-hidden="true" />}
        label={t('jobs.runNowOf', { name: job.name })}
        loading={run.isPending}
        onClick={() => run.mutate(job.id)}
      >
        {t('jobs.runNow')}
      </AbilityButton>
      <More job={job} onOpen={setOpened} />
      {opened === 'edit' ? <JobForm application={application} job={job} onClose={close} /> : null}
      {opened === 'upcoming' ? (
        <Dialog onClose={close} size="lg" title={t('jobs.upcomingOf', { name: job.name })}>
          <Upcoming job={job} />
        </Dialog>
      ) : null}
      {opened === 'remove' ? <RemoveJob job={job} onClose={close} /> : null}
    </Group>
  );
};

const More = ({ job, onOpen }: { job: Job; onOpen: (opened: Opened) => void }) => {
  const { t } = useTranslation();
  const { tenant } = useApplicationPlace();
  const may = useMay(tenant);
  const icon = { size: 16, 'aria-hidden': true } as const;
  const ability = (action: 'modify' | 'delete'): Ability =>
    may(action, 'application.jobs') ? true : t('common.mayNot');
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={t('jobs.more', { name: job.name })}>
          <IconDots size={16} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconCalendarTime {...icon} />} onClick={() => onOpen('upcoming')}>
          {t('jobs.upcoming')}
        </Menu.Item>
        <AbilityMenuItem ability={ability('modify')} icon={<IconPencil {...icon} />} onClick={() => onOpen('edit')}>
          {t('common.edit')}
        </AbilityMenuItem>
        <AbilityMenuItem
          ability={ability('delete')}
          icon={<IconTrash {...icon} />}
          color="red"
          onClick={() => onOpen('remove')}
        >
          {t('common.remove')}
        </AbilityMenuItem>
      </Menu.Dropdown>
    </Menu>
  );
};

const RemoveJob = ({ job, onClose }: { job: Job; onClose: () => void }) => {
  const { t } = useTranslation();
  const remove = useRemoveJob(useApplicationPlace(), {
    onDone: () => {
      notifyDone(t('jobs.removed'), job.name);
      onClose();
    },
    onRefused: (error) => {
      notifyError(error, t('jobs.changeFailed'));
      onClose();
    },
  });
  return (
    <Confirm
      title={t('jobs.removeTitle', { name: job.name })}
      text={t('jobs.removeText')}
      confirm={t('common.remove')}
      isRed
      isPending={remove.isPending}
      onConfirm={() => remove.mutate(job.id)}
      onClose={onClose}
    />
  );
};
