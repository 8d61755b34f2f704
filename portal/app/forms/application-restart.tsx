// Restart all services of an application, or some of them.
import type { Application } from '@berth/contract/applications.ts';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useRestart } from '#api/changes.ts';
import { ErrorMessage, notifyDone } from '#components/error-message.tsx';
import type { ApplicationPlace } from '#util/path-builder.ts';

type Props = {
  readonly place: ApplicationPlace;
  readonly application: Application;
  readonly onClose: () => void;
};

export const RestartApplication = ({ place, application, onClose }: Props) => {
  const { t } = useTranslation();
  const names = application.services.map((service) => service.name);
  const [chosen, setChosen] = useState<readonly string[]>(names);
  const restart = useRestart(place, {
    onAccepted: () => {
      notifyDone(t('application.asked', { operation: t('operation.restart') }), application.name);
      onClose();
    },
  });
  return (
    <Dialog onClose={onClose} title={t('application.restartTitle', { name: application.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          restart.mutate(chosen);
        }}
      >
        <Stack>
          <Text size="sm">{t('application.restartText')}</Text>
          <Checkbox.Group
            label={t('application.restartServices')}
            value={[...chosen]}
            onChange={(value) => setChosen(names.filter((name) => value.includes(name)))}
          >
            <Stack gap={8} mt={8} mah={320} style={{ overflowY: 'auto' }}>
              {names.map((name) => (
                <Checkbox key={name} value={name} label={name} />
              ))}
            </Stack>
          </Checkbox.Group>
          {restart.error === null ? null : <ErrorMessage error={restart.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={restart.isPending} disabled={chosen.length === 0}>
              {t('application.restartConfirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
};
