// A rig for the standalone driver's conformance suite: a Docker Server on a given engine, connected as always, and the little
// of a portal that it needs to come in.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { makeNewId } from '@berth/common/new-id.ts';
import { connectProtocol } from '@berth/contract/hosts.ts';
import { startDockerServer } from '@berth/docker-server/docker-server.ts';
import { makeDockerServerLinks, type DockerServerLink } from '@berth/server/hosts/docker-server-links.ts';
import type { DriverRig } from '@berth/server/orchestration/driver-conformance.ts';
import { makeStandaloneDriver } from '@berth/server/orchestration/standalone/standalone-driver.ts';
import type { StandaloneDetail } from '@berth/server/orchestration/standalone/standalone-steps.ts';

/** What of a rig depends on the engine. */
export type EngineHands = Pick<
  DriverRig<StandaloneDetail>,
  'images' | 'removeByHand' | 'stopByHand' | 'addForeign' | 'close'
> & { readonly socket: string };

const newId = makeNewId(systemClock);

export const openStandaloneRig = async (engine: EngineHands): Promise<DriverRig<StandaloneDetail>> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-rig-'));
  const environment = newId('environment');
  const door = await openDoor(environment);
  const dockerServer = await startDockerServer({
    portal: door.url,
    stateFolder: folder,
    engineSocket: engine.socket,
    joinToken: 'any',
    clock: systemClock,
    log: silentLog,
  });
  const link = await door.link;
  const fence = { environment, number: 1 };
  const context = { Dockerfile: Buffer.from(`FROM ${engine.images.runs}\nENV BUILT=yes\n`).toString('base64') };
  return {
    ...engine,
    environment,
    newApplication: () => newId('application'),
    observe: async (images) => {
      const client = link.client();
      const present = await Promise.all(
        images.map(async (reference): Promise<[string, string][]> => {
          const { image } = await client.findImage({ query: { reference } });
          return image === null ? [] : [[reference, image.id]];
        }),
      );
      const { observedAt, containers, networks, volumes } = await client.observe();
      return {
        observedAt,
        host: { id: link.host, name: link.hostName },
        containers,
        networks,
        volumes,
        imagesPresent: new Map(present.flat()),
      };
    },
    makeDriver: (observed) => makeStandaloneDriver(link, fence, observed, () => Promise.resolve(context)),
    close: async () => {
      await dockerServer.close();
      await door.close();
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Lets one Docker Server join and connect, without asking who it is. */
const openDoor = async (environment: DockerServerLink['environment']) => {
  const host = { id: newId('host'), name: 'rig', environment };
  const links = makeDockerServerLinks(systemClock, silentLog);
  const { promise: link, resolve } = Promise.withResolvers<DockerServerLink>();
  const server = createServer((request: IncomingMessage, answer: ServerResponse) => {
    request.resume();
    const reply =
      request.url?.endsWith('/challenge') === true ? { challenge: 'c' } : { host: host.id, name: host.name };
    answer.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
  server.on('upgrade', (_request, socket: Socket) => {
    const greeting = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${connectProtocol}\r\n\r\n`;
    void links.accept(socket, host, greeting).then(resolve);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    link,
    close: async () => {
      links.closeAll();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
