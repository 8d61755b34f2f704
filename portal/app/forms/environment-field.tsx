// Variables beside those of the service, as lines of `NAME=value`.
import { Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { readEnvText } from '#util/env-text.ts';

export const EnvironmentField = ({ text, onText }: { text: string; onText: (text: string) => void }) => {
  const { t } = useTranslation();
  const { badLine } = readEnvText(text);
  return (
    <Textarea
      label={`${t('task.environment')} (${t('common.optional')})`}
      description={t('task.environmentHint')}
      value={text}
      onChange={(event) => onText(event.currentTarget.value)}
      error={badLine === undefined ? null : t('task.environmentBad', { line: badLine })}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      autosize
      minRows={2}
      maxRows={6}
      spellCheck={false}
    />
  );
};
