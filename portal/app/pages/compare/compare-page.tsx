// Two revisions compared: files line by line, variables, and what is different once everything is resolved.
import type { Revision, RevisionDiff } from '@berth/contract/applications.ts';
import { ActionIcon, Code, Group, Paper, SegmentedControl, Select, Stack, Text, Title, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useSuspenseInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { diffQuery, revisionsQuery } from '#api/queries.ts';
import { TextLink, useGo } from '#components/link.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { Tag } from '#ui/status-badge.tsx';
import { numberOf } from '#util/search.ts';
import { pb } from '#util/path-builder.ts';
import { FileDiff } from './file-diff.tsx';

const narrow = '(max-width: 60em)';

export const ComparePage = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const from = numberOf(search['from']) ?? 1;
  const to = numberOf(search['to']) ?? 1;
  const revisions = useSuspenseInfiniteQuery(revisionsQuery(place)).data.pages.flatMap((page) => page.items);
  return (
    <>
      <PageHeader
        title={t('revisions.compareTitle', { name: place.application })}
        above={
          <TextLink to={pb.applicationTab(place, 'revisions')} size="sm">
            {t('revisions.back')}
          </TextLink>
        }
      />
      <Choice revisions={revisions} from={from} to={to} />
      {from === to ? <Text c="dimmed">{t('revisions.same')}</Text> : <Differences from={from} to={to} />}
    </>
  );
};

const Choice = ({ revisions, from, to }: { revisions: readonly Revision[]; from: number; to: number }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const go = useGo();
  const data = revisions.map((revision) => ({
    value: String(revision.number),
    label: t('revisions.option', {
      number: revision.number,
      note: revision.note === '' ? t('revisions.noNote') : revision.note,
    }),
  }));
  const shared = { data, allowDeselect: false, searchable: data.length > 8, style: { flex: '1 1 220px' } } as const;
  return (
    <Group mb="md" gap="sm" align="flex-end">
      <Select
        {...shared}
        label={t('revisions.from')}
        value={String(from)}
        onChange={(value) => go(pb.compare(place, Number(value), to))}
      />
      <Tooltip label={t('revisions.swap')}>
        <ActionIcon
          variant="default"
          size={36}
          aria-label={t('revisions.swap')}
          onClick={() => go(pb.compare(place, to, from))}
        >
          <IconArrowsExchange size={17} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <Select
        {...shared}
        label={t('revisions.to')}
        value={String(to)}
        onChange={(value) => go(pb.compare(place, from, Number(value)))}
      />
    </Group>
  );
};

const Differences = ({ from, to }: { from: number; to: number }) => {
  const { t } = useTranslation();
  const diff = useSuspenseQuery(diffQuery(useApplicationPlace(), from, to)).data;
  const isNarrow = useMediaQuery(narrow, false, { getInitialValueInEffect: false });
  const [look, setLook] = useState<'split' | 'unified'>();
  const shown = look ?? (isNarrow ? 'unified' : 'split');
  const changed = diff.files.filter((file) => file.before !== file.after);
  return (
    <Stack gap="lg">
      <section aria-labelledby="compare-files">
        <Group justify="space-between" mb="xs" gap="sm">
          <Title order={2} id="compare-files">
            {t('revisions.files')}
          </Title>
          <SegmentedControl
            size="xs"
            aria-label={t('revisions.look')}
            data={[
              { value: 'split', label: t('revisions.sideBySide') },
              { value: 'unified', label: t('revisions.unified') },
            ]}
            value={shown}
            onChange={(value) => setLook(value === 'split' ? 'split' : 'unified')}
          />
        </Group>
        {changed.length === 0 ? <Text c="dimmed">{t('revisions.noFileChanges')}</Text> : null}
        <Stack gap="md">
          {changed.map((file) => (
            <File key={file.name} file={file} isSideBySide={shown === 'split'} />
          ))}
        </Stack>
      </section>
      <Variables variables={diff.variables} />
      <Resolved resolved={diff.resolved} />
    </Stack>
  );
};

const File = ({ file, isSideBySide }: { file: RevisionDiff['files'][number]; isSideBySide: boolean }) => {
  const { t } = useTranslation();
  const change = file.before === undefined ? 'fileAdded' : file.after === undefined ? 'fileRemoved' : 'fileChanged';
  const tones = { fileAdded: 'good', fileRemoved: 'bad', fileChanged: 'warn' } as const;
  return (
    <Paper bg="var(--berth-card)" style={{ overflow: 'hidden' }}>
      <Group px="md" py={8} gap="sm" bg="var(--berth-raised)">
        <Text size="sm" ff="monospace" fw={600}>
          {file.name}
        </Text>
        <Tag tone={tones[change]}>{t(`revisions.${change}`)}</Tag>
      </Group>
      <FileDiff name={file.name} before={file.before ?? ''} after={file.after ?? ''} isSideBySide={isSideBySide} />
    </Paper>
  );
};

/** A value as one reads it: text as it is, everything else as JSON. */
const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const Value = ({ value }: { value: unknown }) => {
  const { t } = useTranslation();
  if (value === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('revisions.absent')}
      </Text>
    );
  return <Code style={{ whiteSpace: 'pre-wrap' }}>{valueText(value)}</Code>;
};

type Change = { readonly name: string; readonly before?: unknown; readonly after?: unknown };

const Changes = ({ label, head, rows }: { label: string; head: string; rows: readonly Change[] }) => {
  const { t } = useTranslation();
  const columns: readonly Column<Change>[] = [
    { key: 'name', header: head, bare: true, cell: (row) => <Code>{row.name}</Code> },
    { key: 'before', header: t('revisions.before'), cell: (row) => <Value value={row.before} /> },
    { key: 'after', header: t('revisions.after'), cell: (row) => <Value value={row.after} /> },
  ];
  return <DataTable label={label} columns={columns} rows={rows} rowKey={(row) => row.name} />;
};

const Variables = ({ variables }: Pick<RevisionDiff, 'variables'>) => {
  const { t } = useTranslation();
  return (
    <section>
      <Title order={2} mb="xs">
        {t('revisions.variables')}
      </Title>
      {variables.length === 0 ? (
        <Text c="dimmed">{t('revisions.noVariableChanges')}</Text>
      ) : (
        <Changes label={t('revisions.variables')} head={t('revisions.variables')} rows={variables} />
      )}
    </section>
  );
};

const Resolved = ({ resolved }: Pick<RevisionDiff, 'resolved'>) => {
  const { t } = useTranslation();
  const rows = resolved.map((change) => ({ ...change, name: change.path }));
  return (
    <section>
      <Title order={2}>{t('revisions.resolved')}</Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t('revisions.resolvedHint')}
      </Text>
      {rows.length === 0 ? (
        <Text c="dimmed">{t('revisions.noResolvedChanges')}</Text>
      ) : (
        <Changes label={t('revisions.resolved')} head={t('revisions.path')} rows={rows} />
      )}
    </section>
  );
};
