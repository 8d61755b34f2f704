// What can be done with an application. The server says what is possible now, and why not; here it is drawn.
import type { Application } from '@berth/contract/applications.ts';
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconDots,
  IconDownload,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconResize,
  IconRocket,
  IconTerminal,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGo } from '#components/link.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { ExportApplication } from '#forms/application-export.tsx';
import { RemoveApplication } from '#forms/application-remove.tsx';
import { RestartApplication } from '#forms/application-restart.tsx';
import { ScaleApplication } from '#forms/application-scale.tsx';
import { SwitchApplication } from '#forms/application-switch.tsx';
import { RunTask } from '#forms/task-run.tsx';
import { AbilityButton, AbilityMenuItem } from '#ui/disabled-reason.tsx';
import { pb } from '#util/path-builder.ts';

type Opened = 'start' | 'stop' | 'scale' | 'restart' | 'run' | 'export' | 'remove';

const icon = { size: 17, 'aria-hidden': true } as const;

export const ApplicationActions = ({ application }: { application: Application }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const go = useGo();
  const [opened, setOpened] = useState<Opened>();
  const close = (): void => setOpened(undefined);
  const { actions, name } = application;
  // One of the two is always out of place; the one that fits is the button.
  const toggle = application.desiredState === 'stopped' ? 'start' : 'stop';
  return (
    <>
      <AbilityButton
        ability={actions.publish}
        leftSection={<IconRocket {...icon} />}
        onClick={() => go(pb.publishRevision(place))}
      >
        {t('application.publishRevision')}
      </AbilityButton>
      <AbilityButton
        ability={actions[toggle]}
        variant="default"
        leftSection={toggle === 'start' ? <IconPlayerPlay {...icon} /> : <IconPlayerStop {...icon} />}
        onClick={() => setOpened(toggle)}
      >
        {t(`application.${toggle}`)}
      </AbilityButton>
      <AbilityButton
        ability={actions.scale}
        variant="default"
        leftSection={<IconResize {...icon} />}
        onClick={() => setOpened('scale')}
      >
        {t('application.scale')}
      </AbilityButton>
      <MoreActions actions={actions} onOpen={setOpened} />
      {opened === 'start' || opened === 'stop' ? (
        <SwitchApplication place={place} name={name} to={opened} onClose={close} />
      ) : null}
      {opened === 'scale' ? <ScaleApplication place={place} application={application} onClose={close} /> : null}
      {opened === 'restart' ? <RestartApplication place={place} application={application} onClose={close} /> : null}
      {opened === 'run' ? <RunTask place={place} application={application} onClose={close} /> : null}
      {opened === 'export' ? <ExportApplication place={place} application={application} onClose={close} /> : null}
      {opened === 'remove' ? <RemoveApplication place={place} name={name} onClose={close} /> : null}
    </>
  );
};

const menu = [
  { name: 'restart', Icon: IconRefresh },
  { name: 'run', Icon: IconTerminal },
  { name: 'export', Icon: IconDownload },
] as const;

const MoreActions = ({ actions, onOpen }: Pick<Application, 'actions'> & { onOpen: (opened: Opened) => void }) => {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('application.more')}>
          <IconDots size={18} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {menu.map(({ name, Icon }) => (
          <AbilityMenuItem key={name} ability={actions[name]} icon={<Icon {...icon} />} onClick={() => onOpen(name)}>
            {t(`application.${name}`)}
          </AbilityMenuItem>
        ))}
        <Menu.Divider />
        <AbilityMenuItem
          ability={actions.remove}
          icon={<IconTrash {...icon} />}
          color="red"
          onClick={() => onOpen('remove')}
        >
          {t('application.remove')}
        </AbilityMenuItem>
      </Menu.Dropdown>
    </Menu>
  );
};
