// A clock a test moves by hand.
import type { Clock } from '#clock.ts';

export interface FakeClock extends Clock {
  /** Moves time forward; calls what falls due, in order. */
  readonly advance: (byMs: number) => void;
}

export const makeFakeClock = (startMs = Date.UTC(2026, 0, 1, 12)): FakeClock => {
  let now = startMs;
  let serial = 0;
  const timers = new Map<number, { dueMs: number; call: () => void }>();
  return {
    nowMs: () => now,
    monotonicMs: () => now - startMs,
    after: (delayMs, call) => {
      serial += 1;
      const key = serial;
      timers.set(key, { dueMs: now + delayMs, call });
      return () => void timers.delete(key);
    },
    advance: (byMs) => {
      const end = now + byMs;
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.dueMs <= end)
          .sort((a, b) => a[1].dueMs - b[1].dueMs || a[0] - b[0])[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].dueMs);
        due[1].call();
      }
      now = end;
    },
  };
};
