// Run a task: a container of a service with another command. Its page then shows the log and the outcome.
import type { Application } from '@berth/contract/applications.ts';
import { Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useRunTask } from '#api/job-changes.ts';
import { ErrorMessage, notifyDone } from '#components/error-message.tsx';
import { useGo } from '#components/link.tsx';
import { wordsOf } from '#util/command-text.ts';
import { readEnvText } from '#util/env-text.ts';
import { pb, type ApplicationPlace } from '#util/path-builder.ts';
import { CommandField } from './command-field.tsx';
import { EnvironmentField } from './environment-field.tsx';

type Props = {
  readonly place: ApplicationPlace;
  readonly application: Application;
  readonly onClose: () => void;
};

const minuteMs = 60_000;
const timeoutMinutes = { least: 1, usual: 60, most: 7 * 24 * 60 };

export const RunTask = ({ place, application, onClose }: Props) => {
  const { t } = useTranslation();
  const go = useGo();
  const names = application.services.map((service) => service.name);
  const [service, setService] = useState(names[0] ?? '');
  const [line, setLine] = useState('');
  const [variables, setVariables] = useState('');
  const [minutes, setMinutes] = useState<number | string>(timeoutMinutes.usual);
  const { entries, badLine } = readEnvText(variables);
  const words = wordsOf(line);
  const run = useRunTask(place, {
    onDone: (made) => {
      notifyDone(t('task.started'), service);
      onClose();
      go(pb.run(place, made.id));
    },
  });
  const isReady = service !== '' && words !== undefined && badLine === undefined && typeof minutes === 'number';
  const start = (): void => {
    if (!isReady) return;
    const command = words.length === 0 ? null : [...words];
    run.mutate({ service, command, environment: Object.fromEntries(entries), timeoutMs: minutes * minuteMs });
  };
  return (
    <Dialog onClose={onClose} size="lg" title={t('task.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <Stack>
          <Text size="sm">{t('task.text')}</Text>
          <Select
            label={t('task.service')}
            data={names}
            value={service}
            onChange={(value) => setService(value ?? '')}
            allowDeselect={false}
            searchable={names.length > 8}
          />
          <CommandField label={t('task.command')} line={line} onLine={setLine} />
          <EnvironmentField text={variables} onText={setVariables} />
          <NumberInput
            label={t('task.timeout')}
            value={minutes}
            onChange={setMinutes}
            min={timeoutMinutes.least}
            max={timeoutMinutes.most}
            allowDecimal={false}
            maw={220}
          />
          {run.error === null ? null : <ErrorMessage error={run.error} />}
          <Buttons isReady={isReady} isPending={run.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
};

const Buttons = ({ isReady, isPending, onClose }: { isReady: boolean; isPending: boolean; onClose: () => void }) => {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        {t('common.cancel')}
      </Button>
      <Button type="submit" loading={isPending} disabled={!isReady}>
        {t('task.start')}
      </Button>
    </Group>
  );
};
