// One line about the stream: whether it is followed, how many lines the page keeps, and what to do when it ended.
import { Anchor, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ErrorMessage } from '#components/error-message.tsx';
import type { LogView } from './log-stream.ts';

export const LogStatus = ({ view, onOpenAgain }: { view: LogView; onOpenAgain: () => void }) => {
  const { t } = useTranslation();
  const { state, buffer } = view;
  if (state.is === 'failed')
    return (
      <div style={{ marginBottom: 8 }}>
        <ErrorMessage error={state.error} title={t('logs.failed')} onRetry={onOpenAgain} />
      </div>
    );
  const kept =
    buffer.dropped === 0
      ? t('logs.kept', { count: buffer.count })
      : t('logs.keptLimited', { count: buffer.count, dropped: buffer.dropped });
  const follows = view.isPaused ? t('logs.paused', { count: view.waiting }) : t(`logs.${state.is}`);
  return (
    <Group gap="sm" mb="xs" mih={22}>
      <Text size="sm" c="dimmed" role="status">
        {follows}
      </Text>
      {state.is === 'ended' ? (
        <Anchor component="button" type="button" size="sm" onClick={onOpenAgain}>
          {t('logs.openAgain')}
        </Anchor>
      ) : null}
      <Text size="sm" c="dimmed" ml="auto">
        {kept}
      </Text>
    </Group>
  );
};
