// What is on an environment's host at this moment, for the checks before a publish; or a sentence on why it cannot be told.
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Listener, Observation } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLinks } from './docker-server-links.ts';
import { listHostsOf } from './host-store.ts';
import type { HostWatch } from './host-watch.ts';

export interface HostView {
  readonly name: string;
  readonly observation: Observation;
  readonly listeners: readonly Listener[];
}

export type LookAtHost = (
  environment: Id<'environment'>,
  spec: ApplicationSpec,
) => Promise<{ host: HostView; hasImage: (reference: string) => Promise<boolean> } | { reason: string }>;

export const makeLookAtHost =
  (db: Db, links: DockerServerLinks, watchOf: (host: Id<'host'>) => HostWatch | undefined): LookAtHost =>
  async (environment, spec) => {
    const [host] = await listHostsOf(db, environment);
    if (host === undefined) return { reason: 'The environment has no host yet' };
    const watch = watchOf(host.id);
    const link = links.find(host.id);
    if (watch === undefined || link === undefined) return { reason: `The host ${host.name} is not connected` };
    if (host.state === 'engine_down')
      return { reason: host.reason ?? `The Docker engine of ${host.name} does not answer` };
    try {
      const client = link.client();
      // Who listens on the host itself is dear to find out, and asked only when ports are to be published.
      const asksPorts = Object.values(spec.services).some((service) => service.ports.length > 0);
      const [observation, listeners] = await Promise.all([
        watch.observe(),
        asksPorts ? client.listListeners() : { items: [] },
      ]);
      const hasImage = async (reference: string) => (await client.findImage({ query: { reference } })).image !== null;
      return { host: { name: host.name, observation, listeners: listeners.items }, hasImage };
    } catch (thrown) {
      return { reason: `The host ${host.name} does not answer: ${asPlatformError(thrown).message}` };
    }
  };
