// Which containers are to become the application: single ones, or all of a project.
import { containerStates } from '@berth/contract/containers.ts';
import type { ForeignContainer } from '@berth/contract/imports.ts';
import { Checkbox, Group, Paper, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonText } from '#components/reason.ts';
import { SearchField } from '#components/search-field.tsx';
import { groupContainers, suggestedName, toggleGroup, type ContainerGroup } from './import-groups.ts';
import styles from './import.module.css';

/** So many can be looked through by eye. */
const searchFrom = 10;

type Props = {
  readonly containers: readonly ForeignContainer[];
  readonly chosen: ReadonlySet<string>;
  /** With the name that suggests itself for what was chosen. */
  readonly onChoose: (chosen: ReadonlySet<string>, name: string) => void;
};

export const ChooseContainers = ({ containers, chosen, onChoose }: Props) => {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const count = containers.filter(({ id }) => chosen.has(id)).length;
  const found = containers.filter(({ name, project, image }) => `${name} ${project ?? ''} ${image}`.includes(search));
  return (
    <Paper p="md" bg="var(--berth-card)" component="section" aria-label={t('imports.choose')}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2}>{t('imports.choose')}</Title>
        <Text size="sm" c="dimmed" role="status">
          {t('imports.chosen', { count })}
        </Text>
      </Group>
      {containers.length <= searchFrom ? null : (
        <Group mb="xs">
          <SearchField label={t('containers.search')} value={search} onSearch={setSearch} />
        </Group>
      )}
      {found.length === 0 ? <Text c="dimmed">{t('containers.noMatch', { search })}</Text> : null}
      {groupContainers(found).map((group) => (
        <ProjectGroup
          key={`${group.host} ${group.project ?? ''}`}
          group={group}
          chosen={chosen}
          onToggle={(some, isOn) => onChoose(toggleGroup(chosen, some, isOn), suggestedName(group.project))}
        />
      ))}
    </Paper>
  );
};

type GroupProps = {
  readonly group: ContainerGroup;
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (containers: readonly ForeignContainer[], isOn: boolean) => void;
};

const ProjectGroup = ({ group, chosen, onToggle }: GroupProps) => {
  const { t } = useTranslation();
  const stateOf = (said: string): string => {
    const known = containerStates.find((state) => state === said);
    return known === undefined ? reasonText(said) : t(`containerState.${known}`);
  };
  const title = group.project === undefined ? t('imports.noProject') : t('imports.project', { name: group.project });
  const count = group.containers.filter(({ id }) => chosen.has(id)).length;
  const isAll = count === group.containers.length;
  return (
    <fieldset className={styles.group}>
      <Checkbox
        label={
          <>
            <b>{title}</b> <span className={styles.note}>· {group.host}</span>
          </>
        }
        aria-label={t('imports.chooseProject', { name: group.project ?? t('imports.noProject') })}
        checked={isAll}
        indeterminate={count > 0 && !isAll}
        onChange={(event) => onToggle(group.containers, event.currentTarget.checked)}
      />
      <ul className={styles.list}>
        {group.containers.map((container) => (
          <li key={container.id}>
            <Checkbox
              label={container.name}
              aria-label={t('imports.chooseContainer', { name: container.name })}
              description={`${container.image} · ${stateOf(container.state)}`}
              checked={chosen.has(container.id)}
              onChange={(event) => onToggle([container], event.currentTarget.checked)}
            />
          </li>
        ))}
      </ul>
    </fieldset>
  );
};
