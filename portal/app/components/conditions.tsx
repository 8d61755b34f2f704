// What holds an application back: the reason, the sentence, what helps, the last words of the container that failed.
import type { Condition } from '@berth/contract/applications.ts';
import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '#ui/code-block.tsx';
import { StatusIcon, type Tone } from '#ui/status-badge.tsx';
import { useAgeText } from './age.tsx';
import { worthSaying, type Shown } from './condition-choice.ts';
import styles from './conditions.module.css';
import { reasonText, remedyText } from './reason.ts';

const tones: { readonly [T in Condition['type']]: Tone } = {
  Progressing: 'busy',
  Available: 'good',
  Degraded: 'warn',
  Blocked: 'bad',
};

const ConditionCard = ({ condition }: { condition: Condition }) => {
  const { t } = useTranslation();
  const age = useAgeText();
  const tone = tones[condition.type];
  return (
    <section className={`${styles.card} ${styles[tone]}`} aria-label={t(`condition.${condition.type}`)}>
      <StatusIcon tone={tone} size={20} />
      <div className={styles.body}>
        <Group gap="xs" justify="space-between">
          <Text fw={600}>
            {t(`condition.${condition.type}`)}: {reasonText(condition.reason)}
            {condition.service === undefined ? '' : ` · ${condition.service}`}
          </Text>
          <Text size="xs" c="dimmed">
            {t('condition.since', { age: age(condition.since) })}
          </Text>
        </Group>
        <Text size="sm">{condition.message}</Text>
        {condition.remedy === undefined ? null : (
          <Text size="sm">
            <b>{t('condition.remedy')}</b> {remedyText(condition.reason, condition.remedy)}
          </Text>
        )}
        {condition.logLines === undefined || condition.logLines.length === 0 ? null : (
          <div>
            <Text size="xs" c="dimmed" mb={4}>
              {t('condition.lastLines')}
            </Text>
            <CodeBlock label={t('condition.lastLines')} text={condition.logLines.join('\n')} />
          </div>
        )}
      </div>
    </section>
  );
};

export const Conditions = ({ conditions, shown: besides }: { conditions: readonly Condition[]; shown: Shown }) => {
  const shown = worthSaying(conditions, besides);
  if (shown.length === 0) return null;
  return (
    <Stack gap="xs" mb="md" aria-live="polite">
      {shown.map((condition) => (
        <ConditionCard key={`${condition.type} ${condition.reason} ${condition.service ?? ''}`} condition={condition} />
      ))}
    </Stack>
  );
};
