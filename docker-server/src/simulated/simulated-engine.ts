// An engine that speaks the real engine's HTTP interface on a unix socket and runs nothing. It has the manners of the real
// one that matter (one conformance suite keeps both alike), and handles to break it. For tests and `npm run dev`.
import { rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { Socket } from 'node:net';
import { sleep, systemClock, type Clock } from '@berth/common/clock.ts';
import { archiveRoutes } from './archive-routes.ts';
import { buildRoutes } from './build-routes.ts';
import { containerRoutes, createSim, removeSim, requireSim, type CreateTrap } from './container-routes.ts';
import { execRoutes, takeOver } from './exec-routes.ts';
import { addNetwork, imageRoutes, networkRoutes, volumeRoutes } from './object-routes.ts';
import { dispatch, type SimRoute } from './sim-http.ts';
import { addSimImage } from './sim-images.ts';
import { comeBack, endSim, goDown, restartByPolicy, startSim, stopSim } from './sim-lifecycle.ts';
import { SimState, type SimContainer, type SimCreateBody, type SimImage } from './sim-state.ts';
import { streamRoutes } from './stream-routes.ts';

export interface SimulatedEngine {
  readonly socket: string;
  /** Everything it holds; to look at, and to put things into that no call can make. */
  readonly state: SimState;
  readonly addImage: (reference: string, more?: Partial<Omit<SimImage, 'id'>>) => void;
  readonly removeImage: (reference: string) => void;
  /** A container that is nobody's; running. */
  readonly addForeign: (name: string, body?: Partial<SimCreateBody>) => string;
  /** A program of the host that is no container takes a port. */
  readonly holdPort: (port: number) => void;
  readonly releasePort: (port: number) => void;
  /** As a person would with the docker command. */
  readonly removeByHand: (container: string) => void;
  readonly stopByHand: (container: string) => void;
  /** The program ends by itself, with that code. */
  readonly crash: (container: string, exitCode: number, outOfMemory?: boolean) => void;
  readonly print: (container: string, stream: 'out' | 'err', text: string) => void;
  readonly setHealth: (container: string, health: SimContainer['health']) => void;
  /** The next create is carried out, and its answer is lost. */
  readonly cutNextCreate: () => void;
  /** How many builds ended because their caller went away. */
  readonly brokenBuilds: () => number;
  /** How many requests of that method and path it has seen. */
  readonly requests: (method: string, path: RegExp) => number;
  /** Takes connections, answers nothing, as under SIGSTOP. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** As by SIGKILL: connections break, containers run on until it comes back. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** As by SIGTERM and a new start. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SimulatedEngineOptions {
  /** Path of the unix socket to make. */
  readonly socket: string;
  readonly clock?: Clock;
}

const restartTakesMs = 20;
const requestsRemembered = 100_000;

export const startSimulatedEngine = async (options: SimulatedEngineOptions): Promise<SimulatedEngine> => {
  const state = new SimState(options.clock ?? systemClock);
  for (const name of ['bridge', 'host', 'none']) addNetwork(state, name, name === 'none' ? 'null' : name);
  const trap: CreateTrap = { cutNext: false };
  const front = new Front(options.socket, state, [
    ...streamRoutes(state),
    ...containerRoutes(state, trap),
    ...networkRoutes(state),
    ...volumeRoutes(state),
    ...imageRoutes(state),
    ...execRoutes(state),
    ...archiveRoutes(state),
    ...buildRoutes(state),
  ]);
  await front.open();
  let wasKilled = false;
  return {
    socket: options.socket,
    state,
    ...handles(state, trap),
    requests: (method, path) => front.seen.filter((seen) => seen.method === method && path.test(seen.path)).length,
    brokenBuilds: () => state.brokenBuilds,
    freeze: () => front.freeze(),
    thaw: () => front.thaw(),
    kill: async () => {
      wasKilled = true;
      await front.close();
    },
    start: async () => {
      comeBack(state, wasKilled);
      wasKilled = false;
      await front.open();
    },
    restart: async () => {
      // The real one takes no new connections while it stops its containers.
      await front.close();
      goDown(state);
      // No engine is back in the same moment, and times of files, by which runs are told apart, are coarse.
      await sleep(systemClock, restartTakesMs);
      comeBack(state, false);
      await front.open();
    },
    close: async () => {
      for (const container of state.containers.values()) for (const cancel of container.timers) cancel();
      await front.close();
    },
  };
};

const handles = (state: SimState, trap: CreateTrap) => ({
  addImage: (reference: string, more?: Partial<Omit<SimImage, 'id'>>) => void addSimImage(state, reference, more),
  removeImage: (reference: string) => void state.images.delete(reference),
  addForeign: (name: string, body: Partial<SimCreateBody> = {}) => {
    const container = createSim(state, name, { Image: 'sim/foreign:1', ...body });
    startSim(state, container);
    return container.id;
  },
  holdPort: (port: number) => void state.heldPorts.add(port),
  releasePort: (port: number) => void state.heldPorts.delete(port),
  removeByHand: (container: string) => removeSim(state, requireSim(state, container)),
  stopByHand: (container: string) => stopSim(state, requireSim(state, container)),
  crash: (container: string, exitCode: number, outOfMemory = false) => {
    const found = requireSim(state, container);
    found.outOfMemory = outOfMemory;
    endSim(state, found, exitCode);
    restartByPolicy(state, found);
  },
  print: (container: string, stream: 'out' | 'err', text: string) =>
    state.print(requireSim(state, container), stream, text),
  setHealth: (container: string, health: SimContainer['health']) => {
    const found = requireSim(state, container);
    found.health = health;
    state.tellContainer(`health_status: ${health}`, found);
  },
  cutNextCreate: () => {
    trap.cutNext = true;
  },
});

/** The socket, and what can be wrong with it. */
class Front {
  readonly #socketPath: string;
  readonly #state: SimState;
  readonly #routes: readonly SimRoute[];
  readonly #sockets = new Set<Socket>();
  readonly seen: { method: string; path: string }[] = [];
  #server: http.Server | undefined;
  #frozen: { thawed: Promise<void>; thaw: () => void } | undefined;

  constructor(socketPath: string, state: SimState, routes: readonly SimRoute[]) {
    this.#socketPath = socketPath;
    this.#state = state;
    this.#routes = routes;
  }

  async open(): Promise<void> {
    rmSync(this.#socketPath, { force: true });
    // As the real one does: by it the Docker Server sees that this is another run.
    const pidFile = this.#socketPath.replace(/\.sock$/, '.pid');
    rmSync(pidFile, { force: true });
    writeFileSync(pidFile, String(process.pid));
    const server = http.createServer((request, answer) => {
      this.#note(request);
      this.#whenThawed()
        .then(() => dispatch(this.#routes, request, answer))
        // The caller went away.
        .catch(() => answer.destroy());
    });
    server.on('upgrade', (request, socket, head) => {
      this.#note(request);
      this.#whenThawed()
        .then(() => takeOver(this.#state, request, socket, head))
        .catch(() => socket.destroy());
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#socketPath, resolve));
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.thaw();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(this.#socketPath, { force: true });
    rmSync(this.#socketPath.replace(/\.sock$/, '.pid'), { force: true });
  }

  freeze(): void {
    if (this.#frozen !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = { thawed: promise, thaw: resolve };
  }

  thaw(): void {
    this.#frozen?.thaw();
    this.#frozen = undefined;
  }

  #whenThawed(): Promise<void> {
    return this.#frozen?.thawed ?? Promise.resolve();
  }

  #note(request: http.IncomingMessage): void {
    if (this.seen.length < requestsRemembered)
      this.seen.push({ method: request.method ?? '', path: (request.url ?? '').replace(/\?.*$/, '') });
  }
}
