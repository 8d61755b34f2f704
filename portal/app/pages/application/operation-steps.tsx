// The steps of an operation: what, to which, why, how far.
import type { Operation } from '@berth/contract/applications.ts';
import { Progress, Text, VisuallyHidden } from '@mantine/core';
import { IconCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { StatusIcon } from '#ui/status-badge.tsx';
import { bytesText } from '#util/bytes.ts';
import { shareOfStep } from './operation-progress.ts';
import styles from './steps.module.css';

type Step = Operation['progress'][number];

export const OperationSteps = ({ operation }: { operation: Operation }) => {
  const { t } = useTranslation();
  if (operation.progress.length === 0)
    return <Text c="dimmed">{operation.state === 'running' ? t('operation.planning') : t('operation.noSteps')}</Text>;
  return (
    <ol className={styles.list} aria-label={t('operation.steps')}>
      {operation.progress.map((step) => (
        <StepRow key={step.id} step={step} />
      ))}
    </ol>
  );
};

const tones = { running: 'busy', done: 'good', failed: 'bad' } as const;

const StepRow = ({ step }: { step: Step }) => {
  const { t } = useTranslation();
  return (
    <li className={styles.step} data-state={step.state}>
      <span className={step.state === 'running' ? styles.turning : styles.icon}>
        {step.state === 'waiting' ? (
          <IconCircle size={18} stroke={1.6} color="var(--mantine-color-dimmed)" aria-hidden="true" />
        ) : (
          <StatusIcon tone={tones[step.state]} />
        )}
        <VisuallyHidden>{t(`operation.${step.state}`)}</VisuallyHidden>
      </span>
      <div className={styles.body}>
        <Text size="sm">
          <b>{t(`step.${step.action}`)}</b> <span className={styles.target}>{step.target}</span>
        </Text>
        <Text size="xs" c="dimmed">
          {step.because} · {step.host}
        </Text>
        {step.pull === undefined || step.state === 'waiting' ? null : <Pull step={step} pull={step.pull} />}
        {step.error === undefined ? null : (
          <Text size="sm" c="var(--berth-bad)" mt={4}>
            {step.error}
          </Text>
        )}
      </div>
    </li>
  );
};

const Pull = ({ step, pull }: { step: Step; pull: NonNullable<Step['pull']> }) => {
  const { t, i18n } = useTranslation();
  const parts = [
    t('operation.layers', { done: pull.layersDone, total: pull.layersTotal }),
    ...(pull.bytesTotal > 0
      ? [
          t('operation.bytes', {
            bytes: bytesText(pull.bytes, i18n.language),
            total: bytesText(pull.bytesTotal, i18n.language),
          }),
        ]
      : []),
  ];
  return (
    <div className={styles.pull}>
      <Progress
        value={shareOfStep(step) * 100}
        size="sm"
        aria-label={t('operation.pullOf', { target: step.target })}
        transitionDuration={300}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {parts.join(' · ')}
      </Text>
    </div>
  );
};
