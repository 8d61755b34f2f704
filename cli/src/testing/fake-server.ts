// A server for tests of what the command line does with answers: real HTTP on a port of its own, answers as the test says.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { invariant } from '@berth/common/invariant.ts';
import type { Machine } from '#machine.ts';
import { makeServerClient, type Session } from '#session/session.ts';

export interface FakeServer {
  readonly url: string;
  readonly session: (machine: Machine) => Session;
  readonly close: () => Promise<void>;
}

/** `answer` gets the path with its query. */
export const startFakeServer = async (
  answer: (path: string, request: IncomingMessage, response: ServerResponse) => void,
): Promise<FakeServer> => {
  const server = createServer((request, response) => answer(request.url ?? '', request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  invariant(address !== null && typeof address === 'object', 'a TCP server has a port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    session: (machine) => ({
      machine,
      server: { url, user: 'ada', key: 'a-key', expiresAt: '2027-01-01T00:00:00.000Z' },
      client: makeServerClient(machine, url, 'a-key'),
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export const sendJson = (response: ServerResponse, body: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
