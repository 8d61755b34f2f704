// The live connections of Docker Servers: each dialled us, and on its socket we are the HTTP/2 client.
import { connect, type ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { sleep, type Clock } from '@berth/common/clock.ts';
import { makeHttp2Fetch, type Limits } from '@berth/common/http2-fetch.ts';
import type { Log } from '@berth/common/log.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeClient, type Client } from '@berth/contract/client.ts';
import { dockerServerApi, fenceHeaders, type DockerServerApi } from '@berth/contract/docker-server-api.ts';
import { errorCodes, type ErrorCode } from '@berth/contract/errors.ts';
import type { Id } from '@berth/contract/ids.ts';

export interface Fence {
  readonly environment: Id<'environment'>;
  readonly number: number;
}

export interface DockerServerLink {
  readonly host: Id<'host'>;
  readonly hostName: string;
  readonly environment: Id<'environment'>;
  /** Calls that change something need a fence; `limits` default to 30 s to the first byte and between bytes. */
  readonly client: (options?: { fence?: Fence; limits?: Limits }) => Client<DockerServerApi>;
  /** Fires when the connection is gone. */
  readonly closed: AbortSignal;
  readonly close: () => void;
}

export interface DockerServerLinks {
  /** Throws `host_unreachable`. */
  readonly get: (host: Id<'host'>) => DockerServerLink;
  readonly find: (host: Id<'host'>) => DockerServerLink | undefined;
  /** Takes over the socket of a Docker Server that proved who it is, after writing the greeting. Refuses when the same host is connected already. */
  readonly accept: (
    socket: Socket,
    host: { id: Id<'host'>; name: string; environment: Id<'environment'> },
    greeting: string,
  ) => Promise<DockerServerLink>;
  readonly closeAll: () => void;
}

const defaultLimits: Limits = { firstByteMs: 30_000, idleMs: 30_000 };
const streamWindowBytes = 4 * 1024 * 1024;
const sessionWindowBytes = 64 * 1024 * 1024;
const pingEveryMs = 10_000;
const pingLimitMs = 15_000;
const stillThereMs = 2_000;

export const makeDockerServerLinks = (clock: Clock, log: Log): DockerServerLinks => {
  const links = new Map<Id<'host'>, DockerServerLink & { session: ClientHttp2Session }>();
  const find = (host: Id<'host'>) => links.get(host);
  return {
    find,
    get: (host) => {
      const link = find(host);
      if (link === undefined) throw new PlatformError('host_unreachable', 'The host is not connected', { host });
      return link;
    },
    accept: async (socket, host, greeting) => {
      const former = links.get(host.id);
      if (former !== undefined) {
        if (await answersPing(clock, former.session, stillThereMs))
          throw new PlatformError(
            'conflict',
            'A Docker Server with this identity is connected already; a copied machine must join anew',
          );
        former.close();
      }
      // Sockets of an HTTP server stay half open, and HTTP/2 then never hears that the other side has ended.
      socket.allowHalfOpen = false;
      socket.write(greeting);
      const session = turnAround(socket);
      const gone = new AbortController();
      const link = {
        host: host.id,
        hostName: host.name,
        environment: host.environment,
        session,
        closed: gone.signal,
        close: () => session.destroy(),
        client: ({ fence, limits = defaultLimits }: { fence?: Fence; limits?: Limits } = {}) => {
          const headers =
            fence === undefined
              ? {}
              : { [fenceHeaders.environment]: fence.environment, [fenceHeaders.fence]: String(fence.number) };
          return makeClient(
            dockerServerApi,
            '',
            asPlatformErrors(makeHttp2Fetch(clock, session, limits, () => headers)),
          );
        },
      };
      links.set(host.id, link);
      session.once('close', () => {
        if (links.get(host.id) === link) links.delete(host.id);
        gone.abort(new PlatformError('host_unreachable', 'The connection to the Docker Server broke'));
        log.info('docker server disconnected', { host: host.id });
      });
      session.on('error', (thrown) =>
        log.warn('docker server connection failed', { host: host.id, why: thrown.message }),
      );
      void keepChecking(clock, session, gone.signal);
      log.info('docker server connected', { host: host.id, name: host.name });
      return link;
    },
    closeAll: () => {
      for (const link of links.values()) link.close();
    },
  };
};

const turnAround = (socket: Socket): ClientHttp2Session => {
  const session = connect('http://docker-server', {
    createConnection: () => socket,
    settings: { initialWindowSize: streamWindowBytes, enablePush: false },
  });
  session.once('connect', () => session.setLocalWindowSize(sessionWindowBytes));
  return session;
};

// A link that is cut says nothing: only a question that is not answered shows it.
const keepChecking = async (clock: Clock, session: ClientHttp2Session, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    try {
      await sleep(clock, pingEveryMs, signal);
    } catch {
      return;
    }
    if (!(await answersPing(clock, session, pingLimitMs)))
      session.destroy(new PlatformError('host_unreachable', 'The Docker Server does not answer'));
  }
};

const answersPing = (clock: Clock, session: ClientHttp2Session, limitMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    if (session.closed || session.destroyed) return resolve(false);
    const stop = clock.after(limitMs, () => resolve(false));
    const sent = session.ping((thrown) => {
      stop();
      resolve(thrown === null);
    });
    if (!sent) resolve(false);
  });

// The Docker Server's refusals keep their code on the way through us; its words are for the caller as they are.
const asPlatformErrors =
  (send: ReturnType<typeof makeHttp2Fetch>): ReturnType<typeof makeHttp2Fetch> =>
  async (url, init) => {
    const response = await send(url, init);
    if (response.ok) return response;
    const text = await response.text();
    const error = readError(text);
    throw new PlatformError(error.code, error.message, { status: response.status, url });
  };

const readError = (text: string): { code: ErrorCode; message: string } => {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return { code: error.code in errorCodes ? (error.code as ErrorCode) : 'bug', message: error.message };
  } catch {
    return { code: 'bug', message: `The Docker Server gave an answer of no known form: ${text.slice(0, 200)}` };
  }
};
