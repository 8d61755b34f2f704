// One Docker Server: joins if it has not, keeps the connection to its portal, and serves the typed verbs on it.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { Adoptions } from './docker/adoptions.ts';
import { ContainerFiles } from './docker/container-files.ts';
import { openEngine } from './docker/engine.ts';
import { EngineRuns, engineRunsFile } from './docker/engine-runs.ts';
import { EventHub } from './docker/event-hub.ts';
import { readFacts } from './docker/facts.ts';
import { Fences } from './fence.ts';
import { makeHandlers } from './handlers.ts';
import { keepConnected } from './portal/connection-loop.ts';
import { dialPortal } from './portal/dial.ts';
import { ensureJoined } from './portal/join.ts';
import { requireSafe, type Portal } from './portal/portal-request.ts';
import { openTurnedServer } from './portal/turned-server.ts';
import { openStateFolder } from './state/state-folder.ts';

export interface DockerServerOptions {
  readonly portal: URL;
  readonly stateFolder: string;
  /** Path of the engine's unix socket. */
  readonly engineSocket: string;
  /** Needed once, on the first start. */
  readonly joinToken?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** PEM of the authority that signed the portal's certificate. */
  readonly portalCa?: string | undefined;
  /** Without TLS to a portal on another machine; for laboratories. */
  readonly allowPlaintext?: boolean | undefined;
  /** Where published ports of this host are reached; undefined: found out. */
  readonly address?: string | undefined;
}

export interface DockerServer {
  /** Id of this host at the portal. */
  readonly host: string;
  readonly name: string;
  readonly close: () => Promise<void>;
}

/** Resolves once the host has joined; the connection is then kept in the background. */
export const startDockerServer = async (options: DockerServerOptions): Promise<DockerServer> => {
  const { clock, log } = options;
  requireSafe(options.portal, options.allowPlaintext === true);
  const portal: Portal = { url: options.portal, ca: options.portalCa };
  const state = openStateFolder(options.stateFolder);
  const fences = new Fences(state.path);
  const temporaryFolder = freshFolder(join(state.path, 'temporary'));
  const runs = new EngineRuns(options.engineSocket, engineRunsFile(state.path));
  const engine = openEngine(clock, log, options.engineSocket, runs, {
    adoptions: new Adoptions(join(state.path, 'adoptions.json')),
    files: new ContainerFiles(resolve(state.path, 'files')),
  });
  const hub = new EventHub(engine);
  const handlers = makeHandlers({ engine, hub, fences, address: options.address, temporaryFolder });
  const closing = new AbortController();
  try {
    const identity = await ensureJoined(clock, portal, state, options.joinToken, () =>
      readFacts(engine, options.address),
    );
    const server = await openTurnedServer(clock, log.with({ host: identity.host }), handlers);
    hub.open();
    const loop = { dial: () => dialPortal(clock, portal, state, identity), serve: server.serve };
    const done = keepConnected(clock, log, loop, closing.signal);
    return {
      host: identity.host,
      name: identity.name,
      close: async () => {
        closing.abort();
        await server.close();
        await done;
        await hub.close();
        engine.close();
      },
    };
  } catch (thrown) {
    engine.close();
    throw thrown;
  }
};

/** What an earlier run left there is of no use. */
const freshFolder = (path: string): string => {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o700 });
  return path;
};
