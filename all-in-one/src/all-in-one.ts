// Portal server, one Docker Server on the local engine, and SQLite in one process: the embedded default. The Docker Server
// joins and dials over the loopback like any other; nothing is short-circuited.
import { join } from 'node:path';
import { sleep, type Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeClient, type Client } from '@berth/contract/client.ts';
import { publicApi, type PublicApi } from '@berth/contract/public-api.ts';
import { startDockerServer } from '@berth/docker-server/docker-server.ts';
import { startPortalServer, type ServerOptions } from '@berth/server/assemble.ts';
import { prepareFirstRun } from './first-run.ts';

export interface AllInOneOptions extends ServerOptions {
  /** Unix socket of the Docker engine. */
  readonly engineSocket: string;
}

export interface AllInOne {
  readonly url: string;
  /** undefined once set-up is done. */
  readonly setupCode: string | undefined;
  /** Calls with the installer's rights: enough to publish a first application, not to read a tenant's. */
  readonly client: Client<PublicApi>;
  readonly tenant: string;
  readonly environment: string;
  readonly close: () => Promise<void>;
}

export const startAllInOne = async (options: AllInOneOptions): Promise<AllInOne> => {
  const server = await startPortalServer(options);
  try {
    const client = makeClient(publicApi, server.url, (url, init) =>
      fetch(url, {
        ...init,
        headers: {
          ...(init.headers as Record<string, string> | undefined),
          authorization: `Bearer ${server.installerKey}`,
        },
      }),
    );
    const place = await prepareFirstRun(client, options.dataFolder);
    const dockerServer = await startDockerServer({
      portal: new URL(server.url),
      stateFolder: join(options.dataFolder, 'docker-server'),
      engineSocket: options.engineSocket,
      ...(place.joinToken === undefined ? {} : { joinToken: place.joinToken }),
      clock: options.clock,
      log: options.log,
    });
    return {
      url: server.url,
      setupCode: server.setupCode,
      client,
      tenant: place.tenant,
      environment: place.environment,
      close: async () => {
        await dockerServer.close();
        await server.close();
      },
    };
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
};

const connectLimitMs = 15_000;

/** Waits until the environment's host is connected and has been listed. */
export const waitForHost = async (
  clock: Clock,
  { client, tenant, environment }: Pick<AllInOne, 'client' | 'tenant' | 'environment'>,
): Promise<void> => {
  const endMs = clock.monotonicMs() + connectLimitMs;
  for (;;) {
    const { items } = await client.listHosts({ params: { tenant, environment } });
    const host = items[0];
    if (host?.state === 'active') return;
    if (clock.monotonicMs() > endMs)
      throw new PlatformError('host_unreachable', host?.reason ?? 'The local Docker Server did not connect');
    await sleep(clock, 20);
  }
};
