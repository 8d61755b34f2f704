// Values for `${NAME}` in the files, and the profiles to switch on.
import {
  ActionIcon,
  Button,
  Group,
  Paper,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconClipboardText, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  addVariables,
  changeVariable,
  isVariableNameBad,
  removeVariable,
  type Draft,
  type DraftVariable,
} from './draft.ts';

import { Dialog } from '#components/dialog.tsx';
import type { ChangeDraft } from './files-panel.tsx';
import { readEnvText } from '#util/env-text.ts';
import styles from './variables-panel.module.css';

type Props = { readonly draft: Draft; readonly change: ChangeDraft };

export const VariablesPanel = ({ draft, change }: Props) => {
  const { t } = useTranslation();
  const [isPasting, pasting] = useDisclosure(false);
  return (
    <Paper p="md" bg="var(--berth-card)" component="section" aria-label={t('publish.variables')}>
      <Group justify="space-between" mb="xs" gap="xs">
        <div>
          <Title order={2}>{t('publish.variables')}</Title>
          <Text size="sm" c="dimmed">
            {t('publish.variablesHint')}
          </Text>
        </div>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconClipboardText size={15} aria-hidden="true" />}
            onClick={pasting.open}
          >
            {t('publish.pasteEnv')}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={15} aria-hidden="true" />}
            onClick={() => change((before) => addVariables(before, [['', '']]))}
          >
            {t('publish.addVariable')}
          </Button>
        </Group>
      </Group>
      <Stack gap={8}>
        {draft.variables.map((variable, index) => (
          <Row key={variable.id} variable={variable} number={index + 1} change={change} />
        ))}
      </Stack>
      <TagsInput
        mt="md"
        label={`${t('publish.profiles')} (${t('common.optional')})`}
        description={t('publish.profilesHint')}
        value={[...draft.profiles]}
        onChange={(profiles) => change((before) => ({ ...before, profiles }))}
        maxTags={50}
      />
      {isPasting ? <PasteEnv change={change} onClose={pasting.close} /> : null}
    </Paper>
  );
};

const Row = ({ variable, number, change }: { variable: DraftVariable; number: number; change: ChangeDraft }) => {
  const { t } = useTranslation();
  return (
    <div className={styles.row}>
      <TextInput
        aria-label={t('publish.variableName', { number })}
        placeholder="NAME"
        value={variable.name}
        onChange={(event) => {
          const name = event.currentTarget.value;
          change((before) => changeVariable(before, variable.id, { name }));
        }}
        error={isVariableNameBad(variable) ? t('publish.variableNameBad') : null}
        classNames={{ input: styles.mono ?? '' }}
        maxLength={200}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextInput
        aria-label={t('publish.variableValue', { number })}
        value={variable.value}
        onChange={(event) => {
          const value = event.currentTarget.value;
          change((before) => changeVariable(before, variable.id, { value }));
        }}
        classNames={{ input: styles.mono ?? '' }}
        maxLength={32_768}
        autoComplete="off"
        spellCheck={false}
      />
      <Tooltip label={t('publish.removeVariable', { number })}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={t('publish.removeVariable', { number })}
          onClick={() => change((before) => removeVariable(before, variable.id))}
        >
          <IconTrash size={17} stroke={1.7} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
    </div>
  );
};

const PasteEnv = ({ change, onClose }: { change: ChangeDraft; onClose: () => void }) => {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const { entries, badLine } = readEnvText(text);
  return (
    <Dialog onClose={onClose} title={t('publish.pasteEnv')} size="lg">
      <Stack>
        <Textarea
          label={t('publish.pasteEnv')}
          description={t('publish.pasteEnvText')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={badLine === undefined ? null : t('publish.pasteEnvBad', { line: badLine })}
          classNames={{ input: styles.mono ?? '' }}
          rows={10}
          spellCheck={false}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            disabled={entries.length === 0 || badLine !== undefined}
            onClick={() => {
              change((before) => addVariables(before, entries));
              onClose();
            }}
          >
            {t('publish.pasteEnvAdd', { count: entries.length })}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
};
