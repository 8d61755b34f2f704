// The name of the application, and the files it came from: the person's own, or one that Berth writes.
import { Paper, Radio, Stack, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { namePattern } from '@berth/contract/names.ts';
import type { Draft } from '#pages/publish/draft.ts';
import { FilesPanel, type ChangeDraft } from '#pages/publish/files-panel.tsx';
import { VariablesPanel } from '#pages/publish/variables-panel.tsx';

type Props = {
  readonly draft: Draft;
  readonly change: ChangeDraft;
  readonly hasFiles: boolean;
  readonly onHasFiles: (hasFiles: boolean) => void;
};

export const ImportFiles = ({ draft, change, hasFiles, onHasFiles }: Props) => {
  const { t } = useTranslation();
  const [shownFile, setShownFile] = useState(0);
  const isNameBad = draft.name !== '' && !namePattern.test(draft.name);
  return (
    <>
      <Paper p="md" bg="var(--berth-card)" component="section">
        <Stack>
          <Title order={2}>{t('imports.name')}</Title>
          <TextInput
            label={t('imports.applicationName')}
            value={draft.name}
            onChange={(event) => {
              const name = event.currentTarget.value;
              change((before) => ({ ...before, name }));
            }}
            error={isNameBad ? t('publish.nameHint') : null}
            placeholder={t('publish.nameHint')}
            maxLength={40}
            maw={360}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
          />
          <Title order={2}>{t('imports.files')}</Title>
          <Radio.Group
            aria-label={t('imports.files')}
            value={hasFiles ? 'given' : 'written'}
            onChange={(value) => onHasFiles(value === 'given')}
          >
            <Stack gap="xs">
              <Radio value="written" label={t('imports.written')} />
              <Radio value="given" label={t('imports.given')} />
            </Stack>
          </Radio.Group>
        </Stack>
      </Paper>
      {hasFiles ? (
        <>
          <FilesPanel
            draft={draft}
            change={change}
            problems={[]}
            shownFile={shownFile}
            onShow={setShownFile}
            target={undefined}
          />
          <VariablesPanel draft={draft} change={change} />
        </>
      ) : null}
    </>
  );
};
