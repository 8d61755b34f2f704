// A name for a file, new or old.
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { fileNameProblem, type Draft } from './draft.ts';

type Props = {
  readonly draft: Draft;
  readonly title: string;
  readonly confirm: string;
  readonly file?: { readonly id: number; readonly name: string };
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
};

export const FileNameForm = ({ draft, title, confirm, file, onName, onClose }: Props) => {
  const { t } = useTranslation();
  const [name, setName] = useState(file?.name ?? '');
  const problem = fileNameProblem(draft, name.trim(), file?.id);
  const words = { bad: t('publish.fileNameBad'), taken: t('publish.fileNameTaken') };
  return (
    <Dialog onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (problem !== undefined) return;
          onName(name.trim());
          onClose();
        }}
      >
        <Stack>
          <TextInput
            label={t('publish.fileName')}
            description={t('publish.fileNameBad')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={name !== '' && problem !== undefined ? words[problem] : null}
            maxLength={255}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            required
            withAsterisk={false}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" disabled={problem !== undefined}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
};
