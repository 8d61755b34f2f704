// Make a hook or change one. A new one's secret is shown right after.
import type { Application } from '@berth/contract/applications.ts';
import type { Hook } from '@berth/contract/hooks.ts';
import { Button, Group, NumberInput, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useCreateHook, useSetHook } from '#api/job-changes.ts';
import { ErrorMessage, notifyDone } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { HookDoes } from './hook-does.tsx';
import { draftOfHook, hookOf, newHook, type HookDraft } from './hook-draft.ts';
import { HookSecret } from './hook-secret.tsx';

type Props = { readonly application: Application; readonly hook?: Hook; readonly onClose: () => void };

export const HookForm = ({ application, hook, onClose }: Props) => {
  const { t } = useTranslation();
  const [made, setMade] = useState<{ hook: Hook; secret: string }>();
  if (made !== undefined) return <HookSecret {...made} onClose={onClose} />;
  return (
    <Dialog
      onClose={onClose}
      size="lg"
      title={hook === undefined ? t('hooks.createTitle') : t('hooks.editTitle', { name: hook.name })}
    >
      <Fields application={application} {...(hook === undefined ? {} : { hook })} onMade={setMade} onClose={onClose} />
    </Dialog>
  );
};

const Fields = ({
  application,
  hook,
  onMade,
  onClose,
}: Props & { onMade: (made: { hook: Hook; secret: string }) => void }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const names = application.services.map((service) => service.name);
  const first = names[0] ?? '';
  const [draft, setDraft] = useState(() => (hook === undefined ? newHook(first) : draftOfHook(hook, first)));
  const change = (part: Partial<HookDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const spec = hookOf(draft);
  const create = useCreateHook(place, { onDone: onMade });
  const set = useSetHook(place, {
    onDone: (changed) => {
      notifyDone(t('hooks.saved'), changed.name);
      onClose();
    },
  });
  const error = create.error ?? set.error;
  const save = (): void => {
    if (spec === undefined) return;
    if (hook === undefined) create.mutate(spec);
    else set.mutate({ id: hook.id, spec });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack>
        <TextInput
          label={t('hooks.name')}
          placeholder={t('jobs.nameHint')}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          maxLength={40}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          required
          withAsterisk={false}
        />
        <HookDoes draft={draft} change={change} services={names} />
        <Limits draft={draft} change={change} />
        {error === null ? null : <ErrorMessage error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending || set.isPending} disabled={spec === undefined}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

const Limits = ({ draft, change }: { draft: HookDraft; change: (part: Partial<HookDraft>) => void }) => {
  const { t } = useTranslation();
  return (
    <>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <NumberInput
          label={t('hooks.coolDown')}
          value={draft.coolDownSeconds}
          onChange={(coolDownSeconds) => change({ coolDownSeconds })}
          min={0}
          max={86_400}
          allowDecimal={false}
        />
        <TextInput
          type="date"
          label={`${t('hooks.expires')} (${t('common.optional')})`}
          value={draft.expires}
          onChange={(event) => change({ expires: event.currentTarget.value })}
        />
      </Group>
      <Switch
        label={t('hooks.enabled')}
        checked={draft.enabled}
        onChange={(event) => change({ enabled: event.currentTarget.checked })}
      />
    </>
  );
};
