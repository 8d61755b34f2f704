// The host of an environment, when it can be worked on now; for the reconcilers.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLink, DockerServerLinks } from './docker-server-links.ts';
import { listHostsOf } from './host-store.ts';
import type { HostWatch } from './host-watch.ts';

export interface ReachParts {
  readonly db: Db;
  readonly links: DockerServerLinks;
  readonly watchOf: (host: Id<'host'>) => HostWatch | undefined;
}

export interface ReachedHost {
  readonly host: { readonly id: Id<'host'>; readonly name: string };
  readonly link: DockerServerLink;
  readonly watch: HostWatch;
}

/** Throws `host_unreachable` or `engine_unavailable`. */
export const reachHost = async (parts: ReachParts, environment: Id<'environment'>): Promise<ReachedHost> => {
  const [host] = await listHostsOf(parts.db, environment);
  if (host === undefined) throw new PlatformError('host_unreachable', 'The environment has no host yet');
  const link = parts.links.get(host.id);
  const watch = parts.watchOf(host.id);
  if (watch === undefined) throw new PlatformError('host_unreachable', `The host ${host.name} is not connected`);
  // Asking an engine that is known not to answer takes the whole of a time limit; its return rings.
  if (host.state === 'engine_down')
    throw new PlatformError('engine_unavailable', host.reason ?? `The Docker engine of ${host.name} does not answer`);
  return { host: { id: host.id, name: host.name }, link, watch };
};

/** Nothing is wrong with what is wanted; it has to wait until the host, or our hold on it, is back. */
export const isOutOfReach = (error: PlatformError): boolean =>
  ['host_unreachable', 'engine_unavailable', 'stale_fence'].includes(error.code);
