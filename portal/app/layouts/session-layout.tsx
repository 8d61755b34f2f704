// The frame of every page after sign-in: bar above, navigation beside it.
import type { Caller } from '@berth/contract/sign-in.ts';
import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useParams, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { CallerContext } from '#components/caller.ts';
import { AppLink } from '#components/link.tsx';
import { LiveIndicator } from '#components/live-indicator.tsx';
import { ColorsMenu, LanguageMenu } from '#components/preferences.tsx';
import { Announcer } from '#ui/announcer.tsx';
import { LogoMark } from '#ui/logo.tsx';
import { pb } from '#util/path-builder.ts';
import { AccountMenu } from './account-menu.tsx';
import { Navigation } from './navigation.tsx';
import { PlaceSwitcher } from './place-switcher.tsx';
import styles from './session-layout.module.css';

const headerPixels = 56;

export const SessionLayout = ({ caller }: { caller: Caller }) => {
  const { t } = useTranslation();
  const [isOpen, menu] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isLoading = useRouterState({ select: (state) => state.isLoading });
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  const tenant = typeof params['tenant'] === 'string' ? params['tenant'] : undefined;
  const environment = typeof params['environment'] === 'string' ? params['environment'] : undefined;
  // On a phone the menu lies over the page; having chosen, one wants to see it.
  const { close } = menu;
  useEffect(() => close(), [path, close]);

  return (
    <CallerContext value={caller}>
      <a href="#content" className="berth-skip">
        {t('common.skip')}
      </a>
      <AppShell
        header={{ height: headerPixels }}
        navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
        padding={0}
      >
        <AppShell.Header className={styles.header}>
          <Burger
            opened={isOpen}
            onClick={menu.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={t('nav.menu')}
            aria-expanded={isOpen}
          />
          <AppLink to={pb.home()} className={styles.brand} aria-label="Berth">
            <LogoMark />
            <Text fw={700} fz={18} visibleFrom="xs">
              Berth
            </Text>
          </AppLink>
          <Group visibleFrom="sm" gap={6} wrap="nowrap" ml="lg">
            <PlaceSwitcher tenant={tenant} environment={environment} />
          </Group>
          <Group gap={4} ml="auto" wrap="nowrap">
            {environment === undefined ? null : <LiveIndicator />}
            <LanguageMenu />
            <ColorsMenu />
            <AccountMenu />
          </Group>
          {isLoading ? <span className={styles.loading} aria-hidden="true" /> : null}
        </AppShell.Header>
        <AppShell.Navbar p="sm" className={styles.navbar} aria-label={t('nav.main')}>
          <Group hiddenFrom="sm" gap={8} mb="sm" grow preventGrowOverflow={false}>
            <PlaceSwitcher tenant={tenant} environment={environment} />
          </Group>
          {tenant === undefined || environment === undefined ? null : <Navigation place={{ tenant, environment }} />}
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} className={styles.main}>
          <div className={styles.content}>
            <Outlet />
          </div>
        </AppShell.Main>
      </AppShell>
      <Announcer />
    </CallerContext>
  );
};
