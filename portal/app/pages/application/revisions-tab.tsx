// What was published, when, by whom; two of them compared; one of them brought back.
import type { Revision } from '@berth/contract/applications.ts';
import { Checkbox, Group, Text } from '@mantine/core';
import { IconArrowBackUp, IconArrowsDiff, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { revisionsQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { ErrorMessage } from '#components/error-message.tsx';
import { TextLink, useGo } from '#components/link.tsx';
import { MoreButton } from '#components/more-button.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { SearchField } from '#components/search-field.tsx';
import { RollBackApplication } from '#forms/application-rollback.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { AbilityButton } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { Tag } from '#ui/status-badge.tsx';
import { pb } from '#util/path-builder.ts';
import { useApplication } from './application-layout.tsx';

export const RevisionsTab = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const application = useApplication();
  const go = useGo();
  const [search, setSearch] = useState('');
  const query = useInfiniteQuery({ ...revisionsQuery(place, search), placeholderData: keepPreviousData });
  const revisions = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [rollbackTo, setRollbackTo] = useState<number>();
  const columns = useRevisionColumns({ chosen, onChoose: setChosen, onRollBack: setRollbackTo });
  const [one, other] = [...chosen].sort((a, b) => a - b);
  if (query.error !== null) return <ErrorMessage error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      {revisions.length < 2 && search === '' ? null : (
        <Group mb="sm" gap="sm" justify="space-between">
          <SearchField label={t('revisions.search')} value={search} onSearch={setSearch} />
          <AbilityButton
            ability={one === undefined || other === undefined ? t('revisions.chooseTwo') : true}
            variant="default"
            size="sm"
            leftSection={<IconArrowsDiff size={16} aria-hidden="true" />}
            onClick={() => (one === undefined || other === undefined ? undefined : go(pb.compare(place, one, other)))}
          >
            {t('revisions.compareChosen')}
          </AbilityButton>
        </Group>
      )}
      {query.data !== undefined && revisions.length === 0 && search !== '' ? (
        <EmptyState icon={<IconSearch size={28} stroke={1.6} />} title={t('revisions.noMatch', { search })} />
      ) : (
        <DataTable
          label={t('revisions.list', { name: application.name })}
          columns={columns}
          rows={revisions}
          rowKey={(row) => row.id}
        />
      )}
      <MoreButton label={t('revisions.older')} query={query} />
      {rollbackTo === undefined ? null : (
        <RollBackApplication
          place={place}
          number={rollbackTo}
          onClose={() => setRollbackTo(undefined)}
          onAccepted={() => {
            setRollbackTo(undefined);
            go(pb.applicationTab(place, 'operation'));
          }}
        />
      )}
    </>
  );
};

type ColumnInput = {
  readonly chosen: readonly number[];
  readonly onChoose: (chosen: readonly number[]) => void;
  readonly onRollBack: (number: number) => void;
};

/** At most two; a third takes the place of the one chosen first. */
const toggled = (chosen: readonly number[], number: number): readonly number[] =>
  chosen.includes(number) ? chosen.filter((one) => one !== number) : [...chosen.slice(-1), number];

const useRevisionColumns = ({ chosen, onChoose, onRollBack }: ColumnInput): readonly Column<Revision>[] => {
  const { t } = useTranslation();
  return [
    {
      key: 'number',
      header: t('revisions.number'),
      fit: true,
      cell: (row) => (
        <Group gap={10} wrap="nowrap">
          <Checkbox
            aria-label={t('revisions.choose', { number: row.number })}
            checked={chosen.includes(row.number)}
            onChange={() => onChoose(toggled(chosen, row.number))}
          />
          <Text size="sm" fw={600}>
            {row.number}
          </Text>
          {row.isCurrent ? <Tag tone="busy">{t('revisions.current')}</Tag> : null}
        </Group>
      ),
    },
    {
      key: 'note',
      header: t('revisions.note'),
      cell: (row) => (
        <Text size="sm" {...(row.note === '' ? { c: 'dimmed' } : {})}>
          {row.note === '' ? t('revisions.noNote') : row.note}
        </Text>
      ),
    },
    { key: 'author', header: t('revisions.author'), fit: true, cell: (row) => row.author },
    { key: 'created', header: t('revisions.created'), fit: true, cell: (row) => <Age at={row.createdAt} /> },
    {
      key: 'actions',
      header: t('common.actions'),
      fit: true,
      cell: (row) => <RevisionActions revision={row} onRollBack={onRollBack} />,
    },
  ];
};

const RevisionActions = ({ revision, onRollBack }: { revision: Revision } & Pick<ColumnInput, 'onRollBack'>) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const { actions, upgrade } = useApplication();
  const { number } = revision;
  // The current revision can be gone to again only while another runs in its stead.
  const isSettled = revision.isCurrent && upgrade?.state !== 'rolled_back';
  return (
    <Group gap="sm" wrap="nowrap">
      <TextLink to={pb.revision(place, number)} size="sm" aria-label={t('revisions.viewOf', { number })}>
        {t('revisions.view')}
      </TextLink>
      <AbilityButton
        ability={isSettled ? t('revisions.isCurrent') : actions.rollback}
        variant="default"
        size="xs"
        leftSection={<IconArrowBackUp size={15} aria-hidden="true" />}
        label={t('revisions.rollBackTo', { number })}
        onClick={() => onRollBack(number)}
      >
        {t('revisions.rollBack')}
      </AbilityButton>
    </Group>
  );
};
