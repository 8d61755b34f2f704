// Asks before what somebody wrote is thrown away.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';

export const LeaveGuard = ({ isDirty }: { isDirty: () => boolean }) => {
  const { t } = useTranslation();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isDirty(),
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Dialog onClose={blocker.reset} title={t('publish.leaveTitle')}>
      <Stack>
        <Text size="sm">{t('publish.leaveText')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={blocker.reset} data-autofocus>
            {t('publish.stay')}
          </Button>
          <Button color="red" onClick={blocker.proceed}>
            {t('publish.leave')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
};
