// The files of a draft as tabs over one editor.
import type { Problem } from '@berth/contract/problems.ts';
import { Paper, Tabs, Text } from '@mantine/core';
import { IconFile, IconFileCode } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { LazyYamlEditor } from '#components/lazy-yaml-editor.tsx';
import type { EditorTarget } from '#components/yaml-editor.tsx';
import { changeFile, type Draft, type DraftFile } from './draft.ts';
import { AddFiles } from './add-files.tsx';
import { FileActions } from './file-actions.tsx';
import styles from './files-panel.module.css';

export type ChangeDraft = (next: (before: Draft) => Draft) => void;

type Props = {
  readonly draft: Draft;
  readonly change: ChangeDraft;
  readonly problems: readonly Problem[];
  readonly shownFile: number;
  readonly onShow: (id: number) => void;
  readonly target: EditorTarget | undefined;
};

export const FilesPanel = ({ draft, change, problems, shownFile, onShow, target }: Props) => {
  const { t } = useTranslation();
  const shown = draft.files.find((file) => file.id === shownFile) ?? draft.files[0];
  const shownName = shown?.name;
  const shownProblems = useMemo(() => problems.filter((problem) => problem.file === shownName), [problems, shownName]);
  return (
    <Paper className={styles.panel ?? ''} component="section" aria-label={t('publish.files')}>
      <Tabs value={String(shown?.id)} onChange={(id) => onShow(Number(id))} keepMounted={false}>
        <div className={styles.bar}>
          <Tabs.List className={styles.tabs ?? ''} aria-label={t('publish.filesOf')}>
            {draft.files.map((file) => (
              <FileTab key={file.id} file={file} hasErrors={hasErrors(problems, file.name)} />
            ))}
          </Tabs.List>
          <AddFiles draft={draft} change={change} onShow={onShow} />
        </div>
        {shown === undefined ? null : (
          <>
            <FileActions draft={draft} file={shown} change={change} onShow={onShow} />
            <Tabs.Panel value={String(shown.id)}>
              <LazyYamlEditor
                key={shown.id}
                label={t('publish.editor', { file: shown.name })}
                placeholder={shown.isCompose ? t('publish.editorEmpty') : undefined}
                text={shown.text}
                isYaml={shown.isCompose || /\.ya?ml$/i.test(shown.name)}
                onChange={(text) => change((before) => changeFile(before, shown.id, { text }))}
                problems={shownProblems}
                target={target}
              />
            </Tabs.Panel>
            <Text size="xs" c="dimmed" className={styles.hint ?? ''}>
              {t('publish.editorHint')}
            </Text>
          </>
        )}
      </Tabs>
    </Paper>
  );
};

const hasErrors = (problems: readonly Problem[], file: string): boolean =>
  problems.some((problem) => problem.file === file && problem.severity === 'error');

const FileTab = ({ file, hasErrors: isWrong }: { file: DraftFile; hasErrors: boolean }) => {
  const { t } = useTranslation();
  const Icon = file.isCompose ? IconFileCode : IconFile;
  return (
    <Tabs.Tab
      value={String(file.id)}
      leftSection={<Icon size={15} stroke={1.7} aria-hidden="true" />}
      rightSection={isWrong ? <span className={styles.wrong} role="img" aria-label={t('publish.error')} /> : null}
      style={{ flex: 'none' }}
    >
      {file.name}
    </Tabs.Tab>
  );
};
