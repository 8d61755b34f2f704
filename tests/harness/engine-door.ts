// A door in front of an engine's socket: everything passes, and every request that changes something is counted before it
// goes in and after its answer is back. A test stops a program at just that point.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import http from 'node:http';

export interface EngineDoor {
  readonly socket: string;
  /** Two for each change: the even ones before it, the odd ones after. */
  readonly points: () => number;
  /** What the changes were, in order. */
  readonly changes: () => readonly string[];
  /** Calls back at that point, counted from now; the request waits for it. A change whose answer is cut has happened. */
  readonly atPoint: (point: number, run: () => Promise<void>) => void;
  /** Counts from 0 again, and forgets the point. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

export const openEngineDoor = async (engineSocket: string, socket: string): Promise<EngineDoor> => {
  let changes: string[] = [];
  let points = 0;
  let trap: { point: number; run: () => Promise<void> } | undefined;
  const pass = async (): Promise<void> => {
    const point = points;
    points += 1;
    if (trap?.point !== point) return;
    const { run } = trap;
    trap = undefined;
    await run();
  };
  const server = http.createServer((request, response) => {
    const isChange =
      request.method !== 'GET' && request.method !== 'HEAD' && !/\/(?:images\/create|exec)/.test(request.url ?? '');
    void forward(engineSocket, request, response, isChange, {
      before: async () => {
        changes.push(`${request.method} ${request.url}`);
        await pass();
      },
      after: pass,
    });
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    points: () => points,
    changes: () => changes,
    atPoint: (point, run) => {
      trap = { point, run };
    },
    reset: () => {
      changes = [];
      points = 0;
      trap = undefined;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(socket, { force: true });
    },
  };
};

const forward = async (
  engineSocket: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  isChange: boolean,
  at: { before: () => Promise<void>; after: () => Promise<void> },
): Promise<void> => {
  if (isChange) await at.before();
  // Whoever asked is dead: the engine never heard of it.
  if (response.destroyed) return;
  const { method, url: path, headers } = request;
  const inner = http.request({ socketPath: engineSocket, method, path, headers, agent: false });
  inner.on('response', (answer) => {
    const reply = () => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // At once: the heads of streams must not wait for their first line.
      response.flushHeaders();
      answer.pipe(response);
    };
    if (isChange) void at.after().then(reply);
    else reply();
  });
  inner.on('error', () => response.destroy());
  response.on('close', () => inner.destroy());
  request.pipe(inner);
};
