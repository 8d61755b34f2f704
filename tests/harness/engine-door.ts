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
  /**
   * From now on every change is asked for twice, one right after the other, and this one's answer goes back: the second is what
   * a caller gets that asks again because the first was lost.
   */
  readonly repeat: (answer: 'first' | 'second') => void;
  /** Counts from 0 again, and forgets the point. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

export const openEngineDoor = async (engineSocket: string, socket: string): Promise<EngineDoor> => {
  let changes: string[] = [];
  let points = 0;
  let repeated: 'first' | 'second' | undefined;
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
      repeated: isChange ? repeated : undefined,
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
    repeat: (answer) => {
      repeated = answer;
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
  at: { before: () => Promise<void>; after: () => Promise<void>; repeated: 'first' | 'second' | undefined },
): Promise<void> => {
  if (isChange) await at.before();
  // Whoever asked is dead: the engine never heard of it.
  if (response.destroyed) return;
  const { method, url: path, headers } = request;
  if (at.repeated !== undefined) return forwardTwice(engineSocket, request, response, at.repeated);
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

const forwardTwice = async (
  socketPath: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  answer: 'first' | 'second',
): Promise<void> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array));
  const body = Buffer.concat(parts);
  const { method, url: path } = request;
  const { 'transfer-encoding': _, ...headers } = request.headers;
  const ask = () =>
    new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const options = {
        socketPath,
        method,
        path,
        agent: false,
        headers: { ...headers, 'content-length': body.length },
      };
      const inner = http.request(options, (reply) => {
        const received: Buffer[] = [];
        reply.on('data', (part: Buffer) => received.push(part));
        reply.on('error', reject);
        reply.on('end', () =>
          resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: Buffer.concat(received) }),
        );
      });
      inner.on('error', reject);
      inner.end(body);
    });
  try {
    const first = await ask();
    const second = await ask();
    const given = answer === 'first' ? first : second;
    const { 'transfer-encoding': _chunked, ...givenHeaders } = given.headers;
    response.writeHead(given.status, givenHeaders);
    response.end(given.body);
  } catch {
    // Whoever asked sees a connection that breaks, as it would without the door.
    response.destroy();
  }
};
