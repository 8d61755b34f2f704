// What is on an environment's host at this moment, for the checks before a publish; or a sentence on why it cannot be told.
import type { Limits } from '@berth/common/http2-fetch.ts';
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Listener, Observation } from '@berth/contract/engine-objects.ts';
import type { HostFacts } from '@berth/contract/hosts.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLinks } from './docker-server-links.ts';
import { listHostsOf } from './host-store.ts';
import type { HostWatch } from './host-watch.ts';

export interface HostView {
  readonly name: string;
  readonly observation: Observation;
  readonly listeners: readonly Listener[];
  /** What there is of both; absent: the host has not told yet. */
  readonly size?: { readonly memoryBytes: number; readonly cpus: number };
}

export interface HostLook {
  readonly host: HostView;
  /** The engine's id of an image it has. */
  readonly findImage: (reference: string) => Promise<string | undefined>;
  /** Asks the registry, through the host; nothing is pulled, and it takes no longer than a few seconds. */
  readonly findRemoteImage: (reference: string) => Promise<RemoteImage>;
}

export interface RemoteImage {
  readonly state: 'found' | 'not_found' | 'denied' | 'unknown';
  readonly message?: string | undefined;
}

export type LookAtHost = (
  environment: Id<'environment'>,
  spec: ApplicationSpec,
) => Promise<HostLook | { reason: string }>;

const remoteLimits: Limits = { firstByteMs: 10_000, idleMs: 10_000 };

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
      return {
        host: {
          name: host.name,
          observation,
          listeners: listeners.items,
          ...(host.facts === null ? {} : { size: JSON.parse(host.facts) as HostFacts }),
        },
        findImage: async (reference) => (await client.findImage({ query: { reference } })).image?.id,
        findRemoteImage: async (reference) => {
          try {
            return await link.client({ limits: remoteLimits }).findRemoteImage({ query: { reference } });
          } catch (thrown) {
            return { state: 'unknown', message: asPlatformError(thrown).message };
          }
        },
      };
    } catch (thrown) {
      return { reason: `The host ${host.name} does not answer: ${asPlatformError(thrown).message}` };
    }
  };
