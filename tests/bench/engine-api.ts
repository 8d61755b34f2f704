// The bare engine API over its socket, as the fastest thing there is to compare with.
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface EngineApi {
  readonly call: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Waits until so many containers with the label run; asks every 5 ms. */
  readonly untilRunning: (label: string, count: number) => Promise<void>;
  readonly close: () => void;
}

const waitLimitMs = 120_000;

export const openEngineApi = (socketPath: string): EngineApi => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const call: EngineApi['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const req = request(
        {
          socketPath,
          agent,
          method,
          path,
          headers:
            text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () => {
            const answer = Buffer.concat(parts).toString();
            if ((response.statusCode ?? 500) >= 400)
              reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
            else resolve(answer === '' ? undefined : JSON.parse(answer));
          });
        },
      );
      req.on('error', reject);
      req.end(text);
    });
  return {
    call,
    untilRunning: async (label, count) => {
      const filters = encodeURIComponent(JSON.stringify({ label: [label], status: ['running'] }));
      const end = performance.now() + waitLimitMs;
      for (;;) {
        const running = (await call('GET', `/containers/json?filters=${filters}`)) as unknown[];
        if (running.length >= count) return;
        if (performance.now() > end) throw new Error(`only ${running.length} of ${count} containers with ${label} run`);
        await pause(5);
      }
    },
    close: () => agent.destroy(),
  };
};
