// What a live message means for what the page has read, and how long to wait after a break. Pure.
import type { LiveMessage } from '@berth/contract/live.ts';
import type { QueryKind } from './keys.ts';

type Changed = Extract<LiveMessage, { type: 'changed' }>['what'];

/** Which readings a change makes old. An application's page shows its containers' counts, so containers age it too. */
export const staleKinds: { readonly [W in Changed]: readonly QueryKind[] } = {
  // A hook says what its last call did, and a job when it runs next; both hang on the application.
  applications: ['applications', 'application', 'operations', 'revisions', 'jobs', 'hooks'],
  containers: ['containers', 'applications', 'application', 'imports'],
  hosts: ['hosts', 'environments'],
  events: ['events'],
  runs: ['runs', 'jobs'],
};

const firstDelayMs = 500;
const longestDelayMs = 15_000;

/** Doubles from half a second to fifteen, then half of it by chance, so that pages do not come back all at once. */
export const reconnectDelayMs = (attempt: number, chance: number): number => {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 16));
  return full / 2 + (full / 2) * chance;
};
