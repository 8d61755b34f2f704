// Make a job or change one. Once saved, the form shows when it will run next, for a person to check the schedule.
import type { Application } from '@berth/contract/applications.ts';
import type { Job } from '@berth/contract/jobs.ts';
import { Button, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useSaveJob } from '#api/job-changes.ts';
import { ErrorMessage, notifyDone } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { CommandField } from '#forms/command-field.tsx';
import { EnvironmentField } from '#forms/environment-field.tsx';
import { draftOfJob, jobOf, newJob, type JobDraft } from './job-draft.ts';
import { ScheduleFields } from './schedule-fields.tsx';
import { Upcoming } from './upcoming.tsx';

type Props = { readonly application: Application; readonly job?: Job; readonly onClose: () => void };
type FieldProps = {
  readonly draft: JobDraft;
  readonly change: (part: Partial<JobDraft>) => void;
};

const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const JobForm = ({ application, job, onClose }: Props) => {
  const { t } = useTranslation();
  const [saved, setSaved] = useState<Job>();
  const title = job === undefined ? t('jobs.createTitle') : t('jobs.editTitle', { name: job.name });
  const shownTitle = saved === undefined ? title : t('jobs.upcomingOf', { name: saved.name });
  return (
    <Dialog onClose={onClose} size="lg" title={shownTitle}>
      {saved === undefined ? (
        <Fields
          application={application}
          {...(job === undefined ? {} : { job })}
          onSaved={setSaved}
          onClose={onClose}
        />
      ) : (
        <Stack>
          <Upcoming job={saved} />
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              {t('common.close')}
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
};

const Fields = ({ application, job, onSaved, onClose }: Props & { onSaved: (job: Job) => void }) => {
  const { t } = useTranslation();
  const names = application.services.map((service) => service.name);
  const [draft, setDraft] = useState(() => (job === undefined ? newJob(names[0] ?? '', ownZone()) : draftOfJob(job)));
  const change = (part: Partial<JobDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const spec = jobOf(draft);
  const save = useSaveJob(useApplicationPlace(), {
    onDone: (made) => {
      notifyDone(t('jobs.saved'), made.name);
      onSaved(made);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (spec !== undefined) save.mutate({ id: job?.id, spec });
      }}
    >
      <Stack>
        <What draft={draft} change={change} services={names} />
        <ScheduleFields draft={draft} change={change} />
        <Limits draft={draft} change={change} />
        {save.error === null ? null : <ErrorMessage error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={spec === undefined}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const What = ({ draft, change, services }: FieldProps & { services: readonly string[] }) => {
  const { t } = useTranslation();
  return (
    <>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput
          label={t('jobs.name')}
          placeholder={t('jobs.nameHint')}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          maxLength={40}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          required
          withAsterisk={false}
        />
        <Select
          label={t('jobs.service')}
          data={[...services]}
          value={draft.service}
          onChange={(value) => change({ service: value ?? '' })}
          allowDeselect={false}
          searchable={services.length > 8}
        />
      </Group>
      <CommandField
        label={t('jobs.command')}
        line={draft.commandLine}
        onLine={(commandLine) => change({ commandLine })}
      />
      <EnvironmentField text={draft.variables} onText={(variables) => change({ variables })} />
    </>
  );
};

const Limits = ({ draft, change }: FieldProps) => {
  const { t } = useTranslation();
  return (
    <>
      <Group grow align="flex-start">
        <NumberInput
          label={t('jobs.timeout')}
          value={draft.timeoutMinutes}
          onChange={(timeoutMinutes) => change({ timeoutMinutes })}
          min={1}
          max={7 * 24 * 60}
          allowDecimal={false}
        />
        <NumberInput
          label={t('jobs.keepRuns')}
          value={draft.keepRuns}
          onChange={(keepRuns) => change({ keepRuns })}
          min={1}
          max={500}
          allowDecimal={false}
        />
      </Group>
      <Switch
        label={t('jobs.enabled')}
        checked={draft.enabled}
        onChange={(event) => change({ enabled: event.currentTarget.checked })}
      />
    </>
  );
};
