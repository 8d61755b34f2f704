// The verbs of the contract, bound to the engine. Changing verbs pass the fence first.
import type { dockerServerApi } from '@berth/contract/docker-server-api.ts';
import type { Handlers } from '@berth/common/serve.ts';
import type { FastifyRequest } from 'fastify';
import { attachExec } from './attach.ts';
import type { Caller } from './docker/caller.ts';
import { adopt } from './docker/adopt.ts';
import { createContainer, removeContainer, renameContainer } from './docker/containers.ts';
import { startContainer, stopContainer } from './docker/containers.ts';
import { buildImage } from './docker/build.ts';
import { describeContainers } from './docker/describe.ts';
import type { Engine } from './docker/engine.ts';
import type { EventHub } from './docker/event-hub.ts';
import { createExec, readExec, resizeExec } from './docker/execs.ts';
import { readFacts } from './docker/facts.ts';
import { openFigures } from './docker/figures.ts';
import { findImage } from './docker/images.ts';
import { openLogs } from './docker/logs.ts';
import { createNetwork, removeNetwork } from './docker/networks.ts';
import { observe } from './docker/observe.ts';
import { findRemoteImage } from './docker/remote-image.ts';
import { pullImage } from './docker/pull.ts';
import { createVolume, removeVolume } from './docker/volumes.ts';
import { environmentOf, type Fences } from './fence.ts';
import { listListeners } from './listeners.ts';

export interface HandlerDeps {
  readonly engine: Engine;
  readonly hub: EventHub;
  readonly fences: Fences;
  /** Where published ports are reached, when the host does not find it out itself. */
  readonly address: string | undefined;
  /** For files on their way. */
  readonly temporaryFolder: string;
}

export const makeHandlers = (deps: HandlerDeps): Handlers<typeof dockerServerApi, undefined> => {
  const { engine } = deps;
  const changing = (request: FastifyRequest): Caller => ({ environment: deps.fences.pass(request.headers) });
  // A question needs no number; when it names an environment, only that one's objects are there.
  const asking = (request: FastifyRequest): Caller => ({ environment: environmentOf(request.headers) });
  return {
    ...questions(deps, asking),
    createNetwork: async ({ request, body }) => createNetwork(engine, changing(request), body),
    removeNetwork: async ({ request, params }) => {
      await removeNetwork(engine, changing(request), params.network);
      return {};
    },
    createVolume: async ({ request, body }) => createVolume(engine, changing(request), body),
    removeVolume: async ({ request, params }) => {
      await removeVolume(engine, changing(request), params.volume);
      return {};
    },
    createContainer: async ({ request, body }) => createContainer(engine, changing(request), body),
    startContainer: async ({ request, params }) => {
      await startContainer(engine, changing(request), params.container);
      return {};
    },
    stopContainer: async ({ request, params, body }) => {
      await stopContainer(engine, changing(request), params.container, body.graceMs);
      return {};
    },
    renameContainer: async ({ request, params, body }) => {
      await renameContainer(engine, changing(request), params.container, body.name);
      return {};
    },
    adopt: async ({ request, body }) => {
      await adopt(engine, changing(request), body);
      return {};
    },
    buildImage: async ({ request, body, signal }) => buildImage(engine, changing(request), body, signal),
    removeContainer: async ({ request, params, body }) => {
      await removeContainer(engine, changing(request), params.container, body.removeAnonymousVolumes === true);
      return {};
    },
    createExec: async ({ request, params, body }) => createExec(engine, asking(request), params.container, body),
    attachExec: async ({ request, reply, params, query, signal }) => {
      const caller = asking(request);
      await attachExec(engine, caller, { exec: params.exec, tty: query.tty === 'true', request, reply, signal });
      return 'handled';
    },
    resizeExec: async ({ request, params, body }) => {
      await resizeExec(engine, asking(request), params.exec, body);
      return {};
    },
    readFiles: async ({ request, params, query, signal }) => {
      const { readFiles } = await loadFiles();
      const stream = await readFiles(engine, asking(request), params.container, query.path, signal);
      return { stream, headers: { 'content-type': 'application/x-tar' } };
    },
    writeFiles: async ({ request, params, query, signal }) => {
      const { writeFiles } = await loadFiles();
      return writeFiles(engine, asking(request), {
        container: params.container,
        path: query.path,
        archive: request.raw,
        temporaryFolder: deps.temporaryFolder,
        signal,
      });
    },
  };
};

/** Rarely asked for, and some megabytes of memory. */
const loadFiles = () => import('./docker/files.ts');

type Questions =
  | 'readFacts'
  | 'observe'
  | 'followEvents'
  | 'listListeners'
  | 'findImage'
  | 'pullImage'
  | 'findRemoteImage'
  | 'describeContainers'
  | 'readLogs'
  | 'followFigures'
  | 'readExec';

const questions = (
  { engine, hub, address }: HandlerDeps,
  asking: (request: FastifyRequest) => Caller,
): Pick<Handlers<typeof dockerServerApi, undefined>, Questions> => ({
  readFacts: async () => readFacts(engine, address),
  observe: async () => observe(engine),
  followEvents: async ({ signal }) => hub.follow(signal),
  listListeners: async () => ({ items: await listListeners() }),
  findImage: async ({ query }) => ({ image: await findImage(engine, query.reference) }),
  findRemoteImage: async ({ query }) => findRemoteImage(engine, query.reference),
  describeContainers: async ({ query }) => ({ items: await describeContainers(engine, query.ids) }),
  // Brings an image to the host and changes nothing that is anyone's, so it passes no fence.
  pullImage: async ({ body, signal }) => pullImage(engine, body.reference, body.platform, signal),
  readLogs: async ({ request, params, query, signal }) =>
    openLogs(engine, asking(request), params.container, query, signal),
  followFigures: async ({ request, params, signal }) => openFigures(engine, asking(request), params.container, signal),
  readExec: async ({ request, params }) => readExec(engine, asking(request), params.exec),
});
