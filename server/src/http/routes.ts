// Contract route → action → reply; no logic. The one list of what the portal server answers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Handlers } from '@berth/common/serve.ts';
import type { PublicApi } from '@berth/contract/public-api.ts';
import * as applications from '#applications/application-actions.ts';
import * as applicationQueries from '#applications/application-queries.ts';
import * as containers from '#containers/container-actions.ts';
import type { Context } from '#context.ts';
import * as environments from '#environments/environment-actions.ts';
import { createJoinToken, joinHost } from '#hosts/docker-server-gate.ts';
import * as hosts from '#hosts/host-actions.ts';
import { followEnvironment } from '#live/live-actions.ts';
import * as signIn from '#sign-in/sign-in-actions.ts';
import { listLoops } from '#system/system-actions.ts';
import * as tenants from '#tenants/tenant-actions.ts';
import { sessionCookie } from './authenticate.ts';
import type { ServerParts } from '#server-parts.ts';

/** Absent for routes that anyone may call. */
export type RequestContext = Context | null;

export const makeHandlers = (parts: ServerParts): Handlers<PublicApi, RequestContext> => {
  const { db } = parts;
  const must = (context: RequestContext): Context => {
    if (context === null) throw new PlatformError('unauthenticated', 'Sign in first');
    return context;
  };
  return {
    readSetup: async () => ({ needed: await signIn.setupNeeded(db) }),
    completeSetup: async ({ body, request, reply }) =>
      begin(reply, request, 'portal', await signIn.completeSetup(parts.signIn, { ...body, address: request.ip })),
    signIn: async ({ body, request, reply }) =>
      begin(reply, request, body.client, await signIn.signIn(parts.signIn, { ...body, address: request.ip })),
    readCaller: async ({ context }) => signIn.readCaller(db, sessionOf(must(context))),
    signOut: async ({ context, reply }) => {
      await signIn.signOut(db, sessionOf(must(context)));
      void reply.header('set-cookie', `${sessionCookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
      return {};
    },

    listTenants: async ({ context, query }) => tenants.listTenants(must(context), db, query),
    createTenant: async ({ context, body }) => tenants.createTenant(must(context), db, body),
    readTenant: async ({ context, params }) => tenants.readTenant(must(context), db, params),
    listMembers: async ({ context, params, query }) => tenants.listMembers(must(context), db, params, query),
    setMember: async ({ context, params, body }) =>
      tenants.setMember(must(context), db, params, { user: params.user, role: body.role }),
    removeMember: async ({ context, params }) => tenants.removeMember(must(context), db, params, params.user),
    listUsers: async ({ context, query }) => tenants.listUsers(must(context), db, query),
    createUser: async ({ context, body }) => tenants.createUser(must(context), db, body),

    listZones: async ({ context, query }) => environments.listZones(must(context), db, query),
    createZone: async ({ context, body }) => environments.createZone(must(context), db, body),
    listEnvironments: async ({ context, params, query }) =>
      environments.listEnvironments(must(context), db, params, query),
    createEnvironment: async ({ context, params, body }) =>
      environments.createEnvironment(must(context), db, params, body),
    readEnvironment: async ({ context, params }) => environments.readEnvironment(must(context), db, params),
    readEnvironmentSettings: async ({ context, params }) => environments.readSettings(must(context), db, params),
    setEnvironmentSettings: async ({ context, params, body }) =>
      environments.setSettings(must(context), db, params, body),

    listHosts: async ({ context, params, query }) => hosts.listHosts(must(context), db, params, query),
    readHost: async ({ context, params }) => hosts.readHost(must(context), db, params),
    createJoinToken: async ({ context, params }) => createJoinToken(must(context), db, params),
    joinHost: async ({ body, request }) => {
      parts.signIn.limits.count({ [`join:${request.ip}`]: 120 });
      return joinHost(parts, body);
    },
    challengeDockerServer: async ({ params, request }) => {
      parts.signIn.limits.count({ [`challenge:${request.ip}`]: 600 });
      return parts.gate.challenge(params.host);
    },

    listApplications: async ({ context, params, query }) =>
      applicationQueries.listApplications(must(context), db, params, query),
    previewApplication: async ({ context, params, body }) =>
      applications.previewApplication(must(context), parts.applications, params, body),
    publishApplication: async ({ context, params, body }) =>
      applications.publishApplication(must(context), parts.applications, params, body),
    readApplication: async ({ context, params }) => applicationQueries.readApplication(must(context), db, params),
    startApplication: async ({ context, params }) =>
      applications.startApplication(must(context), parts.applications, params),
    stopApplication: async ({ context, params }) =>
      applications.stopApplication(must(context), parts.applications, params),
    scaleApplication: async ({ context, params, body }) =>
      applications.scaleApplication(must(context), parts.applications, params, body),
    removeApplication: async ({ context, params, body }) =>
      applications.removeApplication(must(context), parts.applications, params, body),
    listRevisions: async ({ context, params, query }) =>
      applicationQueries.listRevisions(must(context), db, params, query),
    readRevision: async ({ context, params }) => applicationQueries.readRevision(must(context), db, params),
    listApplicationEvents: async ({ context, params, query }) =>
      applicationQueries.listApplicationEvents(must(context), db, params, query),
    listOperations: async ({ context, params, query }) =>
      applicationQueries.listOperationsOfEnvironment(must(context), db, params, query),
    readOperation: async ({ context, params }) => applicationQueries.readOneOperation(must(context), db, params),

    diffRevisions: async () => notYet(),
    previewRollback: async () => notYet(),
    rollBackApplication: async () => notYet(),
    acceptUpgrade: async () => notYet(),
    abortUpgrade: async () => notYet(),
    resumeUpgrade: async () => notYet(),
    restartApplication: async () => notYet(),
    exportApplication: async () => notYet(),

    listJobs: async () => notYet(),
    createJob: async () => notYet(),
    readJob: async () => notYet(),
    setJob: async () => notYet(),
    removeJob: async () => notYet(),
    runJob: async () => notYet(),
    listRuns: async () => notYet(),
    runTask: async () => notYet(),
    readRun: async () => notYet(),
    cancelRun: async () => notYet(),

    listHooks: async () => notYet(),
    createHook: async () => notYet(),
    setHook: async () => notYet(),
    renewHookSecret: async () => notYet(),
    removeHook: async () => notYet(),
    callHook: async () => notYet(),

    listForeignContainers: async () => notYet(),
    previewImport: async () => notYet(),
    importApplication: async () => notYet(),

    listContainers: async ({ context, params, query }) => containers.listContainers(must(context), db, params, query),
    readContainer: async ({ context, params }) => containers.readContainer(must(context), db, params),
    readLogs: async ({ context, params, query, signal }) =>
      containers.readLogs(must(context), db, parts.links, params, query, signal),
    followFigures: async ({ context, params, signal }) =>
      containers.followFigures(must(context), db, parts.links, params, signal),
    readFiles: async ({ context, params, query, signal }) =>
      containers.readFiles(must(context), db, parts.links, params, query.path, signal),
    openShell: async ({ context, params, body }) => parts.shells.openShell(must(context), params, body),

    followEnvironment: async ({ context, params, signal }) => followEnvironment(must(context), parts, params, signal),
    readHealth: async () => ({ ready: true, version: parts.version }),
    listLoops: async ({ context }) => listLoops(must(context), db, parts.loops()),
  };
};

const notYet = (): never => {
  throw new PlatformError('unavailable', 'Not there yet');
};

const sessionOf = (context: Context) => {
  if (context.actor.kind !== 'user') throw new PlatformError('unauthenticated', 'This needs the session of a person');
  return context.actor.session;
};

const begin = (reply: FastifyReply, request: FastifyRequest, client: 'portal' | 'cli', signedIn: signIn.SignedIn) => {
  if (client === 'cli') return { caller: signedIn.caller, key: signedIn.secret };
  const secure = request.protocol === 'https' ? '; Secure' : '';
  void reply.header(
    'set-cookie',
    `${sessionCookie}=${signedIn.secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${signedIn.lifeMs / 1000}${secure}`,
  );
  return { caller: signedIn.caller };
};
