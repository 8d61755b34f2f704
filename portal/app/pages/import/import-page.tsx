// Import: containers that run already become an application, as they are.
import { Stack, Text } from '@mantine/core';
import { IconPackageImport } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { foreignContainersQuery } from '#api/job-queries.ts';
import { useMay } from '#components/caller.ts';
import { TextLink } from '#components/link.tsx';
import { useEnvironmentPlace } from '#components/place.ts';
import { emptyDraft, publicationOf, type Draft } from '#pages/publish/draft.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { pb } from '#util/path-builder.ts';
import { ChooseContainers } from './choose-containers.tsx';
import { ImportFiles } from './import-files.tsx';
import { ImportPreviewPanel } from './import-preview.tsx';
import styles from './import.module.css';

export const ImportPage = () => {
  const { t } = useTranslation();
  const { tenant } = useEnvironmentPlace();
  const may = useMay(tenant);
  if (!may('create', 'environment.imports'))
    return <EmptyState icon={<IconPackageImport size={28} stroke={1.6} />} title={t('imports.mayNot')} isPage />;
  return <Import />;
};

const Import = () => {
  const { t } = useTranslation();
  const place = useEnvironmentPlace();
  const containers = useSuspenseQuery(foreignContainersQuery(place)).data.items;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [hasFiles, setHasFiles] = useState(false);
  // Containers may go while one looks at the page; only those that are there are sent.
  const there = containers.filter(({ id }) => chosen.has(id));
  const header = (
    <PageHeader
      title={t('imports.title')}
      above={
        <TextLink to={pb.applications(place)} size="sm">
          {t('nav.applications')}
        </TextLink>
      }
      below={
        <Text size="sm" c="dimmed">
          {t('imports.lead')}
        </Text>
      }
    />
  );
  if (containers.length === 0)
    return (
      <>
        {header}
        <EmptyState
          icon={<IconPackageImport size={28} stroke={1.6} />}
          title={t('imports.empty')}
          text={t('imports.emptyText')}
        />
      </>
    );
  const { bundle, variables, profiles } = publicationOf(draft);
  const input = {
    name: draft.name,
    containers: there.map(({ id }) => id),
    ...(hasFiles ? { bundle, variables, ...(profiles === undefined ? {} : { profiles }) } : {}),
    ...(there[0] === undefined ? {} : { host: there[0].host }),
  };
  return (
    <>
      {header}
      <div className={styles.columns}>
        <Stack gap="md" className={styles.column ?? ''}>
          <ChooseContainers
            containers={containers}
            chosen={chosen}
            onChoose={(next, name) => {
              setChosen(next);
              if (name !== '') setDraft((before) => (before.name === '' ? { ...before, name } : before));
            }}
          />
          <ImportFiles draft={draft} change={setDraft} hasFiles={hasFiles} onHasFiles={setHasFiles} />
        </Stack>
        <ImportPreviewPanel
          place={place}
          input={input}
          hosts={new Set(there.map(({ host }) => host)).size}
          hasFiles={hasFiles}
        />
      </div>
    </>
  );
};
