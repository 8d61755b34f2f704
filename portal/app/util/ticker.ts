// One ticking clock for every age on the page: a single timer however many ages are shown, and none when there are none.
import { useSyncExternalStore } from 'react';
import { browserClock, type Clock } from './clock.ts';

const tickMs = 1_000;

export type Ticker = { readonly subscribe: (listener: () => void) => () => void; readonly now: () => number };

export const makeTicker = (clock: Clock, everyMs: number): Ticker => {
  const listeners = new Set<() => void>();
  let now = clock.now();
  let cancel: (() => void) | undefined;
  const tick = (): void => {
    now = clock.now();
    cancel = clock.after(everyMs, tick);
    for (const listener of listeners) listener();
  };
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      if (cancel === undefined) {
        now = clock.now();
        cancel = clock.after(everyMs, tick);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        cancel?.();
        cancel = undefined;
      };
    },
    now: () => now,
  };
};

const ticker = makeTicker(browserClock, tickMs);

/** The time now, in milliseconds since 1970; the component is drawn again every second. */
export const useNow = (): number => useSyncExternalStore(ticker.subscribe, ticker.now);
