// Every page and its address. Loaders fetch, pages read. Pages are loaded when they are first gone to.
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { lazy } from 'react';
import { callerMay } from '#api/caller-may.ts';
import { isUnauthenticated } from '#api/client.ts';
import { foreignContainersQuery, hooksQuery, jobsQuery, runQuery } from '#api/job-queries.ts';
import {
  allEvents,
  applicationQuery,
  applicationsQuery,
  callerQuery,
  containerPagesQuery,
  containerQuery,
  containersQuery,
  diffQuery,
  environmentsQuery,
  eventsQuery,
  exportQuery,
  hostsQuery,
  operationsQuery,
  revisionQuery,
  revisionsQuery,
  setupQuery,
  tenantsQuery,
} from '#api/queries.ts';
import { pb, safeNext } from '#util/path-builder.ts';
import { BareLayout } from './layouts/bare-layout.tsx';
import { ErrorPage } from './pages/error-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { PendingPage } from './pages/pending-page.tsx';
import { loadPart } from './util/load-part.ts';
import { numberOf, textOf, trailOf } from './util/search.ts';

/** A page, loaded when it is first gone to. */
const part = <Part extends Record<string, unknown>, Name extends keyof Part & string>(
  load: () => Promise<Part>,
  name: Name,
) => lazyRouteComponent(loadPart(load), name);

