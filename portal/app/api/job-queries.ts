// What the tabs of jobs, runs and hooks read.
import type { RunState } from '@berth/contract/jobs.ts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { ApplicationPlace, EnvironmentPlace } from '#util/path-builder.ts';
import { api } from './client.ts';
import { kindKey } from './keys.ts';

/** Live updates age what changed; this is the net below them. */
const safetyRefreshMs = 30_000;
const runningRefreshMs = 3_000;
const listLimit = 200;
const runsPerPage = 25;
/** Every one of them is read again when something changed, so a page does not pile up more than this. */
const pagesMaximum = 20;

const applicationOf = ({ tenant, environment, application }: ApplicationPlace) => ({
  tenant,
  environment,
  application,
});

/** Jobs of an application; two hundred are more than anybody makes, and all there are in one page. */
export const jobsQuery = (place: ApplicationPlace) =>
  queryOptions({
    queryKey: kindKey(place, 'jobs', place.application),
    queryFn: ({ signal }) => api.listJobs({ params: applicationOf(place), query: { limit: listLimit }, signal }),
    refetchInterval: safetyRefreshMs,
  });

export type RunFilter = { readonly job: string | null; readonly state: RunState | null };

export const runsQuery = (place: ApplicationPlace, filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: kindKey(place, 'runs', place.application, 'list', filter.job, filter.state),
    queryFn: ({ signal, pageParam }) =>
      api.listRuns({
        params: applicationOf(place),
        query: {
          limit: runsPerPage,
          ...(pageParam === '' ? {} : { cursor: pageParam }),
          ...(filter.job === null ? {} : { job: filter.job }),
          ...(filter.state === null ? {} : { state: filter.state }),
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page, pages) => (pages.length < pagesMaximum ? page.next : undefined),
    refetchInterval: safetyRefreshMs,
  });

export const runQuery = (place: ApplicationPlace, run: string) =>
  queryOptions({
    queryKey: kindKey(place, 'runs', place.application, 'detail', run),
    queryFn: ({ signal }) => api.readRun({ params: { ...applicationOf(place), run }, signal }),
    refetchInterval: (query) => (query.state.data?.finishedAt === null ? runningRefreshMs : safetyRefreshMs),
  });

export const hooksQuery = (place: ApplicationPlace) =>
  queryOptions({
    queryKey: kindKey(place, 'hooks', place.application),
    queryFn: ({ signal }) => api.listHooks({ params: applicationOf(place), query: { limit: listLimit }, signal }),
    refetchInterval: safetyRefreshMs,
  });

export const foreignContainersQuery = ({ tenant, environment }: EnvironmentPlace) =>
  queryOptions({
    queryKey: kindKey({ tenant, environment }, 'imports'),
    queryFn: ({ signal }) => api.listForeignContainers({ params: { tenant, environment }, query: {}, signal }),
  });
