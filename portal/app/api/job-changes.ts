// Changes to jobs, runs and hooks. What the answer concerns is read anew.
import type { HookSpec } from '@berth/contract/hooks.ts';
import type { JobSpec } from '@berth/contract/jobs.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApplicationPlace } from '#util/path-builder.ts';
import { api } from './client.ts';
import { kindKey, type QueryKind } from './keys.ts';

type After<Output> = { readonly onDone: (output: Output) => void; readonly onRefused?: (error: Error) => void };

const paramsOf = ({ tenant, environment, application }: ApplicationPlace) => ({ tenant, environment, application });

const useChange = <Input, Output>(
  place: ApplicationPlace,
  kinds: readonly QueryKind[],
  ask: (input: Input) => Promise<Output>,
  after: After<Output>,
) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: (output) => {
      for (const kind of kinds) void queries.invalidateQueries({ queryKey: kindKey(place, kind, place.application) });
      after.onDone(output);
    },
    ...(after.onRefused === undefined ? {} : { onError: after.onRefused }),
  });
};

type Answer<Name extends keyof typeof api> = (typeof api)[Name] extends (...input: never[]) => Promise<infer Output>
  ? Output
  : never;

/** Makes a job, or changes the one of that id. */
export const useSaveJob = (place: ApplicationPlace, after: After<Answer<'setJob'>>) =>
  useChange<{ id: string | undefined; spec: JobSpec }, Answer<'setJob'>>(
    place,
    ['jobs', 'runs'],
    ({ id, spec }) =>
      id === undefined
        ? api.createJob({ params: paramsOf(place), body: spec })
        : api.setJob({ params: { ...paramsOf(place), job: id }, body: spec }),
    after,
  );

export const useRemoveJob = (place: ApplicationPlace, after: After<unknown>) =>
  useChange<string, unknown>(
    place,
    ['jobs', 'runs'],
    (job) => api.removeJob({ params: { ...paramsOf(place), job } }),
    after,
  );

export const useRunJob = (place: ApplicationPlace, after: After<Answer<'runJob'>>) =>
  useChange<string, Answer<'runJob'>>(
    place,
    ['jobs', 'runs'],
    (job) => api.runJob({ params: { ...paramsOf(place), job } }),
    after,
  );

export type TaskInput = {
  readonly service: string;
  readonly command: string[] | null;
  readonly environment: Record<string, string>;
  readonly timeoutMs: number;
};

export const useRunTask = (place: ApplicationPlace, after: After<Answer<'runTask'>>) =>
  useChange<TaskInput, Answer<'runTask'>>(
    place,
    ['runs'],
    (body) => api.runTask({ params: paramsOf(place), body }),
    after,
  );

export const useCancelRun = (place: ApplicationPlace, after: After<Answer<'cancelRun'>>) =>
  useChange<string, Answer<'cancelRun'>>(
    place,
    ['runs', 'jobs'],
    (run) => api.cancelRun({ params: { ...paramsOf(place), run } }),
    after,
  );

export const useCreateHook = (place: ApplicationPlace, after: After<Answer<'createHook'>>) =>
  useChange<HookSpec, Answer<'createHook'>>(
    place,
    ['hooks'],
    (body) => api.createHook({ params: paramsOf(place), body }),
    after,
  );

export const useSetHook = (place: ApplicationPlace, after: After<Answer<'setHook'>>) =>
  useChange<{ id: string; spec: HookSpec }, Answer<'setHook'>>(
    place,
    ['hooks'],
    ({ id, spec }) => api.setHook({ params: { ...paramsOf(place), hook: id }, body: spec }),
    after,
  );

export const useRenewHook = (place: ApplicationPlace, after: After<Answer<'renewHookSecret'>>) =>
  useChange<string, Answer<'renewHookSecret'>>(
    place,
    ['hooks'],
    (hook) => api.renewHookSecret({ params: { ...paramsOf(place), hook } }),
    after,
  );

export const useRemoveHook = (place: ApplicationPlace, after: After<unknown>) =>
  useChange<string, unknown>(
    place,
    ['hooks'],
    (hook) => api.removeHook({ params: { ...paramsOf(place), hook } }),
    after,
  );
