// More files: a new one by name, or some from the person's machine; or a sample to start from.
import { ActionIcon, Button, FileButton, Group, Menu, Modal, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBook2, IconFilePlus, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyError } from '#components/error-message.tsx';
import { addFile, draftOf, fileBytesMaximum, type Draft } from './draft.ts';
import { FileNameForm } from './file-name-form.tsx';
import type { ChangeDraft } from './files-panel.tsx';
import { sampleNames, samples, type SampleName } from './samples.ts';

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
  const read = async (files: readonly File[]): Promise<void> => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (const file of files) {
      if (file.size > fileBytesMaximum) throw new Error(t('publish.fileTooLarge', { file: file.name }));
      const bytes = await file.arrayBuffer();
      let text: string;
      try {
        text = decoder.decode(bytes);
      } catch (cause) {
        throw new Error(t('publish.fileNotText', { file: file.name }), { cause });
      }
      change((before) => addFile(before, file.name, text));
    }
    const known = draft.files.find(({ name }) => name === files[0]?.name);
    onShow(known?.id ?? draft.nextId);
  };
  return (
    <FileButton
      multiple
      onChange={(files) => {
        void read(files).catch((error: unknown) => notifyError(error, t('publish.uploadFiles')));
      }}
    >
      {(props) => (
        <Tooltip label={t('publish.uploadFiles')}>
          <ActionIcon {...props} variant="subtle" color="gray" aria-label={t('publish.uploadFiles')}>
            <IconUpload size={18} stroke={1.7} aria-hidden="true" />
          </ActionIcon>
        </Tooltip>
      )}
    </FileButton>
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
          <Button variant="subtle" size="compact-sm" leftSection={<IconBook2 size={16} aria-hidden="true" />}>
            {t('publish.samples')}
          </Button>
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
