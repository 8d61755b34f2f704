// How a service is, in one word, out of what is counted of it and what its containers say. Pure.
import type { Service } from '@berth/contract/applications.ts';
import type { Container } from '@berth/contract/containers.ts';

export type ServiceHealth = 'good' | 'busy' | 'warn' | 'bad' | 'idle' | 'unknown';

/** The worst that is known counts; what should not run is neither good nor bad. */
export const healthOf = (service: Service, containers: readonly Container[], isWanted: boolean): ServiceHealth => {
  const own = containers.filter((container) => container.service === service.name);
  if (own.some((container) => container.state === 'unknown')) return 'unknown';
  if (!isWanted || service.desired === 0) return 'idle';
  if (own.some((container) => container.state === 'running' && container.health === 'unhealthy')) return 'bad';
  // A service whose containers have ended well, such as a migration, has done what it was there for.
  if (service.running === 0 && service.finished >= service.desired) return 'good';
  if (service.running === 0) return 'bad';
  if (service.running + service.finished < service.desired) return 'warn';
  return own.some((container) => container.health === 'starting') ? 'busy' : 'good';
};
