// Who is signed in, in which role, and the way out.
import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '#api/client.ts';
import { useCaller } from '#components/caller.ts';
import { notifyError } from '#components/error-message.tsx';
import { pb } from '#util/path-builder.ts';

export const AccountMenu = () => {
  const { t } = useTranslation();
  const caller = useCaller();
  const router = useRouter();
  const queries = useQueryClient();
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  const membership = caller.memberships.find(({ tenant }) => tenant.name === params['tenant']);
  const signOut = useMutation({
    mutationFn: () => api.signOut(),
    onSuccess: async () => {
      await router.navigate({ to: pb.signIn() });
      // Nothing of this person may be seen by the next.
      queries.clear();
    },
    onError: (error) => notifyError(error, t('nav.signOut')),
  });
  const roles = [
    ...(membership === undefined ? [] : [t(`role.${membership.role}`)]),
    ...(caller.user.platformRole === null ? [] : [t('nav.platformAdmin')]),
  ];
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <UnstyledButton aria-label={`${t('nav.account')}: ${caller.user.name}`} style={{ borderRadius: '50%' }}>
          <Avatar size={32} color="harbor" variant="filled" name={caller.user.title} alt="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} c="var(--mantine-color-text)" size="sm">
            {caller.user.title}
          </Text>
          <Text size="xs">{caller.user.name}</Text>
          {roles.map((role) => (
            <Text size="xs" key={role}>
              {role}
            </Text>
          ))}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden="true" />} onClick={() => signOut.mutate()}>
          {t('nav.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
