// More files: a new one by name, or some from the person's machine; or a sample to start from.
import { ActionIcon, Button, FileButton, Group, Menu, Modal, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBook2, IconFilePlus, IconFolderUp, IconUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addFile, draftOf, type Draft } from './draft.ts';
import { FileNameForm } from './file-name-form.tsx';
import type { ChangeDraft } from './files-panel.tsx';
import { foundInField } from './read-files.ts';
import { sampleNames, samples, type SampleName } from './samples.ts';
import { useUpload } from './use-upload.ts';

type Props = { readonly draft: Draft; readonly change: ChangeDraft; readonly onShow: (id: number) => void };

export const AddFiles = ({ draft, change, onShow }: Props) => {
  const { t } = useTranslation();
  const [isNaming, naming] = useDisclosure(false);
  return (
    <Group gap={2} px={8} wrap="nowrap" style={{ flex: 'none' }}>
      <Tooltip label={t('publish.addFile')}>
        <ActionIcon variant="subtle" color="gray" aria-label={t('publish.addFile')} onClick={naming.open}>
          <IconFilePlus size={18} stroke={1.7} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <Upload draft={draft} change={change} onShow={onShow} />
      <Samples draft={draft} change={change} onShow={onShow} />
      {isNaming ? (
        <FileNameForm
          draft={draft}
          title={t('publish.addTitle')}
          confirm={t('publish.addFile')}
          onClose={naming.close}
          onName={(name) => {
            onShow(draft.nextId);
            change((before) => addFile(before, name, ''));
          }}
        />
      ) : null}
    </Group>
  );
};

const Upload = ({ draft, change, onShow }: Props) => {
  const { t } = useTranslation();
  const upload = useUpload({ draft, change, onShow });
  const folder = useRef<HTMLInputElement>(null);
  return (
    <>
      <FileButton multiple onChange={(files) => upload(foundInField(files))}>
        {(props) => (
          <Tooltip label={t('publish.uploadFiles')}>
            <ActionIcon {...props} variant="subtle" color="gray" aria-label={t('publish.uploadFiles')}>
              <IconUpload size={18} stroke={1.7} aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        )}
      </FileButton>
      <Tooltip label={t('publish.uploadFolder')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('publish.uploadFolder')}
          onClick={() => folder.current?.click()}
        >
          <IconFolderUp size={18} stroke={1.7} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <input
        ref={folder}
        type="file"
        hidden
        multiple
        // React's types do not know this attribute; every browser does.
        {...{ webkitdirectory: '' }}
        onChange={(event) => {
          upload(foundInField([...(event.currentTarget.files ?? [])]));
          // The same folder can be chosen again.
          event.currentTarget.value = '';
        }}
      />
    </>
  );
};

const Samples = ({ draft, change, onShow }: Props) => {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<SampleName>();
  const isEmpty = draft.files.every((file) => file.text.trim() === '') && draft.variables.length === 0;
  const use = (name: SampleName): void => {
    const sample = samples[name];
    setAsked(undefined);
    change((before) => {
      const made = draftOf(before.name === '' ? sample.name : before.name, sample.content);
      return { ...made, note: before.note };
    });
    onShow(0);
  };
  return (
    <>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          {isEmpty ? (
            <Button variant="subtle" size="compact-sm" leftSection={<IconBook2 size={16} aria-hidden="true" />}>
              {t('publish.samples')}
            </Button>
          ) : (
            <ActionIcon variant="subtle" color="gray" aria-label={t('publish.samples')} title={t('publish.samples')}>
              <IconBook2 size={18} stroke={1.7} aria-hidden="true" />
            </ActionIcon>
          )}
        </Menu.Target>
        <Menu.Dropdown>
          {sampleNames.map((name) => (
            <Menu.Item key={name} onClick={() => (isEmpty ? use(name) : setAsked(name))}>
              <Text size="sm" fw={550}>
                {t(`publish.sample_${name}`)}
              </Text>
              <Text size="xs" c="dimmed">
                {t(`publish.sample_${name}_text`)}
              </Text>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={t('publish.samples')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Stack>
          <Text size="sm">{t('publish.samplesReplace')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsked(undefined)}>
              {t('common.cancel')}
            </Button>
            <Button onClick={() => (asked === undefined ? undefined : use(asked))}>{t('publish.replace')}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
};
