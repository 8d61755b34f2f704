// Says once more what something means before it is done.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog.tsx';

type Props = {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  /** What is taken away cannot be had again. */
  readonly isRed?: boolean;
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
};

export const Confirm = ({ title, text, confirm, isRed = false, isPending, onConfirm, onClose }: Props) => {
  const { t } = useTranslation();
  return (
    <Dialog onClose={onClose} title={title}>
      <Stack>
        <Text size="sm">{text}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} {...(isRed ? { 'data-autofocus': true } : {})}>
            {t('common.cancel')}
          </Button>
          <Button {...(isRed ? { color: 'red' } : { 'data-autofocus': true })} loading={isPending} onClick={onConfirm}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
};
