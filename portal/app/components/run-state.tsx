// How a run stands, and how long it took.
import type { Run, RunState } from '@berth/contract/jobs.ts';
import { useTranslation } from 'react-i18next';
import { StatusBadge, type Tone } from '#ui/status-badge.tsx';
import { ageText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';
import { useNow } from '#util/ticker.ts';

const tones: { readonly [S in RunState]: Tone } = {
  waiting: 'idle',
  running: 'busy',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'idle',
  timed_out: 'bad',
  skipped: 'warn',
};

export const RunBadge = ({ state }: { state: RunState }) => {
  const { t } = useTranslation();
  return <StatusBadge tone={tones[state]}>{t(`runs.state_${state}`)}</StatusBadge>;
};

/** Still counting while it runs. */
export const RunDuration = ({ run }: { run: Run }) => {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (run.startedAt === null) return '–';
  const end = run.finishedAt === null ? now : instantMs(run.finishedAt);
  const tookMs = end - instantMs(run.startedAt);
  return tookMs < 1000 && run.finishedAt !== null ? t('common.underSecond') : ageText(tookMs, i18n.language);
};
