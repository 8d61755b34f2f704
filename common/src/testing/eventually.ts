// Waits for a level, never for a duration: asks again until the answer holds.
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Calls `ask` until it answers something other than false, null or undefined and throws nothing; gives that answer.
 * After `withinMs` it fails with `because` and the last thing that was wrong.
 */
export const eventually = async <T>(
  ask: () => T | Promise<T>,
  options: { withinMs: number; because: string; everyMs?: number },
): Promise<Exclude<T, false | null | undefined>> => {
  const end = performance.now() + options.withinMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== false && answer !== null && answer !== undefined)
        return answer as Exclude<T, false | null | undefined>;
      last = answer;
    } catch (thrown) {
      last = thrown;
    }
    if (performance.now() > end)
      throw new Error(
        `not within ${options.withinMs} ms: ${options.because} (last: ${last instanceof Error ? last.message : String(last)})`,
        { cause: last },
      );
    await pause(options.everyMs ?? 50);
  }
};
