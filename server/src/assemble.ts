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
import { makeAuthenticator } from '#http/authenticate.ts';
import { makePortalServer, type HttpOptions } from '#http/portal-server.ts';
import { makeLiveHub } from '#live/live-hub.ts';
import { makeLeases, newHolder, processHasEnded } from '#reconcile/lease.ts';
import { startLoop } from '#reconcile/loop.ts';
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
  const { db, clock, log, newId, live, links, leases, loop, watches } = core;
  const setupCode = makeSetupCode(join(options.dataFolder, 'setup-code'));
  const installerKey = newSecret('berthinst');
  const keys = new Map<string, Actor>([[installerKey, { kind: 'system', role: 'installer' }]]);
  const lookAtHost = makeLookAtHost(db, links, (host) => watches.get(host));
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
      signIn: { db, clock, newId, limits: makeAttemptLimits(clock), setupCode },
      applications: { db, live, ring: loop.ring, lookAtHost },
      loops: loop.status,
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
      await loop.close();
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

/** What works whether or not anybody asks: the database, the connections, the loop over applications. */
const openCore = async ({ dataFolder, clock, log }: ServerOptions) => {
  const db = await openDb(join(dataFolder, 'berth.sqlite'));
  await markAllUnreachable(db, nowInstant(clock));
  const newId = makeNewId(clock);
  const live = makeLiveHub(clock);
  const links = makeDockerServerLinks(clock, log);
  const leases = makeLeases(db, clock, newHolder(), processHasEnded);
  const watches = new Map<Id<'host'>, HostWatch>();
  const context: Context = { actor: { kind: 'system', role: 'reconciler' }, clock, newId, log };
  const loop = startLoop({
    name: 'applications',
    clock,
    log,
    sweepEveryMs,
    deadlineMs: passDeadlineMs,
    passesAtOnce,
    keys: () => listApplicationIds(db),
    reconcile: makeApplicationReconciler({ db, live, leases, links, watchOf: (host) => watches.get(host), context }),
  });
  return { db, clock, log, newId, live, links, leases, watches, loop };
};

const watchHost = (
  { db, clock, log, live, loop, watches }: Awaited<ReturnType<typeof openCore>>,
  link: DockerServerLink,
) => {
  const ringAll = (environment: string) =>
    void listIdsOfEnvironment(db, environment as Id<'environment'>).then(
      (ids) => ids.forEach(loop.ring),
      (thrown: unknown) => log.error('applications could not be rung', { environment }, thrown),
    );
  const watch = new HostWatch({ db, clock, log, live, ring: loop.ring, ringAll }, link);
  watches.set(link.host, watch);
  link.closed.addEventListener('abort', () => {
    if (watches.get(link.host) === watch) watches.delete(link.host);
  });
};

const urlOf = ({ tls, address }: Pick<ServerOptions, 'tls' | 'address'>, { port }: AddressInfo): string =>
  `${tls === undefined ? 'http' : 'https'}://${address.includes(':') ? `[${address}]` : address}:${port}`;
