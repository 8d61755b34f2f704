// Hands news of an environment to the pages that watch it. News is a hint to read again; none is kept.
import type { Clock } from '@berth/common/clock.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { LiveMessage } from '@berth/contract/live.ts';

export interface LiveHub {
  readonly tell: (environment: Id<'environment'>, message: LiveMessage) => void;
  /** Messages until the signal fires. A reader that cannot keep up is ended; it comes back and reads everything. */
  readonly follow: (environment: Id<'environment'>, signal: AbortSignal) => AsyncGenerator<LiveMessage>;
}

const backlogMaximum = 500;
// A sign of life when there is no news, so that a broken line is noticed.
const aliveEveryMs = 15_000;

export const makeLiveHub = (clock: Clock): LiveHub => {
  const readers = new Map<string, Set<(message: LiveMessage) => void>>();
  return {
    tell: (environment, message) => {
      for (const reader of readers.get(environment) ?? []) reader(message);
    },
    follow: async function* (environment, signal) {
      const backlog: LiveMessage[] = [];
      let wake: () => void = () => undefined;
      let overrun = false;
      const reader = (message: LiveMessage): void => {
        // The same hint twice says nothing more than once.
        const last = backlog.at(-1);
        if (
          last?.type === 'changed' &&
          message.type === 'changed' &&
          last.what === message.what &&
          last.application === message.application
        )
          return;
        if (backlog.length >= backlogMaximum) overrun = true;
        else backlog.push(message);
        wake();
      };
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort, { once: true });
      const set = readers.get(environment) ?? new Set();
      readers.set(environment, set.add(reader));
      try {
        yield { type: 'alive' };
        while (!signal.aborted && !overrun) {
          if (backlog.length === 0) {
            let stop = () => {};
            await new Promise<void>((resolve) => {
              wake = resolve;
              stop = clock.after(aliveEveryMs, resolve);
            });
            stop();
          }
          if (!signal.aborted) yield backlog.shift() ?? { type: 'alive' };
        }
      } finally {
        set.delete(reader);
        if (set.size === 0) readers.delete(environment);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
};
