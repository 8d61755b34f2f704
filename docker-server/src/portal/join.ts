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
  if (kept !== undefined) {
    if (kept.portal !== portal.url.origin)
      throw new PlatformError(
        'wrong_state',
        `This host has joined the portal ${kept.portal}; its state folder is not for another`,
      );
    return kept;
  }
  if (joinToken === undefined)
    throw new PlatformError('unauthenticated', 'This host has not joined a portal yet: it needs a join token');
  const client = makeClient(hostRoutes, '', makePortalFetch(clock, portal));
  const { host, name } = await client.joinHost({
    body: { token: joinToken, publicKey: state.publicKey, facts: await readFacts() },
  });
  const identity: Identity = { portal: portal.url.origin, host, name };
  state.keepIdentity(identity);
  return identity;
};
