// Everything pages read, as query options: the loader fetches them, the page reads them.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { ApplicationPlace, ContainerPlace, EnvironmentPlace } from '#util/path-builder.ts';
import { api } from './client.ts';
import { kindKey } from './keys.ts';

/** Live updates age what changed; this is the net below them, for a browser whose stream broke without saying so. */
const safetyRefreshMs = 30_000;
const listLimit = 200;
export const applicationsPerPage = 25;
const eventsPerPage = 50;
const containersPerPage = 50;
const operationsPerPage = 20;
/** Every one of them is read again when something changed, so a page does not pile up more than this. */
const pagesMaximum = 20;

const environmentOf = ({ tenant, environment }: EnvironmentPlace) => ({ tenant, environment });
const applicationOf = ({ tenant, environment, application }: ApplicationPlace) => ({
  tenant,
  environment,
  application,
});

/** A cursor of `''` is the first page. */
const pageOf = (limit: number, cursor: string, search = '') => ({
  limit,
  ...(cursor === '' ? {} : { cursor }),
  ...(search === '' ? {} : { search }),
});

export const setupQuery = () =>
  queryOptions({ queryKey: ['setup'], queryFn: ({ signal }) => api.readSetup({ signal }), staleTime: 0 });

export const callerQuery = () =>
  queryOptions({
    queryKey: ['caller'],
    queryFn: ({ signal }) => api.readCaller({ signal }),
    staleTime: 5 * 60_000,
  });

export const tenantsQuery = () =>
  queryOptions({
    queryKey: ['tenants'],
    queryFn: ({ signal }) => api.listTenants({ query: { limit: listLimit }, signal }),
    staleTime: 60_000,
  });

export const environmentsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['environments', tenant],
    queryFn: ({ signal }) => api.listEnvironments({ params: { tenant }, query: { limit: listLimit }, signal }),
    staleTime: 30_000,
  });

export const hostsQuery = (place: EnvironmentPlace) =>
  queryOptions({
    queryKey: kindKey(place, 'hosts'),
    queryFn: ({ signal }) => api.listHosts({ params: environmentOf(place), query: { limit: listLimit }, signal }),
    refetchInterval: safetyRefreshMs,
  });

export type ListPosition = { readonly search?: string | undefined; readonly cursor?: string | undefined };

export const applicationsQuery = (place: EnvironmentPlace, position: ListPosition) =>
  queryOptions({
    queryKey: kindKey(place, 'applications', position.search ?? '', position.cursor ?? ''),
    queryFn: ({ signal }) =>
      api.listApplications({
        params: environmentOf(place),
        query: {
          limit: applicationsPerPage,
          ...(position.search === undefined || position.search === '' ? {} : { search: position.search }),
          ...(position.cursor === undefined ? {} : { cursor: position.cursor }),
        },
        signal,
      }),
    refetchInterval: safetyRefreshMs,
  });

export const applicationQuery = (place: ApplicationPlace) =>
  queryOptions({
    queryKey: kindKey(place, 'application', place.application),
    queryFn: ({ signal }) => api.readApplication({ params: applicationOf(place), signal }),
    refetchInterval: (query) => (query.state.data?.operation?.state === 'running' ? 3_000 : safetyRefreshMs),
  });

/** Containers of one application. At most 200, the largest page there is. */
export const containersQuery = (place: EnvironmentPlace, application: string) =>
  queryOptions({
    queryKey: kindKey(place, 'containers', application),
    queryFn: ({ signal }) =>
      api.listContainers({
        params: environmentOf(place),
        query: { limit: listLimit, application },
        signal,
      }),
    refetchInterval: safetyRefreshMs,
  });

export const containerQuery = (place: ContainerPlace) =>
  queryOptions({
    queryKey: kindKey(place, 'containers', place.application, place.container),
    queryFn: ({ signal }) =>
      api.readContainer({ params: { ...environmentOf(place), container: place.container }, signal }),
    refetchInterval: safetyRefreshMs,
  });

