// Keeps one connection to the portal: dial, serve until it is over, wait, dial again.
import type { Duplex } from 'node:stream';
import { sleep, type Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { causeChain } from '@berth/common/platform-error.ts';

/** Full jitter: all hosts of a portal that comes back do not come at once. */
const backOff = { baseMs: 500, mostMs: 30_000 };
/** A connection that held so long was a good one, and the next try begins small. */
const goodAfterMs = 10_000;

export interface ConnectionLoop {
  readonly dial: () => Promise<Duplex>;
  readonly serve: (socket: Duplex) => Promise<void>;
}

/** Runs until the signal; never throws for a portal that is away. */
export const keepConnected = async (
  clock: Clock,
  log: Log,
  { dial, serve }: ConnectionLoop,
  signal: AbortSignal,
  random = Math.random,
): Promise<void> => {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const socket = await dial();
      if (signal.aborted) {
        socket.destroy();
        return;
      }
      const end = () => socket.destroy();
      signal.addEventListener('abort', end, { once: true });
      const sinceMs = clock.monotonicMs();
      log.info('connected to portal');
      await serve(socket);
      signal.removeEventListener('abort', end);
      log.info('connection to portal ended');
      failures = clock.monotonicMs() - sinceMs >= goodAfterMs ? 0 : failures + 1;
    } catch (thrown) {
      failures += 1;
      log.warn('portal not reached', { failures, why: causeChain(thrown) });
    }
    await sleep(clock, reconnectDelayMs(failures, random), signal).catch(() => undefined);
  }
};

export const reconnectDelayMs = (failures: number, random: () => number): number =>
  random() * Math.min(backOff.mostMs, backOff.baseMs * 2 ** Math.min(failures, 10));
