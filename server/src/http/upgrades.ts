// The two things that leave HTTP/1: a Docker Server that turns its connection around, and a terminal's WebSocket.
// Both are let in by the same rules as everything else before a byte is answered.
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { asPlatformError, PlatformError } from '@berth/common/platform-error.ts';
import { shellSocketPath } from '@berth/contract/containers.ts';
import { connectPath, connectProtocol } from '@berth/contract/hosts.ts';
import type { ServerParts } from '#server-parts.ts';
import { bearerOf, requireSameOrigin, type Authenticator } from './authenticate.ts';

const frameBytesMaximum = 1024 * 1024;

export const handleUpgrades = (
  server: Server,
  parts: Pick<ServerParts, 'gate' | 'shells' | 'log'>,
  authenticator: Authenticator,
): void => {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytesMaximum, perMessageDeflate: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    void admit(request, socket as Socket, head).catch((thrown: unknown) => {
      const error = asPlatformError(thrown);
      if (error.code === 'bug') parts.log.error('upgrade failed', { path: request.url }, thrown);
      const body = JSON.stringify({ error: { code: error.code, message: error.message } });
      socket.end(
        `HTTP/1.1 ${error.status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    });
  });

  const admit = async (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const host = matchPath(connectPath, path);
    if (host !== undefined && request.headers.upgrade === connectProtocol) {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      await parts.gate.admit(host, request, socket, head);
      return;
    }
    const ticketSecret = matchPath(shellSocketPath, path);
    if (ticketSecret === undefined || request.headers.upgrade?.toLowerCase() !== 'websocket')
      throw new PlatformError('not_found', 'There is nothing at this address');
    const actor = await authenticator.actorOf(request, 'session');
    if (actor === null) throw new PlatformError('unauthenticated', 'Sign in first');
    // The cookie comes along whoever opens the WebSocket; only the portal's own pages may.
    if (bearerOf(request) === undefined) requireSameOrigin(request);
    const ticket = parts.shells.redeem(ticketSecret, actor);
    sockets.handleUpgrade(request, socket, head, (webSocket) => void parts.shells.attach(ticket, webSocket));
  };
};

/** The value of the one `:name` in the pattern. */
const matchPath = (pattern: string, path: string): string | undefined => {
  const [before = '', after = ''] = pattern.split(/:[a-zA-Z]+/);
  if (!path.startsWith(before) || !path.endsWith(after) || path.length <= before.length + after.length)
    return undefined;
  const value = path.slice(before.length, path.length - after.length);
  if (value.includes('/')) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
};
