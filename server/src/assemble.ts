// The only place that constructs things: opens the database, makes every part, starts the loops, binds the port.
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { nowInstant, type Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { makeNewId } from '@berth/common/new-id.ts';
import type { Id } from '@berth/contract/ids.ts';
import { makeApplicationReconciler } from '#applications/application-reconciler.ts';
import { listApplicationIds, listIdsOfEnvironment } from '#applications/application-store.ts';
import { makeShellSockets } from '#containers/shell-sockets.ts';
import type { Actor, Context } from '#context.ts';
import { openDb } from '#db/open.ts';
import { makeGate } from '#hosts/docker-server-gate.ts';
import { makeDockerServerLinks, type DockerServerLink } from '#hosts/docker-server-links.ts';
import { markAllUnreachable } from '#hosts/host-store.ts';
import { HostWatch } from '#hosts/host-watch.ts';
import { makeLookAtHost } from '#hosts/look-at-host.ts';
import { makeReachForeign } from '#imports/reach-foreign.ts';
import { makeAuthenticator } from '#http/authenticate.ts';
import { makePortalServer, type HttpOptions } from '#http/portal-server.ts';
import { makeJobReconciler } from '#jobs/job-reconciler.ts';
import { listScheduledIds } from '#jobs/job-store.ts';
import { makeRunReconciler } from '#jobs/run-reconciler.ts';
import { listOpenRunIds, listOpenRunIdsOfEnvironment } from '#jobs/run-store.ts';
import { makeLiveHub } from '#live/live-hub.ts';
import { makeLeases, newHolder, processHasEnded } from '#reconcile/lease.ts';
import { startLoop } from '#reconcile/loop.ts';
import { openMasterKey } from '#secrets/master-key.ts';
import { makeAttemptLimits } from '#sign-in/attempt-limits.ts';
import { setupNeeded } from '#sign-in/sign-in-actions.ts';
import { makeSetupCode } from '#sign-in/setup-code.ts';
import { newSecret } from '#sign-in/secret.ts';
import { version } from './version.ts';

export interface ServerOptions extends HttpOptions {
  /** Folder of the database and the set-up code. */
  readonly dataFolder: string;
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PortalServer {
  readonly url: string;
  /** undefined once set-up is done. */
  readonly setupCode: string | undefined;
  /** A bearer key of the installer, for a first run in the same process; kept in memory only. */
  readonly installerKey: string;
  readonly close: () => Promise<void>;
}

const sweepEveryMs = 60_000;
const passDeadlineMs = 30 * 60_000;
const passesAtOnce = 32;

export const startPortalServer = async (options: ServerOptions): Promise<PortalServer> => {
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  const core = await openCore(options);
  const { db, clock, log, newId, live, links, leases, loop, runs, jobs, watches, context, sealer } = core;
  const setupCode = makeSetupCode(join(options.dataFolder, 'setup-code'));
  const installerKey = newSecret('berthinst');
  const limits = makeAttemptLimits(clock);
  const keys = new Map<string, Actor>([[installerKey, { kind: 'system', role: 'installer' }]]);
  const lookAtHost = makeLookAtHost(db, links, (host) => watches.get(host));
  const applications = { db, live, ring: loop.ring, lookAtHost };
  const app = await makePortalServer(
    {
      db,
      clock,
      newId,
      log,
      version,
      live,
      links,
      gate: makeGate(db, clock, links, (link) => watchHost(core, link)),
      shells: makeShellSockets({ db, clock, log, links, leases }),
      signIn: { db, clock, newId, limits, setupCode },
      applications,
      imports: { db, live, ring: loop.ring, lookAtHost, reachForeign: makeReachForeign(db, links) },
      jobs: { db, live, ringRun: runs.ring, ringJob: jobs.ring },
      hooks: { db, live, sealer, limits, applications, context },
      loops: () => [loop, runs, jobs].flatMap(({ status }) => status()),
    },
    makeAuthenticator(db, clock, keys),
    options,
  );
  await app.listen({ host: options.address, port: options.port });
  const url = urlOf(options, app.server.address() as AddressInfo);
  log.info('portal server started', { url, version });
  return {
    url,
    setupCode: (await setupNeeded(db)) ? setupCode.read() : undefined,
    installerKey,
    close: async () => {
      await Promise.all([loop, jobs, runs].map((each) => each.close()));
      const watching = [...watches.values()].map((watch) => watch.ended);
      links.closeAll();
      await Promise.all(watching);
      await app.close();
      await leases.release();
      await db.destroy();
      log.info('portal server stopped');
    },
  };
};

/** What works whether or not anybody asks: the database, the connections, the loops. */
const openCore = async ({ dataFolder, clock, log }: ServerOptions) => {
  const db = await openDb(join(dataFolder, 'berth.sqlite'));
  const sealer = await openMasterKey(db, join(dataFolder, 'master-key')).catch(async (thrown: unknown) => {
    await db.destroy();
    throw thrown;
  });
  await markAllUnreachable(db, nowInstant(clock));
  const newId = makeNewId(clock);
  const live = makeLiveHub(clock);
  const links = makeDockerServerLinks(clock, log);
  const leases = makeLeases(db, clock, newHolder(), processHasEnded);
  const watches = new Map<Id<'host'>, HostWatch>();
  const context: Context = { actor: { kind: 'system', role: 'reconciler' }, clock, newId, log };
  const watchOf = (host: Id<'host'>) => watches.get(host);
  const common = { clock, log, sweepEveryMs, deadlineMs: passDeadlineMs, passesAtOnce };
  const loop = startLoop({
    ...common,
    name: 'applications',
    keys: () => listApplicationIds(db),
    reconcile: makeApplicationReconciler({ db, live, leases, links, watchOf, context }),
  });
  const runs = startLoop({
    ...common,
    name: 'runs',
    keys: () => listOpenRunIds(db),
    reconcile: makeRunReconciler({ db, live, leases, links, watchOf, context }),
  });
  const jobs = startLoop({
    ...common,
    name: 'jobs',
    keys: () => listScheduledIds(db),
    reconcile: makeJobReconciler({ db, live, ringRun: runs.ring, context }),
  });
  return { db, clock, log, newId, live, links, leases, watches, loop, runs, jobs, context, sealer };
};

const watchHost = (
  { db, clock, log, live, loop, runs, watches }: Awaited<ReturnType<typeof openCore>>,
  link: DockerServerLink,
) => {
  const ringAll = (environment: string) =>
    void Promise.all([
      listIdsOfEnvironment(db, environment as Id<'environment'>).then((ids) => ids.forEach(loop.ring)),
      listOpenRunIdsOfEnvironment(db, environment as Id<'environment'>).then((ids) => ids.forEach(runs.ring)),
    ]).catch((thrown: unknown) => log.error('an environment could not be rung', { environment }, thrown));
  const watch = new HostWatch({ db, clock, log, live, ring: loop.ring, ringRun: runs.ring, ringAll }, link);
  watches.set(link.host, watch);
  link.closed.addEventListener('abort', () => {
    if (watches.get(link.host) === watch) watches.delete(link.host);
  });
};

const urlOf = ({ tls, address }: Pick<ServerOptions, 'tls' | 'address'>, { port }: AddressInfo): string =>
  `${tls === undefined ? 'http' : 'https'}://${address.includes(':') ? `[${address}]` : address}:${port}`;
