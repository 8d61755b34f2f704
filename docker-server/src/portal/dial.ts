// Dials the portal and proves who we are; the answer is the socket on which the portal will be the client.
import type { Duplex } from 'node:stream';
import { makeClient } from '@berth/contract/client.ts';
import { connectHeaders, connectMessage, connectPath, connectProtocol, hostRoutes } from '@berth/contract/hosts.ts';
import { fillPath } from '@berth/contract/route.ts';
import type { Clock } from '@berth/common/clock.ts';
import type { Identity, StateFolder } from '#state/state-folder.ts';
import { makePortalFetch, upgrade, type Portal } from './portal-request.ts';

export const dialPortal = async (
  clock: Clock,
  portal: Portal,
  state: StateFolder,
  { host }: Identity,
): Promise<Duplex> => {
  const client = makeClient(hostRoutes, '', makePortalFetch(clock, portal));
  const { challenge } = await client.challengeDockerServer({ params: { host } });
  return upgrade(clock, portal, fillPath(connectPath, { host }), connectProtocol, {
    [connectHeaders.challenge]: challenge,
    [connectHeaders.signature]: state.sign(connectMessage(host, challenge)),
  });
};
