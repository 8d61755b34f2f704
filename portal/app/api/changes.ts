// Changes to an application: each answers with the application and its new operation, which go into the cache at once,
// so that the page does not wait for the live update to show what was asked for.
import type { Application, ApplicationSummary, Operation } from '@berth/contract/applications.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApplicationPlace } from '#util/path-builder.ts';
import { api } from './client.ts';
import { kindKey } from './keys.ts';

type Accepted = { readonly application: ApplicationSummary; readonly operation: Operation };
type After = { readonly onAccepted: (accepted: Accepted) => void; readonly onRefused?: (error: Error) => void };

const paramsOf = ({ tenant, environment, application }: ApplicationPlace) => ({ tenant, environment, application });

const useChange = <Input>(place: ApplicationPlace, ask: (input: Input) => Promise<Accepted>, after: After) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: (accepted) => {
      queries.setQueryData<Application>(kindKey(place, 'application', place.application), (read) =>
        read === undefined ? read : { ...read, ...accepted.application, operation: accepted.operation },
      );
      void queries.invalidateQueries({ queryKey: kindKey(place, 'applications') });
      after.onAccepted(accepted);
    },
    ...(after.onRefused === undefined ? {} : { onError: after.onRefused }),
  });
};

export const useStart = (place: ApplicationPlace, after: After) =>
  useChange<void>(place, () => api.startApplication({ params: paramsOf(place) }), after);

export const useStop = (place: ApplicationPlace, after: After) =>
  useChange<void>(place, () => api.stopApplication({ params: paramsOf(place) }), after);

export const useScale = (place: ApplicationPlace, after: After) =>
  useChange<Record<string, number>>(
    place,
    (services) => api.scaleApplication({ params: paramsOf(place), body: { services } }),
    after,
  );

export const useRemove = (place: ApplicationPlace, after: After) =>
  useChange<{ removeVolumes: boolean }>(
    place,
    (body) => api.removeApplication({ params: paramsOf(place), body }),
    after,
  );

export const useRestart = (place: ApplicationPlace, after: After) =>
  useChange<readonly string[]>(
    place,
    (services) => api.restartApplication({ params: paramsOf(place), body: { services: [...services] } }),
    after,
  );

export const useRollBack = (place: ApplicationPlace, after: After) =>
  useChange<{ number: number; acceptLosses: boolean }>(
    place,
    ({ number, acceptLosses }) =>
      api.rollBackApplication({ params: { ...paramsOf(place), number: String(number) }, body: { acceptLosses } }),
    after,
  );

export type UpgradeChoice = 'accept' | 'abort' | 'resume';

/** What somebody decides about an upgrade. */
export const useDecide = (place: ApplicationPlace, after: After) =>
  useChange<UpgradeChoice>(
    place,
    (choice) => {
      const params = paramsOf(place);
      if (choice === 'accept') return api.acceptUpgrade({ params });
      return choice === 'abort' ? api.abortUpgrade({ params }) : api.resumeUpgrade({ params });
    },
    after,
  );
