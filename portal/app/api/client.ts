// The one door to the public API. Everything the portal knows, it learned here.
import { ApiError, makeClient } from '@berth/contract/client.ts';
import { publicApi } from '@berth/contract/public-api.ts';

export const api = makeClient(publicApi, '', (url, init) =>
  fetch(url, { ...init, credentials: 'same-origin', cache: 'no-store' }),
);

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;

export const isUnauthenticated = (error: unknown): boolean => isApiError(error) && error.status === 401;

/** Not an answer of the server at all: the network or the server is away. */
export const isOffline = (error: unknown): boolean => error instanceof TypeError;
