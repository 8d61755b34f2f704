// The Docker Server's side of the turned-around connection: an HTTP/2 server that never listens and is handed sockets.
import { fastify, type FastifyInstance } from 'fastify';
import type http from 'node:http';
import http2, { type ServerHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { dockerServerApi } from '@berth/contract/docker-server-api.ts';
import type { Clock } from '@berth/common/clock.ts';
import { invariant } from '@berth/common/invariant.ts';
import type { Log } from '@berth/common/log.ts';
import { bindRoutes, prepareServer, type Handlers } from '@berth/common/serve.ts';

const mebibyte = 1024 * 1024;
// Large enough that one stream fills a link of 1 Gbit/s at 30 ms, and many together do not starve each other.
const streamWindowBytes = 4 * mebibyte;
const sessionWindowBytes = 64 * mebibyte;
const streamsMaximum = 1_000;
const sessionMemoryMebibytes = 128;

const sessionOptions: http2.ServerOptions = {
  settings: { initialWindowSize: streamWindowBytes, maxConcurrentStreams: streamsMaximum },
  maxSessionMemory: sessionMemoryMebibytes,
};

/** A dead link is noticed after the two together. */
const pingEveryMs = 10_000;
const pongWithinMs = 15_000;

export interface TurnedServer {
  /** Serves the portal on that socket; resolves when the connection is over. */
  readonly serve: (socket: Duplex) => Promise<void>;
  readonly close: () => Promise<void>;
}

export const openTurnedServer = async (
  clock: Clock,
  log: Log,
  handlers: Handlers<typeof dockerServerApi, undefined>,
): Promise<TurnedServer> => {
  let server: http2.Http2Server | undefined;
  const app: FastifyInstance = fastify({
    logger: false,
    // Fastify's types know one kind of server at a time; our handlers are written for the common part of both.
    serverFactory: (handler) => {
      server = http2.createServer(handler as unknown as Parameters<typeof http2.createServer>[1]);
      return server as unknown as http.Server;
    },
  });
  prepareServer(app, log);
  // Whoever is on this connection is the portal: we dialled it, under TLS, by its name.
  bindRoutes(app, dockerServerApi, handlers, { authenticate: async () => undefined, log });
  await app.ready();
  invariant(server !== undefined, 'Fastify asks the factory for its server');
  const http2Server = server;
  const sessions = new Set<ServerHttp2Session>();
  return {
    serve: (socket) =>
      new Promise((resolve) => {
        const session = http2.performServerHandshake(socket, sessionOptions);
        sessions.add(session);
        session.once('close', () => {
          sessions.delete(session);
          socket.destroy();
          resolve();
        });
        session.on('error', (thrown) => log.info('connection to portal broke', { why: thrown.message }));
        socket.on('error', () => session.destroy());
        // The server would take a TLS socket that we dialled for HTTP/1.1, because nobody chose a protocol on it. So the
        // session is made here, and the server, which never sees the socket, gets its requests.
        session.on('stream', (...request) => http2Server.emit('stream', ...request));
        session.setLocalWindowSize(sessionWindowBytes);
        keepAlive(clock, session);
      }),
    close: async () => {
      for (const session of sessions) session.destroy();
      await app.close();
    },
  };
};

/** A link that is cut without a word answers no ping. */
const keepAlive = (clock: Clock, session: ServerHttp2Session): void => {
  let cancel = () => {};
  const ping = () => {
    if (session.destroyed) return;
    cancel = clock.after(pongWithinMs, () => session.destroy());
    session.ping(() => {
      cancel();
      cancel = clock.after(pingEveryMs, ping);
    });
  };
  cancel = clock.after(pingEveryMs, ping);
  session.once('close', () => cancel());
};
