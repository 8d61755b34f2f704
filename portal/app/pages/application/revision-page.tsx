// One revision as it was published: its files, variables and profiles. Nothing here can be changed.
import type { RevisionDetail } from '@berth/contract/applications.ts';
import { Button, Code, Group, Paper, Stack, Table, Tabs, Text, Title } from '@mantine/core';
import { IconArrowsDiff } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { applicationQuery, revisionQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { LazyYamlEditor } from '#components/lazy-yaml-editor.tsx';
import { AppLink, TextLink } from '#components/link.tsx';
import { useApplicationPlace, useRevisionNumber } from '#components/place.ts';
import { PageHeader } from '#ui/page-header.tsx';
import { Tag } from '#ui/status-badge.tsx';
import { bytesIn } from '#util/base64.ts';
import { bytesText } from '#util/bytes.ts';
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
        actions={<CompareLinks number={revision.number} />}
      />
      <Stack>
        <Files bundle={revision.bundle} />
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
        <Images images={revision.images} />
      </Stack>
    </>
  );
};

/** What each name of an image stood for when this revision first ran. */
const Images = ({ images }: { images: RevisionDetail['images'] }) => {
  const { t } = useTranslation();
  const entries = Object.entries(images);
  if (entries.length === 0) return null;
  return (
    <Paper p="md" bg="var(--berth-card)">
      <Title order={2} mb="xs">
        {t('revisions.images')}
      </Title>
      <Table withRowBorders={false} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('services.image')}</Table.Th>
            <Table.Th scope="col">{t('revisions.imageId')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(([name, { id, digest }]) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Code>{name}</Code>
              </Table.Td>
              <Table.Td>
                <Code>{digest ?? id}</Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
};

type Bundle = RevisionDetail['bundle'];

const Files = ({ bundle: { files, binaries = {}, main } }: { bundle: Bundle }) => {
  const { t, i18n } = useTranslation();
  const others = [...Object.keys(files), ...Object.keys(binaries)].filter((name) => !main.includes(name));
  const names = [...main, ...others];
  const [shown, setShown] = useState(names[0] ?? '');
  const bytes = binaries[shown];
  return (
    <Paper bg="var(--berth-card)" style={{ overflow: 'hidden' }}>
      <Tabs value={shown} onChange={(name) => setShown(name ?? '')} keepMounted={false}>
        <Tabs.List aria-label={t('revisions.files')} style={{ flexWrap: 'nowrap', overflowX: 'auto' }}>
          {names.map((name) => (
            <Tabs.Tab key={name} value={name} style={{ flex: 'none' }}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={shown}>
          {bytes === undefined ? (
            <LazyYamlEditor
              key={shown}
              label={t('publish.editor', { file: shown })}
              text={files[shown] ?? ''}
              isYaml={main.includes(shown)}
            />
          ) : (
            <Text size="sm" c="dimmed" p="md">
              {t('revisions.binary', { size: bytesText(bytesIn(bytes), i18n.language) })}
            </Text>
          )}
        </Tabs.Panel>
      </Tabs>
    </Paper>
  );
};

/** With this revision before it, and with the one that is current. */
const CompareLinks = ({ number }: { number: number }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const current = useQuery(applicationQuery(place)).data?.revision;
  const others = [...(number > 1 ? [number - 1] : []), ...(current === undefined ? [] : [current])];
  return [...new Set(others)]
    .filter((other) => other !== number)
    .map((other) => (
      <Button
        key={other}
        component={AppLink}
        to={pb.compare(place, Math.min(number, other), Math.max(number, other))}
        variant="default"
        leftSection={<IconArrowsDiff size={16} aria-hidden="true" />}
      >
        {t('revisions.compareWith', { number: other })}
      </Button>
    ));
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
