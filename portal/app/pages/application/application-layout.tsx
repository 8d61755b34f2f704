// One application: what it is, how it is, what can be done; its parts as tabs below.
import type { Application } from '@berth/contract/applications.ts';
import { Group, Tabs, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '#api/client.ts';
import { applicationQuery } from '#api/queries.ts';
import { Age } from '#components/age.tsx';
import { Conditions } from '#components/conditions.tsx';
import { TextLink } from '#components/link.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { PhaseBadge } from '#components/states.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { applicationTabs, pb, type ApplicationTab } from '#util/path-builder.ts';
import { ApplicationActions } from './application-actions.tsx';
import { OperationStrip } from './operation-strip.tsx';
import { RemovedApplication } from './removed-application.tsx';
import { UpgradeBanner } from './upgrade-banner.tsx';

/** The application of the page, kept current. */
export const useApplication = (): Application => useSuspenseQuery(applicationQuery(useApplicationPlace())).data;

export const ApplicationLayout = () => {
  const place = useApplicationPlace();
  const query = useSuspenseQuery(applicationQuery(place));
  // While one looks at it, an application may go: the cache then still has the last reading, and a 404 beside it.
  if (isApiError(query.error) && query.error.status === 404) return <RemovedApplication name={place.application} />;
  return <ApplicationFrame application={query.data} />;
};

const ApplicationFrame = ({ application }: { application: Application }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  return (
    <>
      <PageHeader
        title={application.name}
        badge={<PhaseBadge phase={application.phase} />}
        above={
          <TextLink to={pb.applications(place)} size="sm">
            {t('nav.applications')}
          </TextLink>
        }
        below={
          <Text size="sm" c="dimmed" component="div">
            <Group gap="4px 14px">
              <span>{t('application.revisionNumber', { number: application.revision })}</span>
              <span>{t('applications.containersOf', application.containers)}</span>
              {application.containers.finished === 0 ? null : (
                <span>{t('applications.finished', application.containers)}</span>
              )}
              <span>
                {t('applications.updated')} <Age at={application.updatedAt} />
              </span>
            </Group>
          </Text>
        }
        actions={<ApplicationActions application={application} />}
      />
      <OperationStrip application={application} />
      <UpgradeBanner application={application} />
      <Conditions
        conditions={application.conditions}
        shown={{ isBusy: application.operation?.state === 'running', hasUpgrade: application.upgrade !== null }}
      />
      <ApplicationTabs />
    </>
  );
};

const ApplicationTabs = () => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const router = useRouter();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const last = path.split('/').at(-1);
  const current = applicationTabs.find((tab) => tab !== 'services' && tab === last) ?? 'services';
  const list = useRef<HTMLDivElement>(null);
  // On a phone the tabs are wider than the screen; the one that is open is in sight. Only the row of tabs is moved, never
  // the page, which would hide its own heading.
  useEffect(() => {
    const row = list.current;
    const tab = row?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (row === null || tab === null || tab === undefined) return;
    const [left, right] = [tab.offsetLeft, tab.offsetLeft + tab.offsetWidth];
    if (left < row.scrollLeft) row.scrollLeft = left;
    else if (right > row.scrollLeft + row.clientWidth) row.scrollLeft = right - row.clientWidth;
  }, [current]);
  return (
    <Tabs
      value={current}
      keepMounted={false}
      mb="md"
      onChange={(tab) => {
        const chosen: ApplicationTab | undefined = applicationTabs.find((name) => name === tab);
        if (chosen !== undefined) void router.navigate({ to: pb.applicationTab(place, chosen), resetScroll: false });
      }}
    >
      <Tabs.List ref={list} aria-label={t('application.tabs')} style={{ flexWrap: 'nowrap', overflowX: 'auto' }}>
        {applicationTabs.map((tab) => (
          <Tabs.Tab key={tab} value={tab} style={{ flex: 'none' }}>
            {t(`application.${tab}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={current} pt="md">
        <Outlet />
      </Tabs.Panel>
    </Tabs>
  );
};
