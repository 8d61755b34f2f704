// What can be done with the file that is shown.
import { ActionIcon, Checkbox, Group, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowLeft, IconArrowRight, IconPencil, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { changeFile, moveFile, removeFile, type Draft, type DraftFile } from './draft.ts';
import { FileNameForm } from './file-name-form.tsx';
import type { ChangeDraft } from './files-panel.tsx';
import styles from './files-panel.module.css';

type Props = {
  readonly draft: Draft;
  readonly file: DraftFile;
  readonly change: ChangeDraft;
  readonly onShow: (id: number) => void;
};

export const FileActions = ({ draft, file, change, onShow }: Props) => {
  const { t } = useTranslation();
  const [isRenaming, renaming] = useDisclosure(false);
  const index = draft.files.indexOf(file);
  const remove = (): void => {
    const neighbour = draft.files[index + 1] ?? draft.files[index - 1];
    if (neighbour !== undefined) onShow(neighbour.id);
    change((before) => removeFile(before, file.id));
  };
  const icon = { size: 17, stroke: 1.7, 'aria-hidden': true } as const;
  return (
    <div className={styles.toolbar} role="group" aria-label={t('publish.fileActions', { file: file.name })}>
      <Tooltip label={t('publish.isComposeHint')}>
        <Checkbox
          size="xs"
          label={t('publish.isCompose')}
          checked={file.isCompose}
          disabled={file.bytes !== undefined}
          onChange={(event) => {
            const isCompose = event.currentTarget.checked;
            change((before) => changeFile(before, file.id, { isCompose }));
          }}
        />
      </Tooltip>
      <Group gap={2} ml="auto">
        <Act label={t('publish.rename')} onClick={renaming.open}>
          <IconPencil {...icon} />
        </Act>
        <Act
          label={t('publish.moveLeft')}
          isOff={index === 0}
          onClick={() => change((before) => moveFile(before, file.id, -1))}
        >
          <IconArrowLeft {...icon} />
        </Act>
        <Act
          label={t('publish.moveRight')}
          isOff={index === draft.files.length - 1}
          onClick={() => change((before) => moveFile(before, file.id, 1))}
        >
          <IconArrowRight {...icon} />
        </Act>
        <Act label={t('publish.removeFile')} isOff={draft.files.length === 1} onClick={remove}>
          <IconTrash {...icon} />
        </Act>
      </Group>
      {isRenaming ? (
        <FileNameForm
          draft={draft}
          file={file}
          title={t('publish.renameTitle', { file: file.name })}
          confirm={t('publish.rename')}
          onClose={renaming.close}
          onName={(name) => change((before) => changeFile(before, file.id, { name }))}
        />
      ) : null}
    </div>
  );
};

const Act = ({
  label,
  isOff = false,
  onClick,
  children,
}: {
  label: string;
  isOff?: boolean;
  onClick: () => void;
  children: ReactNode;
}) => (
  <Tooltip label={label}>
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={isOff} onClick={onClick}>
      {children}
    </ActionIcon>
  </Tooltip>
);
