// The fencing number of an environment, for changes a caller makes by hand (a shell is one).
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Leases } from '#reconcile/lease.ts';
import type { Fence } from './docker-server-links.ts';

export const holdFence = async (leases: Leases, environment: Id<'environment'>): Promise<Fence> => {
  const number = await leases.hold(`environment:${environment}`);
  if (number === undefined)
    throw new PlatformError('unavailable', 'Another portal server looks after this environment');
  return { environment, number };
};
