// Sign in with a name and a password, then on to where one wanted to go.
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isUnauthenticated } from '#api/client.ts';
import { callerQuery } from '#api/queries.ts';
import { ErrorMessage } from '#components/error-message.tsx';
import { safeNext } from '#util/path-builder.ts';
import { EntranceLayout } from '#layouts/entrance-layout.tsx';

export const SignInPage = () => {
  const { t } = useTranslation();
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const queries = useQueryClient();
  const router = useRouter();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    meta: { signsIn: true },
    mutationFn: () => api.signIn({ body: { name: name.trim(), password, client: 'portal' } }),
    onSuccess: async ({ caller }) => {
      queries.clear();
      queries.setQueryData(callerQuery().queryKey, caller);
      await router.navigate({ href: safeNext(search['next']) });
    },
    onError: () => setPassword(''),
  });
  return (
    <EntranceLayout title={t('signIn.title')} lead={t('signIn.lead')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Stack>
          {search['next'] !== undefined && signIn.isIdle ? (
            <Alert color="harbor" variant="light" role="status">
              {t('signIn.expired')}
            </Alert>
          ) : null}
          <TextInput
            label={t('signIn.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={100}
            required
            withAsterisk={false}
            autoFocus
          />
          <PasswordInput
            label={t('signIn.password')}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            maxLength={200}
            required
            withAsterisk={false}
          />
          {signIn.error === null ? null : isUnauthenticated(signIn.error) ? (
            <Alert color="red" variant="light" role="alert">
              {t('signIn.failed')}
            </Alert>
          ) : (
            <ErrorMessage error={signIn.error} />
          )}
          <Button type="submit" loading={signIn.isPending} fullWidth mt={4}>
            {t('signIn.submit')}
          </Button>
        </Stack>
      </form>
    </EntranceLayout>
  );
};
