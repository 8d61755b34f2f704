// A signed-in client of one portal server, and the environment a command means.
import { timeLimit } from '@berth/common/clock.ts';
import { causeChain, PlatformError } from '@berth/common/platform-error.ts';
import { makeClient, type Client, type Fetch } from '@berth/contract/client.ts';
import { publicApi, type PublicApi } from '@berth/contract/public-api.ts';
import type { Machine } from '#machine.ts';
import { findServer, readConfig, type Server } from './config-file.ts';

/** Options that every command on a server takes. */
export type ServerFlags = { readonly server?: string; readonly json?: boolean };

export interface Session {
  readonly machine: Machine;
  readonly server: Server;
  readonly client: Client<PublicApi>;
}

export const openSession = (machine: Machine, flags: ServerFlags): Session => {
  const server = requireServer(machine, flags.server);
  return { machine, server, client: makeServerClient(machine, server.url, server.key) };
};

export const requireServer = (machine: Machine, flag: string | undefined): Server => {
  const named = flag ?? (machine.environment['BERTH_SERVER'] || undefined);
  const config = readConfig(machine);
  const server = findServer(config, named);
  if (server !== undefined) return server;
  if (config.servers.length === 0) throw new PlatformError('unauthenticated', 'You are not signed in to a server');
  const known = config.servers.map(({ url }) => url).join(', ');
  if (named === undefined)
    throw new PlatformError('invalid_request', `Which server? Choose one with "berth use --server": ${known}`);
  throw new PlatformError('unauthenticated', `You are not signed in to a server called ${named}, but to: ${known}`);
};

// Until the head of an answer is here; a stream may then go on for as long as it likes.
const answerWithinMs = 60_000;

export const makeServerClient = (machine: Machine, url: string, key: string | undefined): Client<PublicApi> =>
  makeClient(publicApi, url, makeFetch(machine, url, key));

/** Asks a server, with its key where there is one; never follows it elsewhere. */
export const makeFetch =
  (machine: Machine, base: string, key: string | undefined): Fetch =>
  async (url, init) => {
    const headers = new Headers(init.headers);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    const late = new PlatformError('unavailable', `The server at ${base} does not answer`);
    const limit = timeLimit(machine.clock, answerWithinMs, late, init.signal ?? undefined);
    try {
      // A redirect would carry the key to wherever it points.
      return await fetch(url, { ...init, headers, signal: limit.signal, redirect: 'error' });
    } catch (thrown) {
      if (init.signal?.aborted === true || thrown === late) throw thrown;
      throw new PlatformError(
        'unavailable',
        `The server at ${base} cannot be reached (${reasonOf(thrown)})`,
        {},
        thrown,
      );
    } finally {
      limit.clear();
    }
  };

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; name it in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted here; name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted here; name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted here; name its authority in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

const reasonOf = (thrown: unknown): string => {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return reasons[code] ?? causeChain(cause);
};

const pagesMaximum = 500;

/** Every item of a list that comes in pages. */
export const allPages = async <T>(
  read: (query: { limit: number; cursor?: string }) => Promise<{ items: T[]; next?: string | undefined }>,
): Promise<T[]> => {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMaximum; page += 1) {
    const answer = await read(cursor === undefined ? { limit: 200 } : { limit: 200, cursor });
    items.push(...answer.items);
    cursor = answer.next;
    if (cursor === undefined) return items;
  }
  throw new PlatformError('too_large', 'The list is too long to read in full');
};
