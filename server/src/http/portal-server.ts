// The HTTP side of the portal server: the public API, the portal's own files, and the two kinds of upgrade.
import { existsSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { join } from 'node:path';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { bindRoutes, prepareServer } from '@berth/common/serve.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { publicApi } from '@berth/contract/public-api.ts';
import type { ServerParts } from '#server-parts.ts';
import type { Authenticator } from './authenticate.ts';
import { requireSameOrigin } from './authenticate.ts';
import { makeHandlers, type RequestContext } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { handleUpgrades } from './upgrades.ts';

export interface HttpOptions {
  /** Folder of the built portal; absent or not there: the API alone. */
  readonly portalFolder: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Addresses of proxies whose word on the caller's address counts. */
  readonly trustedProxies: readonly string[];
}

const requestTimeoutMs = 60_000;

export const makePortalServer = async (
  parts: ServerParts,
  authenticator: Authenticator,
  options: HttpOptions,
): Promise<FastifyInstance> => {
  const app: FastifyInstance = fastify({
    // Our own log, our own ids: Fastify's are off.
    logger: false,
    genReqId: () => parts.newId('event').replace('evt_', 'req_'),
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
    serverFactory: (handler) => {
      const server =
        options.tls === undefined
          ? createHttp({ requestTimeout: requestTimeoutMs }, handler)
          : createHttps({ ...options.tls, requestTimeout: requestTimeoutMs }, handler);
      handleUpgrades(server, parts, authenticator);
      return server;
    },
  });
  prepareServer(app, parts.log);
  app.addHook('onRequest', async (_request, reply) => void reply.headers(securityHeaders));
  bindRoutes<typeof publicApi, RequestContext>(app, publicApi, makeHandlers(parts), {
    log: parts.log,
    authenticate: async (request, route) => {
      const actor = await authenticator.actorOf(request.raw, route.needs);
      if (actor === null) {
        // Signing in from another site's page would put the visitor into somebody else's account.
        if (request.method !== 'GET' && request.headers.origin !== undefined) requireSameOrigin(request.raw);
        return null;
      }
      return { actor, clock: parts.clock, newId: parts.newId, log: parts.log.with({ requestId: request.id }) };
    },
  });
  await servePortal(app, options.portalFolder);
  return app;
};

// Every address that is no file and no API is a page of the portal, which finds its own way.
const servePortal = async (app: FastifyInstance, folder: string | undefined): Promise<void> => {
  if (folder === undefined || !existsSync(join(folder, 'index.html'))) return;
  const { default: serveStatic } = await import('@fastify/static');
  await app.register(serveStatic, { root: folder, wildcard: false, maxAge: '1y', immutable: true, index: false });
  const page = async (request: { url: string }, reply: FastifyReply) => {
    if (request.url.startsWith('/v1/') || /\.[a-z0-9]+$/.test(request.url.split('?')[0] ?? ''))
      throw new PlatformError('not_found', 'There is nothing at this address');
    return reply.header('cache-control', 'no-cache').sendFile('index.html', folder, { maxAge: 0, immutable: false });
  };
  app.get('/', page);
  app.get('/*', page);
};
