// As much of a portal as a Docker Server needs: it takes joins, gives challenges, checks signatures and turns connections
// around. For tests of the Docker Server alone.
import { createPublicKey, randomUUID, verify } from 'node:crypto';
import http from 'node:http';
import http2, { type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { makeClient, type Client } from '@berth/contract/client.ts';
import { dockerServerApi, fenceHeaders, type DockerServerApi } from '@berth/contract/docker-server-api.ts';
import { connectHeaders, connectMessage, connectProtocol } from '@berth/contract/hosts.ts';
import { systemClock } from '@berth/common/clock.ts';
import { makeHttp2Fetch } from '@berth/common/http2-fetch.ts';
import { makeNewId } from '@berth/common/new-id.ts';
import { eventually } from '@berth/common/testing/eventually.ts';

export interface PortalDouble {
  readonly url: URL;
  readonly joinToken: string;
  /** How many times a Docker Server has connected. */
  readonly connections: () => number;
  readonly session: () => ClientHttp2Session | undefined;
  /** Waits for a connection; without an environment no fence is sent. */
  readonly client: (environment?: string, fence?: number) => Promise<Client<DockerServerApi>>;
  /** Cuts the connection as a broken link would. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

const limits = { firstByteMs: 60_000, idleMs: 0 };

export const openPortalDouble = async (): Promise<PortalDouble> => {
  const joinToken = randomUUID();
  const keys = new Map<string, string>();
  const challenges = new Map<string, string>();
  const sockets = new Set<Duplex>();
  let connections = 0;
  let session: ClientHttp2Session | undefined;
  const server = http.createServer((request, answer) => {
    void readBody(request).then((body) => {
      const { status, reply } = answerTo(request.url ?? '', body, { joinToken, keys, challenges });
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    const host = /^\/v1\/docker-servers\/([^/]+)\/connect$/.exec(request.url ?? '')?.[1] ?? '';
    if (request.headers.upgrade !== connectProtocol || !isSigned(host, request, keys, challenges)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${connectProtocol}\r\n\r\n`);
    if (head.length > 0) socket.unshift(head);
    connections += 1;
    const opened = http2.connect('http://host', {
      createConnection: () => socket,
      settings: { initialWindowSize: 4 * 1024 * 1024, enablePush: false },
    });
    opened.on('error', () => undefined);
    opened.once('connect', () => opened.setLocalWindowSize(64 * 1024 * 1024));
    session = opened;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${portOf(server)}`),
    joinToken,
    connections: () => connections,
    session: () => session,
    client: async (environment, fence = 1) => {
      const open = await eventually(() => (session !== undefined && !session.destroyed ? session : undefined), {
        withinMs: 10_000,
        because: 'the Docker Server connects',
        everyMs: 10,
      });
      const headers =
        environment === undefined
          ? {}
          : { [fenceHeaders.environment]: environment, [fenceHeaders.fence]: String(fence) };
      return makeClient(
        dockerServerApi,
        '',
        makeHttp2Fetch(systemClock, open, limits, () => headers),
      );
    },
    cut: () => session?.destroy(),
    close: async () => {
      session?.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const portOf = (server: http.Server): number => {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on a port');
  return address.port;
};

const readBody = async (request: http.IncomingMessage): Promise<Record<string, unknown>> => {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += String(piece);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
};

interface Known {
  readonly joinToken: string;
  readonly keys: Map<string, string>;
  readonly challenges: Map<string, string>;
}

const answerTo = (
  path: string,
  body: Record<string, unknown>,
  { joinToken, keys, challenges }: Known,
): { status: number; reply: unknown } => {
  const knocking = /^\/v1\/docker-servers\/([^/]+)\/challenge$/.exec(path)?.[1];
  if (knocking !== undefined) {
    const challenge = randomUUID();
    challenges.set(challenge, knocking);
    return { status: 201, reply: { challenge } };
  }
  if (path !== '/v1/docker-servers' || body['token'] !== joinToken || keys.size > 0)
    return { status: 401, reply: { error: { code: 'unauthenticated', message: 'the token is not good' } } };
  const host = makeNewId(systemClock)('host');
  keys.set(host, String(body['publicKey']));
  return { status: 201, reply: { host, name: 'host-1' } };
};

const isSigned = (
  host: string,
  request: http.IncomingMessage,
  keys: ReadonlyMap<string, string>,
  challenges: Map<string, string>,
): boolean => {
  const challenge = String(request.headers[connectHeaders.challenge]);
  const signature = Buffer.from(String(request.headers[connectHeaders.signature]), 'base64');
  const key = keys.get(host);
  const isGiven = challenges.get(challenge) === host;
  challenges.delete(challenge);
  if (key === undefined || !isGiven) return false;
  const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(connectMessage(host, challenge)), publicKey, signature);
};
