// What can be done with one hook.
import type { Hook } from '@berth/contract/hooks.ts';
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconKey, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRemoveHook, useRenewHook } from '#api/job-changes.ts';
import { useMay } from '#components/caller.ts';
import { Confirm } from '#components/confirm.tsx';
import { notifyDone, notifyError } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { useApplication } from '#pages/application/application-layout.tsx';
import { AbilityMenuItem, type Ability } from '#ui/disabled-reason.tsx';
import { HookForm } from './hook-form.tsx';
import { HookSecret } from './hook-secret.tsx';

type Opened = 'edit' | 'renew' | 'remove';

export const HookActions = ({ hook }: { hook: Hook }) => {
  const { t } = useTranslation();
  const { tenant } = useApplicationPlace();
  const may = useMay(tenant);
  const application = useApplication();
  const [opened, setOpened] = useState<Opened>();
  const close = (): void => setOpened(undefined);
  const icon = { size: 16, 'aria-hidden': true } as const;
  const ability = (action: 'modify' | 'delete'): Ability =>
    may(action, 'application.hooks') ? true : t('common.mayNot');
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={t('hooks.more', { name: hook.name })}>
            <IconDots size={16} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <AbilityMenuItem
            ability={ability('modify')}
            icon={<IconPencil {...icon} />}
            onClick={() => setOpened('edit')}
          >
            {t('common.edit')}
          </AbilityMenuItem>
          <AbilityMenuItem ability={ability('modify')} icon={<IconKey {...icon} />} onClick={() => setOpened('renew')}>
            {t('hooks.renew')}
          </AbilityMenuItem>
          <AbilityMenuItem
            ability={ability('delete')}
            icon={<IconTrash {...icon} />}
            color="red"
            onClick={() => setOpened('remove')}
          >
            {t('common.remove')}
          </AbilityMenuItem>
        </Menu.Dropdown>
      </Menu>
      {opened === 'edit' ? <HookForm application={application} hook={hook} onClose={close} /> : null}
      {opened === 'renew' ? <RenewHook hook={hook} onClose={close} /> : null}
      {opened === 'remove' ? <RemoveHook hook={hook} onClose={close} /> : null}
    </>
  );
};

const RenewHook = ({ hook, onClose }: { hook: Hook; onClose: () => void }) => {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<string>();
  const renew = useRenewHook(useApplicationPlace(), {
    onDone: (renewed) => setSecret(renewed.secret),
    onRefused: (error) => {
      notifyError(error, t('hooks.changeFailed'));
      onClose();
    },
  });
  if (secret !== undefined) return <HookSecret hook={hook} secret={secret} onClose={onClose} />;
  return (
    <Confirm
      title={t('hooks.renewTitle', { name: hook.name })}
      text={t('hooks.renewText')}
      confirm={t('hooks.renew')}
      isRed
      isPending={renew.isPending}
      onConfirm={() => renew.mutate(hook.id)}
      onClose={onClose}
    />
  );
};

const RemoveHook = ({ hook, onClose }: { hook: Hook; onClose: () => void }) => {
  const { t } = useTranslation();
  const remove = useRemoveHook(useApplicationPlace(), {
    onDone: () => {
      notifyDone(t('hooks.removed'), hook.name);
      onClose();
    },
    onRefused: (error) => {
      notifyError(error, t('hooks.changeFailed'));
      onClose();
    },
  });
  return (
    <Confirm
      title={t('hooks.removeTitle', { name: hook.name })}
      text={t('hooks.removeText')}
      confirm={t('common.remove')}
      isRed
      isPending={remove.isPending}
      onConfirm={() => remove.mutate(hook.id)}
      onClose={onClose}
    />
  );
};
