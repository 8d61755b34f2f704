// First run: the one-time code the server printed, the first account, the first tenant.
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { namePattern } from '@berth/contract/names.ts';
import { api } from '#api/client.ts';
import { callerQuery } from '#api/queries.ts';
import { ErrorMessage } from '#components/error-message.tsx';
import { currentLanguage } from '#i18n/i18n.ts';
import { EntranceLayout } from '#layouts/entrance-layout.tsx';

const passwordLengthMinimum = 10;

type Draft = { readonly code: string; readonly name: string; readonly password: string; readonly tenantTitle: string };

const useCompleteSetup = (draft: Draft) => {
  const queries = useQueryClient();
  const router = useRouter();
  return useMutation({
    meta: { signsIn: true },
    mutationFn: () => {
      const { code, name, password, tenantTitle } = draft;
      const title = tenantTitle.trim();
      return api.completeSetup({
        body: {
          code: code.trim(),
          name,
          password,
          language: currentLanguage(),
          ...(title === '' ? {} : { tenantTitle: title }),
        },
      });
    },
    onSuccess: async ({ caller }) => {
      queries.clear();
      queries.setQueryData(callerQuery().queryKey, caller);
      await router.navigate({ to: '/' });
    },
  });
};

export const SetupPage = () => {
  const { t } = useTranslation();
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const [draft, setDraft] = useState<Draft>({
    code: typeof search['code'] === 'string' ? search['code'] : '',
    name: 'admin',
    password: '',
    tenantTitle: '',
  });
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const isNameBad = draft.name !== '' && !namePattern.test(draft.name);
  const setup = useCompleteSetup(draft);
  return (
    <EntranceLayout title={t('setup.title')} lead={t('setup.lead')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isNameBad) setup.mutate();
        }}
      >
        <Stack>
          <Fields draft={draft} change={change} isNameBad={isNameBad} />
          {setup.error === null ? null : <ErrorMessage error={setup.error} />}
          <Button type="submit" loading={setup.isPending} fullWidth mt={4}>
            {t('setup.submit')}
          </Button>
        </Stack>
      </form>
    </EntranceLayout>
  );
};

type FieldsProps = {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly isNameBad: boolean;
};

const Fields = ({ draft, change, isNameBad }: FieldsProps) => {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t('setup.code')}
        description={t('setup.codeHint')}
        value={draft.code}
        onChange={(event) => change({ code: event.currentTarget.value })}
        autoComplete="one-time-code"
        spellCheck={false}
        maxLength={100}
        required
        withAsterisk={false}
        autoFocus
      />
      <TextInput
        label={t('setup.name')}
        description={t('setup.nameHint')}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={isNameBad ? t('setup.nameHint') : null}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={40}
        required
        withAsterisk={false}
      />
      <PasswordInput
        label={t('setup.password')}
        description={t('setup.passwordHint')}
        value={draft.password}
        onChange={(event) => change({ password: event.currentTarget.value })}
        autoComplete="new-password"
        minLength={passwordLengthMinimum}
        maxLength={200}
        required
        withAsterisk={false}
      />
      <TextInput
        label={`${t('setup.tenantTitle')} (${t('common.optional')})`}
        description={t('setup.tenantHint')}
        value={draft.tenantTitle}
        onChange={(event) => change({ tenantTitle: event.currentTarget.value })}
        autoComplete="organization"
        maxLength={80}
      />
    </>
  );
};
