// Slows guessing: per account and per address, a burst and then one try in a while. No lock-out that an attacker could
// turn against somebody else: the address that guesses is stopped first.
import type { Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';

const windowMs = 60_000;
const keysMaximum = 10_000;

export interface AttemptLimits {
  /** Counts a try under every key; throws `too_many_requests` when one is over its limit. */
  readonly count: (keys: Readonly<Record<string, number>>) => void;
  /** A good sign-in clears the account's count. */
  readonly forgive: (key: string) => void;
}

export const makeAttemptLimits = (clock: Clock): AttemptLimits => {
  const tries = new Map<string, { count: number; startedMs: number }>();
  return {
    count: (keys) => {
      const now = clock.monotonicMs();
      if (tries.size > keysMaximum)
        for (const [key, entry] of tries) if (now - entry.startedMs > windowMs) tries.delete(key);
      for (const [key, limit] of Object.entries(keys)) {
        const known = tries.get(key);
        const entry = known === undefined || now - known.startedMs > windowMs ? { count: 0, startedMs: now } : known;
        entry.count += 1;
        tries.set(key, entry);
        if (entry.count > limit)
          throw new PlatformError('too_many_requests', 'Too many tries; wait a minute', {
            retryAfterSeconds: (entry.startedMs + windowMs - now) / 1000,
          });
      }
    },
    forgive: (key) => void tries.delete(key),
  };
};
