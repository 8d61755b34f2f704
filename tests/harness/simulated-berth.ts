// A whole Berth on simulated engines: the all-in-one with the tenant `main`, and as many more tenants, hosts and people as
// a test wants. Everything speaks over real sockets; only the engines run nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { TenantRole } from '@berth/contract/roles.ts';
import { ownerLabels } from '@berth/docker-server/docker/labels.ts';
import { startDockerServer, type DockerServer } from '@berth/docker-server/docker-server.ts';
import { startSimulatedEngine, type SimulatedEngine } from '@berth/docker-server/simulated/simulated-engine.ts';
import type { SimContainer } from '@berth/docker-server/simulated/sim-state.ts';
import { clientWith, signIn, startBerth, type ApiClient, type Berth, type Place } from './berth.ts';
import { openLine, type Line } from './line.ts';

/** A host of its own: its engine, its Docker Server, and the line between that and the portal. */
export interface SimulatedHost {
  readonly place: Place;
  /** The host's id. */
  readonly host: string;
  readonly engine: SimulatedEngine;
  readonly line: Line;
  /** As by a kill; `startDockerServer` brings it back with the same identity. */
  readonly stopDockerServer: () => Promise<void>;
  readonly startDockerServer: () => Promise<void>;
  readonly stateFolder: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly client: ApiClient;
}

export interface SimulatedBerth extends Berth {
  /** Of the place `main`/`local`. */
  readonly engine: SimulatedEngine;
  /** Makes the tenant if it is not there, an environment in it, and a host that is connected. */
  readonly addHost: (place: Place) => Promise<SimulatedHost>;
  /** An account that is signed in; `roles` by tenant. */
  readonly addPerson: (name: string, roles?: Readonly<Record<string, TenantRole>>) => Promise<Person>;
  readonly untilHost: (place: Place, state: string, withinMs?: number) => Promise<void>;
}

export const personPassword = 'another long password';

export const startSimulatedBerth = async (options: { portalFolder?: string } = {}): Promise<SimulatedBerth> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-sim-'));
  const engine = await startSimulatedEngine({ socket: join(folder, 'main.sock') });
  const berth = await startBerth({ engineSocket: engine.socket, ...options });
  const hosts: { close: () => Promise<void> }[] = [];
  let hostsAsked = 0;
  const untilHost: SimulatedBerth['untilHost'] = async (place, state, withinMs = 15_000) => {
    await eventually(
      async () => {
        const host = (await berth.admin.listHosts({ params: place })).items[0];
        if (host?.state === state) return true;
        throw new Error(`it is ${host?.state}: ${host?.reason}`);
      },
      { withinMs, because: `the host of ${place.tenant}/${place.environment} should be ${state}` },
    );
  };
  return {
    ...berth,
    engine,
    untilHost,
    addHost: async (place) => {
      hostsAsked += 1;
      const number = hostsAsked;
      await ensureEnvironment(berth.admin, place);
      const host = await startHost(berth, place, folder, number);
      hosts.push(host);
      await untilHost(place, 'active');
      return host;
    },
    addPerson: async (name, roles = {}) => {
      const { id } = await berth.admin.createUser({ body: { name, password: personPassword } });
      for (const [tenant, role] of Object.entries(roles))
        await berth.admin.setMember({ params: { tenant, user: name }, body: { role } });
      const key = await signIn(berth.url, name, personPassword);
      return { id, name, key, client: clientWith(berth.url, key) };
    },
    close: async () => {
      for (const host of hosts) await host.close();
      await berth.close();
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const ensureEnvironment = async (admin: ApiClient, { tenant, environment }: Place): Promise<void> => {
  const known = await admin.readTenant({ params: { tenant } }).catch(() => undefined);
  if (known === undefined) await admin.createTenant({ body: { name: tenant, title: tenant } });
  await admin.createEnvironment({
    params: { tenant },
    body: { name: environment, title: environment, zone: 'local', kind: 'standalone' },
  });
};

const startHost = async (berth: Berth, place: Place, folder: string, number: number) => {
  const engine = await startSimulatedEngine({ socket: join(folder, `${number}.sock`) });
  const line = await openLine(berth.url);
  const stateFolder = join(folder, `state-${number}`);
  const { token } = await berth.admin.createJoinToken({ params: place });
  const start = (joinToken?: string): Promise<DockerServer> =>
    startDockerServer({
      portal: line.url,
      stateFolder,
      engineSocket: engine.socket,
      clock: systemClock,
      log: silentLog,
      ...(joinToken === undefined ? {} : { joinToken }),
    });
  let dockerServer: DockerServer | undefined = await start(token);
  const stop = async () => {
    await dockerServer?.close();
    dockerServer = undefined;
  };
  return {
    place,
    host: dockerServer.host,
    engine,
    line,
    stateFolder,
    stopDockerServer: stop,
    startDockerServer: async () => {
      dockerServer ??= await start();
    },
    close: async () => {
      await stop();
      await line.close();
      await engine.close();
    },
  };
};

/** Names of the containers, networks and volumes on the engine that carry the application's label. */
export const objectsOn = (engine: SimulatedEngine, application: string): string[] => {
  const isOwn = ({ labels }: { labels: Readonly<Record<string, string>> }) =>
    labels[ownerLabels.applicationName] === application;
  const { containers, networks, volumes } = engine.state;
  return [...containers.values(), ...networks.values(), ...volumes.values()]
    .filter(isOwn)
    .map(({ name }) => name)
    .sort();
};

/** The container of that name on the engine. */
export const onEngine = (engine: SimulatedEngine, name: string): SimContainer => {
  const found = engine.state.findContainer(name);
  if (found === undefined) throw new Error(`there is no container ${name} on the engine`);
  return found;
};
