// A command as one line of words; nothing typed means the service's own command.
import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { wordsOf } from '#util/command-text.ts';

type Props = {
  readonly label: string;
  readonly line: string;
  readonly onLine: (line: string) => void;
};

export const CommandField = ({ label, line, onLine }: Props) => {
  const { t } = useTranslation();
  return (
    <TextInput
      label={`${label} (${t('common.optional')})`}
      description={t('task.commandHint')}
      placeholder="sh -c 'echo hello'"
      value={line}
      onChange={(event) => onLine(event.currentTarget.value)}
      error={wordsOf(line) === undefined ? t('task.commandBad') : null}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={32_768}
    />
  );
};
