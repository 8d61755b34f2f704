// Addresses at which other systems may upgrade or scale this application.
import type { Hook } from '@berth/contract/hooks.ts';
import { Group, Stack, Switch, Text, Title } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSetHook } from '#api/job-changes.ts';
import { hooksQuery } from '#api/job-queries.ts';
import { Age } from '#components/age.tsx';
import { useMay } from '#components/caller.ts';
import { notifyError } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { errorCodeText, reasonText } from '#components/reason.ts';
import { useApplication } from '#pages/application/application-layout.tsx';
import { DataTable, type Column } from '#ui/data-table.tsx';
import { AbilityButton } from '#ui/disabled-reason.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { Tag } from '#ui/status-badge.tsx';
import { dateText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';
import { useNow } from '#util/ticker.ts';
import { HookActions } from './hook-actions.tsx';
import { specOfHook } from './hook-draft.ts';
import { HookForm } from './hook-form.tsx';

export const HooksTab = () => {
  const { t } = useTranslation();
  const { tenant } = useApplicationPlace();
  const may = useMay(tenant);
  // Who may not even list them gets the sentence, not a failed reading.
  if (!may('list', 'application.hooks'))
    return <EmptyState icon={<IconWebhook size={28} stroke={1.6} />} title={t('common.mayNot')} />;
  return <Hooks />;
};

const Hooks = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const may = useMay(place.tenant);
  const application = useApplication();
  const hooks = useSuspenseQuery(hooksQuery(place)).data.items;
  const columns = useHookColumns(may('modify', 'application.hooks'));
  const [isMaking, setMaking] = useState(false);
  const button = (
    <AbilityButton
      ability={may('create', 'application.hooks') ? true : t('common.mayNot')}
      size="sm"
      leftSection={<IconPlus size={16} aria-hidden="true" />}
      onClick={() => setMaking(true)}
    >
      {t('hooks.create')}
    </AbilityButton>
  );
  return (
    <Stack gap="md">
      {hooks.length === 0 ? (
        <EmptyState
          icon={<IconWebhook size={28} stroke={1.6} />}
          title={t('hooks.empty')}
          text={t('hooks.emptyText')}
          action={button}
        />
      ) : (
        <section aria-label={t('hooks.heading')}>
          <Group justify="space-between" mb="xs">
            <Title order={2}>{t('hooks.heading')}</Title>
            {button}
          </Group>
          <DataTable
            label={t('hooks.list', { name: application.name })}
            columns={columns}
            rows={hooks}
            rowKey={(row) => row.id}
          />
        </section>
      )}
      {isMaking ? <HookForm application={application} onClose={() => setMaking(false)} /> : null}
    </Stack>
  );
};

const useHookColumns = (mayModify: boolean): readonly Column<Hook>[] => {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      header: t('hooks.name'),
      bare: true,
      cell: (row) => (
        <Text fw={600} size="sm">
          {row.name}
        </Text>
      ),
    },
    { key: 'does', header: t('hooks.does'), cell: (row) => <Does hook={row} /> },
    {
      key: 'expires',
      header: t('hooks.expires'),
      fit: true,
      cell: (row) => <Expiry hook={row} />,
    },
    { key: 'last', header: t('hooks.lastCall'), cell: (row) => <LastCall hook={row} /> },
    {
      key: 'enabled',
      header: t('hooks.enabled'),
      fit: true,
      cell: (row) => <EnabledSwitch hook={row} mayModify={mayModify} />,
    },
    {
      key: 'actions',
      header: t('common.actions'),
      fit: true,
      bare: true,
      cell: (row) => <HookActions hook={row} />,
    },
  ];
};

/** The day is given and kept in universal time, so it is read in it. */
const Expiry = ({ hook: { expiresAt } }: { hook: Hook }) => {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (expiresAt === null) return t('hooks.noExpiry');
  const expiresMs = instantMs(expiresAt);
  return (
    <>
      {dateText(expiresMs, i18n.language, 'UTC')} {expiresMs < now ? <Tag tone="warn">{t('hooks.expired')}</Tag> : null}
    </>
  );
};

const Does = ({ hook }: { hook: Hook }) => {
  const { t } = useTranslation();
  const { does } = hook;
  const what =
    does.kind === 'scale'
      ? t('hooks.limits', { service: does.service, min: does.min, max: does.max })
      : does.variables.length === 0
        ? t('hooks.setsNothing')
        : t('hooks.sets', { names: does.variables.join(', ') });
  return (
    <>
      {t(`hooks.kind_${does.kind}`)}
      <Text size="xs" c="dimmed">
        {what}
      </Text>
    </>
  );
};

const LastCall = ({ hook }: { hook: Hook }) => {
  const { t } = useTranslation();
  if (hook.lastCallAt === null)
    return (
      <Text size="sm" c="dimmed">
        {t('hooks.never')}
      </Text>
    );
  const outcome = hook.lastOutcome ?? '';
  return (
    <>
      <Age at={hook.lastCallAt} />
      <Text size="xs" c="dimmed">
        {outcome === 'accepted' ? t('hooks.outcome_accepted') : (errorCodeText(outcome) ?? reasonText(outcome))}
      </Text>
    </>
  );
};

const EnabledSwitch = ({ hook, mayModify }: { hook: Hook; mayModify: boolean }) => {
  const { t } = useTranslation();
  const set = useSetHook(useApplicationPlace(), {
    onDone: () => undefined,
    onRefused: (error) => notifyError(error, t('hooks.changeFailed')),
  });
  return (
    <Switch
      aria-label={t('hooks.enabledOf', { name: hook.name })}
      checked={set.isPending ? set.variables.spec.enabled : hook.enabled}
      disabled={!mayModify}
      onChange={(event) =>
        set.mutate({ id: hook.id, spec: { ...specOfHook(hook), enabled: event.currentTarget.checked } })
      }
    />
  );
};
