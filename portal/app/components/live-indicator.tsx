// Whether the page follows changes: said in a word, and to screen readers when it changes.
import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLiveState } from '#api/live.ts';
import styles from './live-indicator.module.css';

export const LiveIndicator = () => {
  const { t } = useTranslation();
  const state = useLiveState();
  const look = state === 'live' ? styles.on : state === 'reconnecting' ? styles.off : '';
  return (
    <Tooltip label={state === 'reconnecting' ? t('live.hintReconnecting') : t('live.hintLive')}>
      <span className={`${styles.live} ${look}`} role="status">
        <span className={styles.dot} aria-hidden="true" />
        <span className={styles.word}>{t(`live.${state}`)}</span>
      </span>
    </Tooltip>
  );
};
