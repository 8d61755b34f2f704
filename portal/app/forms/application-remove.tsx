// Remove an application. The name is typed, so that nobody removes the wrong one; data goes only when asked for.
import { Alert, Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useRemove } from '#api/changes.ts';
import { notifyDone, notifyError } from '#components/error-message.tsx';
import type { ApplicationPlace } from '#util/path-builder.ts';

type Props = { readonly place: ApplicationPlace; readonly name: string; readonly onClose: () => void };

export const RemoveApplication = ({ place, name, onClose }: Props) => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [removeVolumes, setRemoveVolumes] = useState(false);
  const remove = useRemove(place, {
    onAccepted: () => {
      notifyDone(t('application.asked', { operation: t('operation.remove') }), name);
      onClose();
    },
    onRefused: (error) => {
      notifyError(error, t('application.refused'));
      onClose();
    },
  });
  return (
    <Dialog onClose={onClose} title={t('application.removeTitle', { name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === name) remove.mutate({ removeVolumes });
        }}
      >
        <Stack>
          <Text size="sm">{t('application.removeText')}</Text>
          <Checkbox
            label={t('application.removeVolumes')}
            description={t('application.removeVolumesHint')}
            checked={removeVolumes}
            onChange={(event) => setRemoveVolumes(event.currentTarget.checked)}
          />
          {removeVolumes ? (
            <Alert color="red" variant="light" icon={<IconAlertTriangle />} role="alert">
              {t('application.removeVolumesWarning')}
            </Alert>
          ) : null}
          <TextInput
            label={t('application.removeName', { name })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" color="red" loading={remove.isPending} disabled={typed !== name}>
              {t('application.removeConfirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
};
