// Publish: write or paste Compose files, see what would happen, make it happen.
import { Button, TextInput, Textarea } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preview } from '@berth/contract/applications.ts';
import { namePattern } from '@berth/contract/names.ts';
import { api, isApiError } from '#api/client.ts';
import { kindKey } from '#api/keys.ts';
import { applicationQuery, exportQuery } from '#api/queries.ts';
import { useMay } from '#components/caller.ts';
import { notifyDone } from '#components/error-message.tsx';
import { TextLink, useGo } from '#components/link.tsx';
import { useEnvironmentPlace } from '#components/place.ts';
import type { EditorTarget } from '#components/yaml-editor.tsx';
import { AbilityButton } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { pb, type EnvironmentPlace } from '#util/path-builder.ts';
import { textOf } from '#util/search.ts';
import { draftOf, emptyDraft, missingIn, publicationOf, type Draft } from './draft.ts';
import { FilesPanel } from './files-panel.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { PlanPanel } from './plan-panel.tsx';
import styles from './publish-page.module.css';
import { UpgradePanel } from './upgrade-panel.tsx';
import { usePreview } from './use-preview.ts';
import { VariablesPanel } from './variables-panel.tsx';

export const PublishPage = () => {
  const { t } = useTranslation();
  const place = useEnvironmentPlace();
  const may = useMay(place.tenant);
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const application = textOf(search['application']);
  if (!may('create', 'environment.applications'))
    return <EmptyState icon={<IconRocket size={28} stroke={1.6} />} title={t('publish.mayNot')} isPage />;
  if (application === undefined) return <PublishForm key="new" place={place} start={emptyDraft} isRevision={false} />;
  return <RevisionForm key={application} place={place} application={application} />;
};

/** Starts from the revision that was the latest when the page was opened. */
const RevisionForm = ({ place, application }: { place: EnvironmentPlace; application: string }) => {
  const read = useSuspenseQuery(applicationQuery({ ...place, application })).data;
  const [number] = useState(read.revision);
  // The export has the bytes of secrets, which the revision hides; published again, they must be what they were.
  const exported = useSuspenseQuery(exportQuery({ ...place, application }, number)).data;
  const [start] = useState(() =>
    draftOf(application, {
      ...exported.bundle,
      variables: exported.variables,
      profiles: exported.profiles,
    }),
  );
  return <PublishForm place={place} start={start} isRevision />;
};

const usePublish = (place: EnvironmentPlace, onPublished: () => void) => {
  const { t } = useTranslation();
  const go = useGo();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ draft, acceptLosses }: { draft: Draft; acceptLosses: boolean }) =>
      api.publishApplication({ params: { ...place }, body: publicationOf(draft, acceptLosses) }),
    onSuccess: ({ application }) => {
      void queries.invalidateQueries({ queryKey: kindKey(place, 'applications') });
      queries.removeQueries({ queryKey: kindKey(place, 'application', application.name) });
      notifyDone(t('publish.publishing'), application.name);
      onPublished();
      go(pb.applicationTab({ ...place, application: application.name }, 'operation'));
    },
  });
};

type FormProps = { readonly place: EnvironmentPlace; readonly start: Draft; readonly isRevision: boolean };

