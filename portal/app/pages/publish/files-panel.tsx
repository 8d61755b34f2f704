// The files of a draft as tabs over one editor.
import type { Problem } from '@berth/contract/problems.ts';
import { Paper, Select, Tabs, Text } from '@mantine/core';
import { IconFile, IconFileCode } from '@tabler/icons-react';
import { useMemo, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { LazyYamlEditor } from '#components/lazy-yaml-editor.tsx';
import type { EditorTarget } from '#components/yaml-editor.tsx';
import { bytesIn } from '#util/base64.ts';
import { bytesText } from '#util/bytes.ts';
import { changeFile, type Draft, type DraftFile } from './draft.ts';
import { AddFiles } from './add-files.tsx';
import { FileActions } from './file-actions.tsx';
import { foundInDrop, type Found } from './read-files.ts';
import { useUpload } from './use-upload.ts';
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
  const drop = useDrop(useUpload({ draft, change, onShow }));
  const isMany = draft.files.length > tabsMaximum;
  return (
    <Paper
      className={`${styles.panel} ${drop.isOver ? styles.over : ''}`}
      component="section"
      aria-label={t('publish.files')}
      {...drop.handlers}
    >
      {drop.isOver ? <div className={styles.drop}>{t('publish.dropHere')}</div> : null}
      <Tabs value={String(shown?.id)} onChange={(id) => onShow(Number(id))} keepMounted={false}>
        <div className={styles.bar}>
          {isMany ? (
            <ChooseFile draft={draft} shown={shown} onShow={onShow} />
          ) : (
            <Tabs.List className={styles.tabs ?? ''} aria-label={t('publish.filesOf')}>
              {draft.files.map((file) => (
                <FileTab key={file.id} file={file} hasErrors={hasErrors(problems, file.name)} />
              ))}
            </Tabs.List>
          )}
          <AddFiles draft={draft} change={change} onShow={onShow} />
        </div>
        {shown === undefined ? null : (
          <>
            <FileActions draft={draft} file={shown} change={change} onShow={onShow} />
            <Tabs.Panel value={String(shown.id)}>
              <FileContent file={shown} change={change} problems={shownProblems} target={target} />
            </Tabs.Panel>
          </>
        )}
      </Tabs>
    </Paper>
  );
};

/** More files than this are chosen from a list. */
const tabsMaximum = 12;

type ChooseProps = Pick<Props, 'draft' | 'onShow'> & { readonly shown: DraftFile | undefined };

const ChooseFile = ({ draft, shown, onShow }: ChooseProps) => {
  const { t } = useTranslation();
  return (
    <Select
      className={styles.choose ?? ''}
      aria-label={t('publish.chooseFile')}
      data={draft.files.map((file) => ({ value: String(file.id), label: file.name }))}
      value={shown === undefined ? null : String(shown.id)}
      onChange={(value) => onShow(Number(value))}
      allowDeselect={false}
      searchable
      limit={200}
    />
  );
};

type ContentProps = Pick<Props, 'change' | 'problems' | 'target'> & { readonly file: DraftFile };

const FileContent = ({ file, change, problems, target }: ContentProps) => {
  const { t, i18n } = useTranslation();
  if (file.bytes !== undefined)
    return (
      <Text p="xl" c="dimmed" ta="center">
        {t('publish.binary', { size: bytesText(bytesIn(file.bytes), i18n.language) })}
      </Text>
    );
  return (
    <>
      <LazyYamlEditor
        key={file.id}
        label={t('publish.editor', { file: file.name })}
        placeholder={file.isCompose ? t('publish.editorEmpty') : undefined}
        text={file.text}
        isYaml={file.isCompose || /\.ya?ml$/i.test(file.name)}
        onChange={(text) => change((before) => changeFile(before, file.id, { text }))}
        problems={problems}
        target={target}
      />
      <Text size="xs" c="dimmed" className={styles.hint ?? ''}>
        {t('publish.editorHint')}
      </Text>
    </>
  );
};

/** Files dragged over the panel are taken where they are let go. */
const useDrop = (upload: (found: Promise<Found>) => void) => {
  const [isOver, setOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  return {
    isOver,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node && event.currentTarget.contains(to))) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
        upload(foundInDrop(entries.filter((entry) => entry !== null)));
      },
    },
  };
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
