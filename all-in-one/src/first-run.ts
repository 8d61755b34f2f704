// What a first run needs to be of use at once: a zone, a tenant, an environment, and leave for this machine to join it.
// Looks before it makes, so that a run that was cut short is taken up again.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@berth/contract/client.ts';
import type { PublicApi } from '@berth/contract/public-api.ts';

const zone = 'local';
const tenant = 'main';
const environment = 'local';

export interface Place {
  readonly tenant: string;
  readonly environment: string;
  /** For the Docker Server of this machine; undefined when it has joined before. */
  readonly joinToken: string | undefined;
}

export const prepareFirstRun = async (client: Client<PublicApi>, dataFolder: string): Promise<Place> => {
  const zones = await client.listZones({ query: { search: zone } });
  if (!zones.items.some(({ name }) => name === zone)) await client.createZone({ body: { name: zone, title: 'Local' } });
  const tenants = await client.listTenants({ query: { search: tenant } });
  if (!tenants.items.some(({ name }) => name === tenant))
    await client.createTenant({ body: { name: tenant, title: 'Main' } });
  const environments = await client.listEnvironments({ params: { tenant }, query: { search: environment } });
  if (!environments.items.some(({ name }) => name === environment))
    await client.createEnvironment({
      params: { tenant },
      body: { name: environment, title: 'This machine', zone, kind: 'standalone' },
    });
  const joined = existsSync(join(dataFolder, 'docker-server', 'identity.json'));
  const joinToken = joined ? undefined : (await client.createJoinToken({ params: { tenant, environment } })).token;
  return { tenant, environment, joinToken };
};