const PublishForm = ({ place, start, isRevision }: FormProps) => {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(start);
  const [shownFile, setShownFile] = useState(start.files[0]?.id ?? 0);
  const [target, setTarget] = useState<EditorTarget>();
  const [areAccepted, setAccepted] = useState(false);
  const isLeaving = useRef(false);
  const preview = usePreview(place, draft);
  const publish = usePublish(place, () => {
    isLeaving.current = true;
  });
  const missing = missingIn(draft);
  const problems = publish.error === null ? (preview.data?.problems ?? []) : problemsOfError(publish.error);
  const hasLosses = (preview.data?.losses.length ?? 0) > 0;
  const change = (next: (before: Draft) => Draft): void => {
    if (publish.error !== null) publish.reset();
    // Another draft may take something else away.
    setAccepted(false);
    setDraft(next);
  };
  const goTo = (file: string, line: number, column: number | undefined): void => {
    const found = draft.files.find(({ name }) => name === file);
    if (found === undefined) return;
    setShownFile(found.id);
    setTarget({ line, column });
  };
  return (
    <>
      <LeaveGuard isDirty={() => draft !== start && !isLeaving.current} />
      <PageHeader
        title={isRevision ? t('publish.titleRevision', { name: start.name }) : t('publish.titleNew')}
        above={<BackLink place={place} application={isRevision ? start.name : undefined} />}
        actions={
          <PublishButton
            isMissing={missing !== undefined}
            areLossesOpen={hasLosses && !areAccepted}
            isPending={publish.isPending}
            label={isRevision ? t('publish.publishRevision') : t('publish.publish')}
            onPublish={() => publish.mutate({ draft, acceptLosses: hasLosses && areAccepted })}
          />
        }
      />
      <div className={styles.columns}>
        <div className={styles.column}>
          <NameAndNote draft={draft} change={change} isRevision={isRevision} />
          <FilesPanel
            draft={draft}
            change={change}
            problems={problems}
            shownFile={shownFile}
            onShow={setShownFile}
            target={target}
          />
          <VariablesPanel draft={draft} change={change} />
          {isRevision ? <UpgradePanel draft={draft} change={change} services={servicesOf(preview.data)} /> : null}
        </div>
        <PlanPanel
          preview={preview}
          publishError={publish.error}
          problems={problems}
          draft={draft}
          onGoTo={goTo}
          losses={{ areAccepted, onAccept: setAccepted }}
        />
      </div>
    </>
  );
};

const servicesOf = (preview: Preview | undefined): readonly string[] =>
  (preview?.services ?? []).filter(({ change }) => change !== 'removed').map(({ name }) => name);

type PublishButtonProps = {
  readonly isMissing: boolean;
  readonly areLossesOpen: boolean;
  readonly isPending: boolean;
  readonly label: string;
  readonly onPublish: () => void;
};

const PublishButton = ({ isMissing, areLossesOpen, isPending, label, onPublish }: PublishButtonProps) => {
  const { t } = useTranslation();
  const icon = <IconRocket size={17} aria-hidden="true" />;
  // What is missing stands in the plan already; that a loss has to be confirmed is said at the button too.
  if (isMissing)
    return (
      <Button leftSection={icon} disabled>
        {label}
      </Button>
    );
  return (
    <AbilityButton
      ability={areLossesOpen ? t('publish.acceptLossesFirst') : true}
      leftSection={icon}
      loading={isPending}
      onClick={onPublish}
    >
      {label}
    </AbilityButton>
  );
};

const problemsOfError = (error: Error) => (isApiError(error) ? error.problems : []);

const BackLink = ({ place, application }: { place: EnvironmentPlace; application: string | undefined }) => {
  const { t } = useTranslation();
  return application === undefined ? (
    <TextLink to={pb.applications(place)} size="sm">
      {t('nav.applications')}
    </TextLink>
  ) : (
    <TextLink to={pb.application({ ...place, application })} size="sm">
      {application}
    </TextLink>
  );
};

type NameProps = {
  readonly draft: Draft;
  readonly change: (next: (before: Draft) => Draft) => void;
  readonly isRevision: boolean;
};

const NameAndNote = ({ draft, change, isRevision }: NameProps) => {
  const { t } = useTranslation();
  const isNameBad = draft.name !== '' && !namePattern.test(draft.name);
  return (
    <div className={styles.names}>
      <TextInput
        label={t('publish.name')}
        value={draft.name}
        onChange={(event) => {
          const name = event.currentTarget.value;
          change((before) => ({ ...before, name }));
        }}
        error={isNameBad ? t('publish.nameHint') : null}
        description={isRevision ? undefined : t('publish.nameHint')}
        readOnly={isRevision}
        maxLength={40}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
      />
      <Textarea
        label={`${t('publish.note')} (${t('common.optional')})`}
        description={t('publish.noteHint')}
        value={draft.note}
        onChange={(event) => {
          const note = event.currentTarget.value;
          change((before) => ({ ...before, note }));
        }}
        maxLength={500}
        autosize
        minRows={1}
        maxRows={4}
      />
    </div>
  );
};
