// Start or stop an application, after a word on what that means.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useStart, useStop } from '#api/changes.ts';
import { notifyDone, notifyError } from '#components/error-message.tsx';
import type { ApplicationPlace } from '#util/path-builder.ts';

type Props = {
  readonly place: ApplicationPlace;
  readonly name: string;
  readonly to: 'start' | 'stop';
  readonly onClose: () => void;
};

export const SwitchApplication = ({ place, name, to, onClose }: Props) => {
  const { t } = useTranslation();
  const after = {
    onAccepted: () => {
      notifyDone(t('application.asked', { operation: t(`operation.${to}`) }), name);
      onClose();
    },
    onRefused: (error: Error) => {
      notifyError(error, t('application.refused'));
      onClose();
    },
  };
  const start = useStart(place, after);
  const stop = useStop(place, after);
  const change = to === 'start' ? start : stop;
  return (
    <Dialog onClose={onClose} title={t(`application.${to}Title`, { name })}>
      <Stack>
        <Text size="sm">{t(`application.${to}Text`)}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button loading={change.isPending} onClick={() => change.mutate()} data-autofocus>
            {t(`application.${to}Confirm`)}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
};
