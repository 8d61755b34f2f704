// Contract route → action → reply; no logic. The one list of what the portal server answers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Handlers } from '@berth/common/serve.ts';
import { hookDeliveryHeader, hookSignatureHeader } from '@berth/contract/hooks.ts';
import type { PublicApi } from '@berth/contract/public-api.ts';
import * as applications from '#applications/application-actions.ts';
import * as applicationQueries from '#applications/application-queries.ts';
import * as upgrades from '#applications/upgrade-actions.ts';
import * as containers from '#containers/container-actions.ts';
import type { Context } from '#context.ts';
import * as environments from '#environments/environment-actions.ts';
import { createJoinToken, joinHost } from '#hosts/docker-server-gate.ts';
import { callHook } from '#hooks/call-hook.ts';
import * as hooks from '#hooks/hook-actions.ts';
import * as hosts from '#hosts/host-actions.ts';
import * as imports from '#imports/import-actions.ts';
import * as jobs from '#jobs/job-actions.ts';
import * as runs from '#jobs/run-actions.ts';
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

    diffRevisions: async ({ context, params, query }) =>
      applicationQueries.diffRevisions(must(context), db, params, query.against),
    previewRollback: async ({ context, params }) => upgrades.previewRollback(must(context), parts.applications, params),
    rollBackApplication: async ({ context, params, body }) =>
      upgrades.rollBackApplication(must(context), parts.applications, params, body),
    acceptUpgrade: async ({ context, params }) => upgrades.acceptUpgrade(must(context), parts.applications, params),
    abortUpgrade: async ({ context, params }) => upgrades.abortUpgrade(must(context), parts.applications, params),
    resumeUpgrade: async ({ context, params }) => upgrades.resumeUpgrade(must(context), parts.applications, params),
    restartApplication: async ({ context, params, body }) =>
      upgrades.restartApplication(must(context), parts.applications, params, body),
    exportApplication: async ({ context, params, query }) =>
      applicationQueries.exportApplication(must(context), db, params, query),

    listJobs: async ({ context, params, query }) => jobs.listJobs(must(context), parts.jobs, params, query),
    createJob: async ({ context, params, body }) => jobs.createJob(must(context), parts.jobs, params, body),
    readJob: async ({ context, params }) => jobs.readJob(must(context), parts.jobs, params),
    setJob: async ({ context, params, body }) => jobs.setJob(must(context), parts.jobs, params, body),
    removeJob: async ({ context, params }) => jobs.removeJob(must(context), parts.jobs, params),
    runJob: async ({ context, params }) => jobs.runJob(must(context), parts.jobs, params),
    listRuns: async ({ context, params, query }) => runs.listRuns(must(context), parts.jobs, params, query),
    runTask: async ({ context, params, body }) => runs.runTask(must(context), parts.jobs, params, body),
    readRun: async ({ context, params }) => runs.readRun(must(context), parts.jobs, params),
    cancelRun: async ({ context, params }) => runs.cancelRun(must(context), parts.jobs, params),

    listHooks: async ({ context, params, query }) => hooks.listHooks(must(context), parts.hooks, params, query),
    createHook: async ({ context, params, body }) => hooks.createHook(must(context), parts.hooks, params, body),
    setHook: async ({ context, params, body }) => hooks.setHook(must(context), parts.hooks, params, body),
    renewHookSecret: async ({ context, params }) => hooks.renewHookSecret(must(context), parts.hooks, params),
    removeHook: async ({ context, params }) => hooks.removeHook(must(context), parts.hooks, params),
    callHook: async ({ params, body, bodyText, request }) =>
      callHook(parts.hooks, {
        hook: params.hook,
        signature: headerOf(request, hookSignatureHeader),
        delivery: headerOf(request, hookDeliveryHeader),
        bodyText,
        body,
        address: request.ip,
      }),

    listForeignContainers: async ({ context, params, query }) =>
      imports.listForeignContainers(must(context), parts.imports, params, query),
    previewImport: async ({ context, params, body }) =>
      imports.previewImport(must(context), parts.imports, params, body),
    importApplication: async ({ context, params, body }) =>
      imports.importApplication(must(context), parts.imports, params, body),

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

const headerOf = ({ headers }: FastifyRequest, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
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
