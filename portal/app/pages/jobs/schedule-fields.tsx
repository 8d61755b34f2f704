// When a job runs, and what happens when that cannot be.
import { Group, Menu, Select, TextInput, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { JobDraft } from './job-draft.ts';

const presets = [
  { name: 'quarterly', schedule: '*/15 * * * *' },
  { name: 'hourly', schedule: '0 * * * *' },
  { name: 'nightly', schedule: '0 2 * * *' },
  { name: 'weekly', schedule: '0 6 * * MON' },
  { name: 'monthly', schedule: '0 3 1 * *' },
] as const;
const concurrencies = ['forbid', 'allow', 'replace'] as const;
const misses = ['run_once', 'skip'] as const;

type Props = { readonly draft: JobDraft; readonly change: (part: Partial<JobDraft>) => void };

/** Browsers leave out `UTC`, the one zone servers like most. */
const zones: readonly string[] = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

export const ScheduleFields = ({ draft, change }: Props) => {
  const { t } = useTranslation();
  return (
    <>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput
          label={t('jobs.schedule')}
          description={t('jobs.scheduleHint')}
          value={draft.schedule}
          onChange={(event) => change({ schedule: event.currentTarget.value })}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          maxLength={100}
          autoComplete="off"
          spellCheck={false}
          required
          withAsterisk={false}
        />
        <Select
          label={t('jobs.timeZone')}
          description={t('jobs.timeZoneHint')}
          data={zones.includes(draft.timeZone) ? [...zones] : [draft.timeZone, ...zones]}
          value={draft.timeZone}
          onChange={(value) => change({ timeZone: value ?? '' })}
          allowDeselect={false}
          searchable
          limit={80}
          nothingFoundMessage={t('nav.noMatch')}
        />
      </Group>
      <Presets onChoose={(schedule) => change({ schedule })} />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <Select
          label={t('jobs.concurrency')}
          data={concurrencies.map((value) => ({ value, label: t(`jobs.concurrency_${value}`) }))}
          value={draft.concurrency}
          onChange={(value) => change({ concurrency: concurrencies.find((one) => one === value) ?? 'forbid' })}
          allowDeselect={false}
        />
        <Select
          label={t('jobs.missed')}
          data={misses.map((value) => ({ value, label: t(`jobs.missed_${value}`) }))}
          value={draft.missed}
          onChange={(value) => change({ missed: misses.find((one) => one === value) ?? 'run_once' })}
          allowDeselect={false}
        />
      </Group>
    </>
  );
};

const Presets = ({ onChoose }: { onChoose: (schedule: string) => void }) => {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <UnstyledButton fz="sm" c="var(--mantine-color-anchor)" w="fit-content">
          {t('jobs.presets')}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {presets.map(({ name, schedule }) => (
          <Menu.Item key={name} onClick={() => onChoose(schedule)} rightSection={<code>{schedule}</code>}>
            {t(`jobs.preset_${name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
