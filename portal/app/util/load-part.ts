// Parts of the portal are loaded when first needed. A network that changes for a moment (a cable, a VPN, an interface that
// comes up) makes a browser drop what it was loading; so a part is tried again before the person hears of it.
import { browserClock, delay, type Clock } from './clock.ts';

const pausesMs = [200, 800, 2_000];

export const loadPart =
  <Part>(load: () => Promise<Part>, clock: Clock = browserClock): (() => Promise<Part>) =>
  async () => {
    for (const pauseMs of pausesMs) {
      try {
        return await load();
      } catch (error) {
        // A part that loaded and then threw is a mistake of ours, and would throw again.
        if (!isLoadFailure(error)) throw error;
        await delay(clock, pauseMs);
      }
    }
    return load();
  };

/** The part did not come: a network that failed, or a server that was updated and no longer has it. */
export const isLoadFailure = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(error.message);
