// The host of an environment, for questions about containers that are not Berth's.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Client } from '@berth/contract/client.ts';
import type { DockerServerApi } from '@berth/contract/docker-server-api.ts';
import type { DescribedContainer, Observation } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLinks } from '#hosts/docker-server-links.ts';
import { listHostsOf } from '#hosts/host-store.ts';

export interface ForeignHost {
  readonly name: string;
  /** By id; all without any. */
  readonly describe: (ids?: readonly string[]) => Promise<DescribedContainer[]>;
  readonly observe: () => Promise<Observation>;
  /** Engine's ids of what image references stand for now. */
  readonly client: Client<DockerServerApi>;
}

/** Throws `host_unreachable`, or `not_found` for a host the environment does not have. */
export type ReachForeign = (environment: Id<'environment'>, host: string | undefined) => Promise<ForeignHost>;

const idsMaximumAtOnce = 200;

export const makeReachForeign =
  (db: Db, links: DockerServerLinks): ReachForeign =>
  async (environment, wanted) => {
    const hosts = await listHostsOf(db, environment);
    const host = wanted === undefined ? hosts[0] : hosts.find(({ id, name }) => id === wanted || name === wanted);
    if (host === undefined && wanted !== undefined)
      throw new PlatformError('not_found', `The environment has no host ${wanted}`);
    if (host === undefined) throw new PlatformError('host_unreachable', 'The environment has no host yet');
    if (host.state === 'engine_down')
      throw new PlatformError('host_unreachable', host.reason ?? `The Docker engine of ${host.name} does not answer`);
    const client = links.get(host.id).client();
    return {
      name: host.name,
      client,
      observe: () => client.observe(),
      describe: async (ids) => {
        const query = ids === undefined ? {} : { ids: ids.slice(0, idsMaximumAtOnce).join(',') };
        return (await client.describeContainers({ query })).items;
      },
    };
  };
