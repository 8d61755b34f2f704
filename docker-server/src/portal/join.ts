// The first contact: spends the join token and leaves the public key.
import { makeClient } from '@berth/contract/client.ts';
import { hostRoutes, type HostFacts } from '@berth/contract/hosts.ts';
import type { Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Identity, StateFolder } from '#state/state-folder.ts';
import { makePortalFetch, type Portal } from './portal-request.ts';

/** The identity kept in the state folder, or a new one for the token. */
export const ensureJoined = async (
  clock: Clock,
  portal: Portal,
  state: StateFolder,
  joinToken: string | undefined,
  readFacts: () => Promise<HostFacts>,
): Promise<Identity> => {
  const kept = state.identity();
  // The portal may have moved to another name or port; one that does not know this host refuses its challenge.
  if (kept !== undefined) return kept;
  if (joinToken === undefined)
    throw new PlatformError('unauthenticated', 'This host has not joined a portal yet: it needs a join token');
  const client = makeClient(hostRoutes, '', makePortalFetch(clock, portal));
  const { host, name } = await client.joinHost({
    body: { token: joinToken, publicKey: state.publicKey, facts: await readFacts() },
  });
  const identity: Identity = { host, name };
  state.keepIdentity(identity);
  return identity;
};
