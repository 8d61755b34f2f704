// The secret of a hook, shown this once, with a call that can be pasted into a shell.
import type { Hook } from '@berth/contract/hooks.ts';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { CopyField } from '#ui/copy-field.tsx';
import { hookAddress, hookExample } from './hook-example.ts';

type Props = { readonly hook: Hook; readonly secret: string; readonly onClose: () => void };

export const HookSecret = ({ hook, secret, onClose }: Props) => {
  const { t } = useTranslation();
  const words = { copy: t('common.copy'), copied: t('common.copied') };
  const portal = window.location.origin;
  return (
    <Dialog
      onClose={onClose}
      size="lg"
      title={t('hooks.secretTitle', { name: hook.name })}
      // A click beside the form must not throw away what cannot be had again.
      closeOnClickOutside={false}
    >
      <Stack>
        <Alert color="yellow" variant="light" icon={<IconKey />}>
          {t('hooks.secretText')}
        </Alert>
        <CopyField label={t('hooks.secret')} text={secret} {...words} />
        <CopyField label={t('hooks.address')} text={hookAddress(portal, hook)} {...words} />
        <CopyField label={t('hooks.example')} text={hookExample(portal, hook)} {...words} />
        <Text size="sm" c="dimmed">
          {t('hooks.exampleHint')}
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('common.close')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
};
