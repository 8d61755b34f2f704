// The entries of an environment. Icon and word; the current one is marked for everybody.
import { Button, NavLink } from '@mantine/core';
import { IconLayoutGrid, IconPackageImport, IconRocket, IconServer2 } from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMay } from '#components/caller.ts';
import { AppLink } from '#components/link.tsx';
import { pb, type EnvironmentPlace } from '#util/path-builder.ts';

export const Navigation = ({ place }: { place: EnvironmentPlace }) => {
  const { t } = useTranslation();
  const may = useMay(place.tenant);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const entries = [
    {
      label: t('nav.applications'),
      path: pb.applications(place),
      icon: <IconLayoutGrid size={18} stroke={1.7} aria-hidden="true" />,
      shown: may('list', 'environment.applications'),
    },
    {
      label: t('nav.hosts'),
      path: pb.hosts(place),
      icon: <IconServer2 size={18} stroke={1.7} aria-hidden="true" />,
      shown: may('list', 'environment.hosts'),
    },
    {
      label: t('nav.imports'),
      path: pb.imports(place),
      icon: <IconPackageImport size={18} stroke={1.7} aria-hidden="true" />,
      shown: may('create', 'environment.imports'),
    },
  ];
  return (
    <>
      {may('create', 'environment.applications') ? (
        <Button
          component={AppLink}
          to={pb.publish(place)}
          leftSection={<IconRocket size={17} aria-hidden="true" />}
          mb="xs"
          fullWidth
        >
          {t('nav.publish')}
        </Button>
      ) : null}
      {entries
        .filter((entry) => entry.shown)
        .map((entry) => {
          const isCurrent = path.startsWith(entry.path);
          return (
            <NavLink
              key={entry.path}
              component={AppLink}
              to={entry.path}
              label={entry.label}
              leftSection={entry.icon}
              active={isCurrent}
              aria-current={isCurrent ? 'page' : undefined}
              style={{ borderRadius: 'var(--mantine-radius-md)' }}
            />
          );
        })}
    </>
  );
};