const SessionLayout = lazy(
  loadPart(async () => ({ default: (await import('./layouts/session-layout.tsx')).SessionLayout })),
);

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: () => (
    <BareLayout>
      <NotFoundPage />
    </BareLayout>
  ),
  errorComponent: (props) => (
    <BareLayout>
      <ErrorPage {...props} />
    </BareLayout>
  ),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (search) => ({ code: textOf(search['code']) }),
  beforeLoad: async ({ context }) => {
    const { needed } = await context.queries.fetchQuery(setupQuery());
    if (!needed) throw redirect({ to: '/sign-in', search: {} });
  },
  component: part(() => import('./pages/setup/setup-page.tsx'), 'SetupPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => ({ next: search['next'] === undefined ? undefined : safeNext(search['next']) }),
  beforeLoad: async ({ context }) => {
    const { needed } = await context.queries.fetchQuery(setupQuery());
    if (needed) throw redirect({ to: '/setup', search: {} });
  },
  component: part(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

/** Everything below needs a session; without one the way leads through sign-in and back here. */
const session = createRoute({
  getParentRoute: () => root,
  id: 'session',
  beforeLoad: async ({ context, location }) => {
    try {
      return { caller: await context.queries.ensureQueryData(callerQuery()) };
    } catch (error) {
      if (!isUnauthenticated(error)) throw error;
      const next = safeNext(location.href);
      throw redirect({ to: '/sign-in', search: next === '/' ? {} : { next } });
    }
  },
  component: function Session() {
    return <SessionLayout caller={session.useRouteContext().caller} />;
  },
});

/** The first tenant the caller can go to, or a word on why there is none. */
const home = createRoute({
  getParentRoute: () => session,
  path: '/',
  beforeLoad: async ({ context }) => {
    const own = context.caller.memberships[0]?.tenant.name;
    const isPlatform = context.caller.user.platformRole !== null;
    const all = own === undefined && isPlatform ? await context.queries.ensureQueryData(tenantsQuery()) : undefined;
    const first = own ?? all?.items[0]?.name;
    if (first !== undefined) throw redirect({ to: pb.tenant(first), replace: true });
  },
  component: part(() => import('./pages/welcome/welcome-page.tsx'), 'NoTenantPage'),
});

const tenant = createRoute({
  getParentRoute: () => session,
  path: '/t/$tenant',
  beforeLoad: async ({ context, params }) => {
    const environments = await context.queries.fetchQuery(environmentsQuery(params.tenant));
    return { environments: environments.items };
  },
  component: Outlet,
});

const tenantHome = createRoute({
  getParentRoute: () => tenant,
  path: '/',
  beforeLoad: ({ context, params }) => {
    const first = context.environments[0];
    if (first === undefined) return;
    throw redirect({ to: pb.environment({ tenant: params.tenant, environment: first.name }), replace: true });
  },
  component: part(() => import('./pages/welcome/welcome-page.tsx'), 'NoEnvironmentPage'),
});

const environment = createRoute({
  getParentRoute: () => tenant,
  path: '/e/$environment',
  beforeLoad: ({ context, params }) => {
    if (!context.environments.some(({ name }) => name === params.environment)) throw notFound();
  },
  component: part(() => import('./layouts/environment-layout.tsx'), 'EnvironmentLayout'),
});

const environmentHome = createRoute({
  getParentRoute: () => environment,
  path: '/',
  beforeLoad: ({ context, params }) => {
    // A platform administrator sees hosts, but not what tenants run on them.
    const isMember = context.caller.memberships.some((membership) => membership.tenant.name === params.tenant);
    throw redirect({ to: isMember ? pb.applications(params) : pb.hosts(params), replace: true });
  },
});

const hosts = createRoute({
  getParentRoute: () => environment,
  path: '/hosts',
  loader: ({ context, params }) => context.queries.ensureQueryData(hostsQuery(params)),
  component: part(() => import('./pages/hosts/hosts-page.tsx'), 'HostsPage'),
});

const applications = createRoute({
  getParentRoute: () => environment,
  path: '/applications',
  validateSearch: (search) => ({ search: textOf(search['search']), trail: trailOf(search['trail']) }),
  loaderDeps: ({ search }) => ({ search: search.search, cursor: search.trail?.at(-1) }),
  loader: async ({ context, params, deps }) => {
    await Promise.all([
      context.queries.ensureQueryData(applicationsQuery(params, deps)),
      context.queries.ensureQueryData(hostsQuery(params)),
    ]);
  },
  component: part(() => import('./pages/applications/applications-page.tsx'), 'ApplicationsPage'),
});

const publish = createRoute({
  getParentRoute: () => environment,
  path: '/publish',
  validateSearch: (search) => ({ application: textOf(search['application']) }),
  loaderDeps: ({ search }) => ({ application: search.application }),
  loader: async ({ context, params, deps }) => {
    if (deps.application === undefined) return;
    const place = { ...params, application: deps.application };
    const { revision } = await context.queries.fetchQuery({ ...applicationQuery(place), staleTime: 0 });
    await context.queries.ensureQueryData(exportQuery(place, revision));
  },
  component: part(() => import('./pages/publish/publish-page.tsx'), 'PublishPage'),
});

const application = createRoute({
  getParentRoute: () => environment,
  path: '/applications/$application',
  loader: ({ context, params }) => context.queries.ensureQueryData(applicationQuery(params)),
  component: part(() => import('./pages/application/application-layout.tsx'), 'ApplicationLayout'),
});

const services = createRoute({
  getParentRoute: () => application,
  path: '/',
  component: part(() => import('./pages/application/services-tab.tsx'), 'ServicesTab'),
});

const containers = createRoute({
  getParentRoute: () => application,
  path: '/containers',
  loader: ({ context, params }) => context.queries.ensureInfiniteQueryData(containerPagesQuery(params, '')),
  component: part(() => import('./pages/application/containers-tab.tsx'), 'ContainersTab'),
});

const operation = createRoute({
  getParentRoute: () => application,
  path: '/operation',
  loader: ({ context, params }) => context.queries.ensureInfiniteQueryData(operationsQuery(params)),
  component: part(() => import('./pages/application/operation-tab.tsx'), 'OperationTab'),
});

const events = createRoute({
  getParentRoute: () => application,
  path: '/events',
  loader: ({ context, params }) => context.queries.ensureInfiniteQueryData(eventsQuery(params, allEvents)),
  component: part(() => import('./pages/application/events-tab.tsx'), 'EventsTab'),
});

const revisions = createRoute({
  getParentRoute: () => application,
  path: '/revisions',
  loader: ({ context, params }) => context.queries.ensureInfiniteQueryData(revisionsQuery(params)),
  component: part(() => import('./pages/application/revisions-tab.tsx'), 'RevisionsTab'),
});

const topology = createRoute({
  getParentRoute: () => application,
  path: '/topology',
  loader: ({ context, params }) => context.queries.ensureQueryData(containersQuery(params, params.application)),
  component: part(() => import('./pages/topology/topology-tab.tsx'), 'TopologyTab'),
});

const jobs = createRoute({
  getParentRoute: () => application,
  path: '/jobs',
  loader: ({ context, params }) => context.queries.ensureQueryData(jobsQuery(params)),
  component: part(() => import('./pages/jobs/jobs-tab.tsx'), 'JobsTab'),
});

const hooks = createRoute({
  getParentRoute: () => application,
  path: '/hooks',
  loader: async ({ context, params }) => {
    // Who may not list them gets a word on that from the page.
    if (callerMay(context.caller, params.tenant, 'list', 'application.hooks'))
      await context.queries.ensureQueryData(hooksQuery(params));
  },
  component: part(() => import('./pages/hooks/hooks-tab.tsx'), 'HooksTab'),
});

const run = createRoute({
  getParentRoute: () => environment,
  path: '/applications/$application/runs/$run',
  loader: ({ context, params }) => context.queries.ensureQueryData(runQuery(params, params.run)),
  component: part(() => import('./pages/jobs/run-page.tsx'), 'RunPage'),
});

const compare = createRoute({
  getParentRoute: () => environment,
  path: '/applications/$application/compare',
  validateSearch: (search) => ({ from: numberOf(search['from']), to: numberOf(search['to']) }),
  loaderDeps: ({ search }) => search,
  loader: async ({ context, params, deps: { from, to } }) => {
    await Promise.all([
      context.queries.ensureInfiniteQueryData(revisionsQuery(params)),
      ...(from === undefined || to === undefined || from === to
        ? []
        : [context.queries.ensureQueryData(diffQuery(params, from, to))]),
    ]);
  },
  component: part(() => import('./pages/compare/compare-page.tsx'), 'ComparePage'),
});

const imports = createRoute({
  getParentRoute: () => environment,
  path: '/import',
  loader: async ({ context, params }) => {
    if (callerMay(context.caller, params.tenant, 'list', 'environment.imports'))
      await context.queries.ensureQueryData(foreignContainersQuery(params));
  },
  component: part(() => import('./pages/import/import-page.tsx'), 'ImportPage'),
});

const revision = createRoute({
  getParentRoute: () => environment,
  path: '/applications/$application/revisions/$number',
  loader: ({ context, params }) => context.queries.ensureQueryData(revisionQuery(params, Number(params.number))),
  component: part(() => import('./pages/application/revision-page.tsx'), 'RevisionPage'),
});

const logs = createRoute({
  getParentRoute: () => environment,
  path: '/applications/$application/containers/$container/logs',
  loader: ({ context, params }) => context.queries.ensureQueryData(containerQuery(params)),
  component: part(() => import('./pages/container/logs-page.tsx'), 'LogsPage'),
});

const shell = createRoute({
  getParentRoute: () => environment,
  path: '/applications/$application/containers/$container/shell',
  loader: ({ context, params }) => context.queries.ensureQueryData(containerQuery(params)),
  component: part(() => import('./pages/container/shell-page.tsx'), 'ShellPage'),
});

const tree = root.addChildren([
  setup,
  signIn,
  session.addChildren([
    home,
    tenant.addChildren([
      tenantHome,
      environment.addChildren([
        environmentHome,
        hosts,
        applications,
        publish,
        imports,
        application.addChildren([services, containers, topology, operation, events, revisions, jobs, hooks]),
        revision,
        compare,
        run,
        logs,
        shell,
      ]),
    ]),
  ]),
]);

const pendingAfterMs = 600;

export const makeRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    // The cache decides what is fresh, not the router.
    defaultPreloadStaleTime: 0,
    defaultPendingMs: pendingAfterMs,
    defaultPendingComponent: PendingPage,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
  });
