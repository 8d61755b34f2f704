// From a request to the actor behind it: a session cookie from the portal, or a bearer key from the command line.
import type { IncomingMessage } from 'node:http';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Clock } from '@berth/common/clock.ts';
import type { Route } from '@berth/contract/route.ts';
import type { Actor } from '#context.ts';
import type { Db } from '#db/tables.ts';
import { findActor } from '#sign-in/sign-in-actions.ts';

export const sessionCookie = 'berth_session';

export interface Authenticator {
  /** null for routes that anyone may call, or that check a signature of their own. Throws `unauthenticated`. */
  readonly actorOf: (request: IncomingMessage, needs: Route['needs']) => Promise<Actor | null>;
}

/** `keys`: secrets of parts of the platform itself, kept in memory only. */
export const makeAuthenticator = (db: Db, clock: Clock, keys: ReadonlyMap<string, Actor>): Authenticator => ({
  actorOf: async (request, needs) => {
    if (needs === 'anyone' || needs === 'signature') return null;
    const secret = bearerOf(request) ?? cookieOf(request);
    const actor = secret === undefined ? undefined : (keys.get(secret) ?? (await findActor(db, clock, secret)));
    if (actor === undefined) throw new PlatformError('unauthenticated', 'Sign in first');
    // A browser sends the cookie by itself, also when another site asks it to; an Origin it cannot forge.
    if (bearerOf(request) === undefined && request.method !== 'GET') requireSameOrigin(request);
    return actor;
  },
});

export const bearerOf = (request: IncomingMessage): string | undefined =>
  request.headers.authorization?.match(/^Bearer ([\w-]{20,200})$/)?.[1];

export const cookieOf = (request: IncomingMessage): string | undefined =>
  request.headers.cookie
    ?.split(';')
    .map((part) => part.trim().split('='))
    .find(([name]) => name === sessionCookie)?.[1];

export const requireSameOrigin = (request: IncomingMessage): void => {
  const { origin, host } = request.headers;
  if (origin === undefined ? request.headers['sec-fetch-site'] === 'same-origin' : originHost(origin) === host) return;
  throw new PlatformError('forbidden', 'The request does not come from the portal itself');
};

const originHost = (origin: string): string | undefined => {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
};