/** Containers of one application, page by page, for a list that is searched. */
export const containerPagesQuery = (place: ApplicationPlace, search: string) =>
  infiniteQueryOptions({
    queryKey: kindKey(place, 'containers', place.application, 'pages', search),
    queryFn: ({ signal, pageParam }) =>
      api.listContainers({
        params: environmentOf(place),
        query: { application: place.application, ...pageOf(containersPerPage, pageParam, search) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page, pages) => (pages.length < pagesMaximum ? page.next : undefined),
    refetchInterval: safetyRefreshMs,
  });

export type EventFilter = { readonly search: string; readonly areWarningsOnly: boolean };
export const allEvents: EventFilter = { search: '', areWarningsOnly: false };

export const eventsQuery = (place: ApplicationPlace, { search, areWarningsOnly }: EventFilter) =>
  infiniteQueryOptions({
    queryKey: kindKey(place, 'events', place.application, search, areWarningsOnly),
    queryFn: ({ signal, pageParam }) =>
      api.listApplicationEvents({
        params: applicationOf(place),
        query: { ...pageOf(eventsPerPage, pageParam, search), ...(areWarningsOnly ? { type: 'warning' } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page, pages) => (pages.length < pagesMaximum ? page.next : undefined),
  });

/** Operations of an application, newest first. */
export const operationsQuery = (place: ApplicationPlace) =>
  infiniteQueryOptions({
    queryKey: kindKey(place, 'operations', place.application),
    queryFn: ({ signal, pageParam }) =>
      api.listOperations({
        params: environmentOf(place),
        query: { application: place.application, ...pageOf(operationsPerPage, pageParam) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page, pages) => (pages.length < pagesMaximum ? page.next : undefined),
  });

export const revisionsQuery = (place: ApplicationPlace, search = '') =>
  infiniteQueryOptions({
    queryKey: kindKey(place, 'revisions', place.application, 'list', search),
    queryFn: ({ signal, pageParam }) =>
      api.listRevisions({
        params: applicationOf(place),
        query: pageOf(eventsPerPage, pageParam, search),
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page, pages) => (pages.length < pagesMaximum ? page.next : undefined),
  });

/** A revision never changes. */
export const revisionQuery = (place: ApplicationPlace, number: number) =>
  queryOptions({
    queryKey: kindKey(place, 'revisions', place.application, 'detail', number),
    queryFn: ({ signal }) => api.readRevision({ params: { ...applicationOf(place), number: String(number) }, signal }),
    staleTime: Infinity,
  });

/** What lies between two revisions; neither ever changes. */
export const diffQuery = (place: ApplicationPlace, from: number, to: number) =>
  queryOptions({
    queryKey: kindKey(place, 'revisions', place.application, 'diff', from, to),
    queryFn: ({ signal }) =>
      api.diffRevisions({
        params: { ...applicationOf(place), number: String(to) },
        query: { against: from },
        signal,
      }),
    staleTime: Infinity,
  });

/** A dry run of going to a revision; what it says holds for the moment only. */
export const rollbackPreviewQuery = (place: ApplicationPlace, number: number) =>
  queryOptions({
    queryKey: kindKey(place, 'application', place.application, 'rollback', number),
    queryFn: ({ signal }) =>
      api.previewRollback({ params: { ...applicationOf(place), number: String(number) }, signal }),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });

/** What somebody starts from who publishes the next revision: all bytes, those of secrets too; not kept for long. */
export const exportQuery = (place: ApplicationPlace, revision: number) =>
  queryOptions({
    queryKey: kindKey(place, 'revisions', place.application, 'export', revision),
    queryFn: ({ signal }) =>
      api.exportApplication({ params: applicationOf(place), query: { form: 'files', revision }, signal }),
    staleTime: Infinity,
    gcTime: 10_000,
  });
