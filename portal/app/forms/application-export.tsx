// Take an application home: the files it was published from, or one resolved file.
import type { Application } from '@berth/contract/applications.ts';
import { Button, Group, Radio, Stack } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { api } from '#api/client.ts';
import { ErrorMessage } from '#components/error-message.tsx';
import type { ApplicationPlace } from '#util/path-builder.ts';
import { saveFile } from '#util/save-file.ts';
import { keptFile } from './export-files.ts';

type Props = {
  readonly place: ApplicationPlace;
  readonly application: Application;
  readonly onClose: () => void;
};
type Form = 'files' | 'resolved';

const useExport = (place: ApplicationPlace, onClose: () => void) =>
  useMutation({
    mutationFn: async (form: Form) => {
      const { tenant, environment, application } = place;
      const exported = await api.exportApplication({ params: { tenant, environment, application }, query: { form } });
      return keptFile(form, exported);
    },
    onSuccess: (file) => {
      saveFile(file.name, file.content, file.type);
      onClose();
    },
  });

export const ExportApplication = ({ place, application, onClose }: Props) => {
  const { t } = useTranslation();
  const [form, setForm] = useState<Form>('files');
  const take = useExport(place, onClose);
  return (
    <Dialog onClose={onClose} title={t('application.exportTitle', { name: application.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          take.mutate(form);
        }}
      >
        <Stack>
          <Radio.Group
            label={t('application.exportText')}
            value={form}
            onChange={(value) => setForm(value === 'resolved' ? 'resolved' : 'files')}
          >
            <Stack gap="sm" mt="sm">
              <Radio
                value="files"
                label={t('application.exportFiles')}
                description={t('application.exportFilesHint')}
              />
              <Radio
                value="resolved"
                label={t('application.exportResolved')}
                description={t('application.exportResolvedHint')}
              />
            </Stack>
          </Radio.Group>
          {take.error === null ? null : <ErrorMessage error={take.error} title={t('application.exportFailed')} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={take.isPending} leftSection={<IconDownload size={16} aria-hidden="true" />}>
              {t('application.exportConfirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
};
