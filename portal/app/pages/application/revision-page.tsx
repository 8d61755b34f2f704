// One revision as it was published: its files, variables and profiles. Nothing here can be changed.
import { Code, Group, Paper, Stack, Table, Tabs, Text, Title } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { revisionQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { LazyYamlEditor } from '#components/lazy-yaml-editor.tsx';
import { TextLink } from '#components/link.tsx';
import { useApplicationPlace, useRevisionNumber } from '#components/place.ts';
import { PageHeader } from '#ui/page-header.tsx';
import { Tag } from '#ui/status-badge.tsx';
import { pb } from '#util/path-builder.ts';

export const RevisionPage = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const revision = useSuspenseQuery(revisionQuery(place, useRevisionNumber())).data;
  return (
    <>
      <PageHeader
        title={t('revisions.title', { number: revision.number, name: place.application })}
        above={
          <TextLink to={pb.applicationTab(place, 'revisions')} size="sm">
            {t('revisions.back')}
          </TextLink>
        }
        below={
          <Text size="sm" c="dimmed" component="div">
            {revision.note === '' ? null : <div>{revision.note}</div>}
            <Age at={revision.createdAt} /> · {revision.author}
          </Text>
        }
      />
      <Stack>
        <Files files={revision.bundle.files} main={revision.bundle.main} />
        <Paper p="md" bg="var(--berth-card)">
          <Title order={2} mb="xs">
            {t('revisions.variables')}
          </Title>
          <Variables variables={revision.variables} />
        </Paper>
        {revision.profiles.length === 0 ? null : (
          <Group gap="xs">
            <Text size="sm">{t('revisions.profiles')}:</Text>
            {revision.profiles.map((profile) => (
              <Tag key={profile} tone="busy">
                {profile}
              </Tag>
            ))}
          </Group>
        )}
      </Stack>
    </>
  );
};

const Files = ({ files, main }: { files: Readonly<Record<string, string>>; main: readonly string[] }) => {
  const { t } = useTranslation();
  const names = [...main, ...Object.keys(files).filter((name) => !main.includes(name))];
  const [shown, setShown] = useState(names[0] ?? '');
  return (
    <Paper bg="var(--berth-card)" style={{ overflow: 'hidden' }}>
      <Tabs value={shown} onChange={(name) => setShown(name ?? '')} keepMounted={false}>
        <Tabs.List aria-label={t('revisions.files')}>
          {names.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={shown}>
          <LazyYamlEditor
            key={shown}
            label={t('publish.editor', { file: shown })}
            text={files[shown] ?? ''}
            isYaml={main.includes(shown)}
          />
        </Tabs.Panel>
      </Tabs>
    </Paper>
  );
};

const Variables = ({ variables }: { variables: Readonly<Record<string, string>> }) => {
  const { t } = useTranslation();
  const entries = Object.entries(variables);
  if (entries.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('revisions.noVariables')}
      </Text>
    );
  return (
    <Table withRowBorders={false} verticalSpacing={4}>
      <Table.Tbody>
        {entries.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="1%" style={{ whiteSpace: 'nowrap' }}>
              <Code>{name}</Code>
            </Table.Th>
            <Table.Td>
              <Code>{value}</Code>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};
