// Steps through the pages of a list; cursors are opaque, so there is only back and forth.
import { Button, Group, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

type Props = {
  readonly pageNumber: number;
  readonly perPage: number;
  readonly shown: number;
  readonly total: number;
  readonly onPrevious: (() => void) | undefined;
  readonly onNext: (() => void) | undefined;
};

export const CursorPager = ({ pageNumber, perPage, shown, total, onPrevious, onNext }: Props) => {
  const { t } = useTranslation();
  const from = shown === 0 ? 0 : (pageNumber - 1) * perPage + 1;
  return (
    <Group justify="space-between" px="md" py="xs" style={{ borderTop: '1px solid var(--berth-line)' }}>
      <Text size="sm" c="dimmed" aria-live="polite">
        {t('common.range', { from, to: from === 0 ? 0 : from + shown - 1, total })}
      </Text>
      {onPrevious === undefined && onNext === undefined ? null : (
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            leftSection={<IconChevronLeft size={14} aria-hidden="true" />}
            disabled={onPrevious === undefined}
            onClick={onPrevious}
          >
            {t('common.previous')}
          </Button>
          <Button
            variant="default"
            size="xs"
            rightSection={<IconChevronRight size={14} aria-hidden="true" />}
            disabled={onNext === undefined}
            onClick={onNext}
          >
            {t('common.next')}
          </Button>
        </Group>
      )}
    </Group>
  );
};
