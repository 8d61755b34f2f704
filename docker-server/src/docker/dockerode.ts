// The one place that loads dockerode. It drives the engine through a modem of ours (`modem.ts`), so what dockerode would
// load for its own one (ssh, gRPC sessions for BuildKit, folder packing) is left out: 35 MB and 150 ms become 9 MB and 15 ms.
import type Docker from 'dockerode';
import { createRequire, registerHooks } from 'node:module';
import type { EngineModem } from './modem.ts';

const unneeded = new Set(['docker-modem', '@grpc/grpc-js', '@grpc/proto-loader', 'tar-fs']);

const loadDockerode = (): typeof Docker => {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      // A built-in module stands in; nothing of it is called, because our modem never reaches that code.
      next(unneeded.has(specifier) && isDockerode(context.parentURL) ? 'node:timers' : specifier, context),
  });
  try {
    return createRequire(import.meta.url)('dockerode') as typeof Docker;
  } finally {
    hooks.deregister();
  }
};

const isDockerode = (url: string | undefined): boolean => url?.includes('/node_modules/dockerode/') === true;

const Dockerode = loadDockerode();

/** dockerode over that modem. The answer is a few bytes: make one for each class of time limits. */
export const dockerOver = (modem: EngineModem): Docker => {
  // dockerode takes a ready modem, which its types do not say.
  const options: Docker.DockerOptions & { modem: EngineModem } = { modem };
  return new Dockerode(options);
};

export type { Docker };
