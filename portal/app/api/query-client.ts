// The cache of readings. An answer that fails for want of a session leads to sign-in, wherever it was asked.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isApiError, isUnauthenticated } from './client.ts';

const retriesMaximum = 2;

/** Trying again helps only where the server did not decide: it was away, busy, or stumbled. */
const mayHelp = (error: unknown): boolean => !isApiError(error) || error.status >= 502 || error.status === 429;

export const makeQueryClient = (onUnauthenticated: () => void): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The first reading of the caller is the router's own question; it leads to sign-in by itself.
        const isFirstQuestion = query.queryKey[0] === 'caller' && query.state.data === undefined;
        if (isUnauthenticated(error) && !isFirstQuestion) onUnauthenticated();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _input, _context, mutation) => {
        if (isUnauthenticated(error) && mutation.meta?.['signsIn'] !== true) onUnauthenticated();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < retriesMaximum && mayHelp(error),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
