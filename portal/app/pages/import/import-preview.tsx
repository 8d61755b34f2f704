// What the import would make of the containers: who becomes what, what differs from the files, what speaks against it.
import type { Import, ImportPreview } from '@berth/contract/imports.ts';
import { namePattern } from '@berth/contract/names.ts';
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPackageImport } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '#api/client.ts';
import { kindKey } from '#api/keys.ts';
import { ErrorMessage, notifyDone } from '#components/error-message.tsx';
import { useGo } from '#components/link.tsx';
import { countProblems } from '#components/plan/problem-groups.ts';
import { ProblemList } from '#components/plan/problem-list.tsx';
import { CodeBlock } from '#ui/code-block.tsx';
import { StatusIcon } from '#ui/status-badge.tsx';
import { pb, type EnvironmentPlace } from '#util/path-builder.ts';
import { ImportMatches } from './import-matches.tsx';
import styles from './import.module.css';

type Props = {
  readonly place: EnvironmentPlace;
  readonly input: Import;
  /** How many hosts the chosen containers are on; only one will do. */
  readonly hosts: number;
  readonly hasFiles: boolean;
};

const settleMs = 600;

const usePreview = (place: EnvironmentPlace, input: Import, isAsked: boolean) => {
  const text = JSON.stringify(input);
  const [settled] = useDebouncedValue(text, settleMs);
  const query = useQuery({
    queryKey: kindKey(place, 'imports', 'preview', text),
    queryFn: ({ signal }) => api.previewImport({ params: { ...place }, body: input, signal }),
    enabled: isAsked && settled === text,
    refetchOnWindowFocus: false,
    retry: false,
    gcTime: 0,
  });
  return query;
};

const useImport = (place: EnvironmentPlace) => {
  const { t } = useTranslation();
  const go = useGo();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Import) => api.importApplication({ params: { ...place }, body }),
    onSuccess: ({ application }) => {
      void queries.invalidateQueries({ queryKey: kindKey(place, 'applications') });
      notifyDone(t('imports.imported'), application.name);
      go(pb.applicationTab({ ...place, application: application.name }, 'operation'));
    },
  });
};

export const ImportPreviewPanel = ({ place, input, hosts, hasFiles }: Props) => {
  const { t } = useTranslation();
  const isAsked = input.containers.length > 0 && hosts === 1 && namePattern.test(input.name);
  const preview = usePreview(place, input, isAsked);
  const submit = useImport(place);
  const { data, error } = preview;
  const isReady = isAsked && data !== undefined && countProblems(data.problems).errors === 0;
  return (
    <Paper className={styles.panel ?? ''} component="section" aria-label={t('imports.preview')}>
      <Stack p="md" gap="md">
        <Group justify="space-between" gap="xs">
          <Title order={2}>{t('imports.preview')}</Title>
          <Button
            leftSection={<IconPackageImport size={17} aria-hidden="true" />}
            loading={submit.isPending}
            disabled={!isReady}
            onClick={() => submit.mutate(input)}
          >
            {t('imports.submit')}
          </Button>
        </Group>
        {hosts > 1 ? <Text size="sm">{t('imports.otherHost')}</Text> : null}
        {isAsked || hosts > 1 ? null : (
          <Text size="sm" c="dimmed" role="status">
            {t('imports.previewHint')}
          </Text>
        )}
        {submit.error === null ? null : <ErrorMessage error={submit.error} title={t('imports.failed')} />}
        {!isAsked || error === null ? null : (
          <ErrorMessage error={error} title={t('imports.previewFailed')} onRetry={() => void preview.refetch()} />
        )}
        {isAsked && data !== undefined ? <Preview preview={data} hasFiles={hasFiles} /> : null}
        {isAsked && data === undefined && error === null ? (
          <Text size="sm" c="dimmed" role="status">
            {t('publish.checking')}
          </Text>
        ) : null}
      </Stack>
    </Paper>
  );
};

const Preview = ({ preview, hasFiles }: { preview: ImportPreview; hasFiles: boolean }) => {
  const { t } = useTranslation();
  const { errors } = countProblems(preview.problems);
  return (
    <>
      {errors > 0 ? null : (
        <Group gap={8} wrap="nowrap">
          <StatusIcon tone="good" />
          <Text size="sm" fw={600} role="status">
            {t('imports.ok')}
          </Text>
        </Group>
      )}
      <ProblemList problems={preview.problems} files={Object.keys(preview.bundle.files)} />
      <ImportMatches matches={preview.matches} />
      {hasFiles
        ? null
        : preview.bundle.main.map((file) => (
            <div key={file}>
              <Title order={3} mb={6}>
                {t('imports.writtenFile')}
              </Title>
              <CodeBlock label={t('imports.writtenFile')} text={preview.bundle.files[file] ?? ''} />
            </div>
          ))}
    </>
  );
};
