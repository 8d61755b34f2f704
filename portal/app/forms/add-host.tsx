// Adding a host: a single-use token and the command that spends it.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { api } from '#api/client.ts';
import { ErrorMessage } from '#components/error-message.tsx';
import { CopyField } from '#ui/copy-field.tsx';
import { instantText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';
import type { EnvironmentPlace } from '#util/path-builder.ts';
import { joinCommand } from './join-command.ts';

export const AddHost = ({ place, onClose }: { place: EnvironmentPlace; onClose: () => void }) => {
  const { t, i18n } = useTranslation();
  const token = useMutation({ mutationFn: () => api.createJoinToken({ params: { ...place } }) });
  const { mutate, data, error, isPending } = token;
  // Opening the form is the request: a form whose only field is a button would be one step more.
  useEffect(() => mutate(), [mutate]);
  const words = { copy: t('common.copy'), copied: t('common.copied') };
  return (
    <Dialog onClose={onClose} size="lg" title={t('hosts.addTitle')}>
      <Stack mih={300}>
        <Text size="sm">{t('hosts.addText')}</Text>
        {error === null ? null : <ErrorMessage error={error} onRetry={() => mutate()} />}
        {data === undefined ? null : (
          <>
            <CopyField label={t('hosts.command')} text={joinCommand(window.location.origin, data.token)} {...words} />
            <CopyField label={t('hosts.token')} text={data.token} {...words} />
            <Text size="sm" c="dimmed">
              {t('hosts.tokenHint', { until: instantText(instantMs(data.expiresAt), i18n.language) })}
            </Text>
          </>
        )}
        <Text size="sm" c="dimmed">
          {t('hosts.waiting')}
        </Text>
        <Group justify="flex-end" mt="auto">
          <Button variant="default" onClick={() => mutate()} loading={isPending}>
            {t('hosts.another')}
          </Button>
          <Button onClick={onClose}>{t('common.close')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
};
