// Portal server, Docker Server and all-in-one as processes of their own, as they run in production: to be killed, paused
// and started again. They end with the test's process, whatever ends that.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually } from '@berth/common/testing/eventually.ts';
import { adminName, clientWith, setUp } from './berth.ts';
import type { Site } from './application.ts';
import { freePort } from './free-port.ts';

/** An engine, and a folder for the data of servers. */
export interface EngineHost {
  readonly folder: string;
  readonly engine: { readonly socket: string; readonly address: string; readonly pid: number };
}

const root = resolve(import.meta.dirname, '../..');
const startLimitMs = 60_000;

export interface ServerProcess {
  /** Of the process that runs now or ran last. */
  readonly pid: number;
  /** Starts it, or starts it again after its end. */
  readonly start: () => Promise<void>;
  /** Sends the signal; after SIGKILL and SIGTERM, waits for the end. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  /** What it has logged, of all its runs. */
  readonly log: () => string;
}

/** A process that restarts with the same options; ready when `isReady` says so. */
const makeProcess = (options: {
  program: string;
  /** Enters the network of this process: a program of the lab's host. */
  networkOf?: number;
  environment: () => Readonly<Record<string, string>>;
  logFile: string;
  isReady: () => Promise<boolean>;
}): ServerProcess => {
  let child: ChildProcess | undefined;
  const start = async () => {
    const log = openSync(options.logFile, 'a');
    const enter = options.networkOf === undefined ? [] : ['nsenter', '-t', String(options.networkOf), '-n', '--'];
    const begun = spawn('setpriv', ['--pdeathsig', 'KILL', ...enter, process.execPath, join(root, options.program)], {
      cwd: root,
      env: { ...process.env, ...options.environment() },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child = begun;
    await eventually(
      () => {
        if (begun.exitCode !== null)
          throw new Error(`it ended: ${readFileSync(options.logFile, 'utf8').slice(-1_000)}`);
        return options.isReady();
      },
      { withinMs: startLimitMs, because: `${options.program} should start`, everyMs: 20 },
    );
  };
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    start,
    kill: async (signal) => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await ended;
    },
    log: () => (existsSync(options.logFile) ? readFileSync(options.logFile, 'utf8') : ''),
  };
};

const isHealthy = (url: string) => (): Promise<boolean> =>
  fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );

export interface SplitSite extends Site {
  readonly portal: ServerProcess;
  readonly dockerServer: ServerProcess;
  readonly close: () => Promise<void>;
}

/**
 * Portal server and Docker Server, a process each; the host is active when this answers. `apart`: the Docker Server is a
 * program of the lab's host and reaches the portal over the host's link, which can be cut.
 */
export const openSplitSite = async (host: EngineHost, name: string, { apart = false } = {}): Promise<SplitSite> => {
  const folder = join(host.folder, name);
  mkdirSync(folder);
  const address = apart ? host.engine.address.replace(/\.2$/, '.1') : '127.0.0.1';
  const url = `http://${address}:${await freePort()}`;
  const place = { tenant: 'main', environment: 'local' };
  let joinToken = '';
  const portal = makeProcess({
    program: 'server/src/main.ts',
    environment: () => ({ BERTH_DATA: join(folder, 'portal'), BERTH_PORT: new URL(url).port, BERTH_ADDRESS: address }),
    logFile: join(folder, 'portal.log'),
    isReady: isHealthy(url),
  });
  const identity = join(folder, 'docker-server/identity.json');
  const dockerServer = makeProcess({
    program: 'docker-server/src/main.ts',
    ...(apart ? { networkOf: host.engine.pid } : {}),
    environment: () => ({
      ...(apart ? { BERTH_ALLOW_PLAINTEXT: '1' } : {}),
      BERTH_PORTAL: url,
      BERTH_STATE: join(folder, 'docker-server'),
      BERTH_ENGINE: host.engine.socket,
      BERTH_JOIN_TOKEN: joinToken,
    }),
    logFile: join(folder, 'docker-server.log'),
    isReady: () => Promise.resolve(existsSync(identity)),
  });
  const close = async () => {
    await dockerServer.kill('SIGKILL');
    await portal.kill('SIGKILL');
  };
  try {
    await portal.start();
    const adminKey = await setUp(url, readFileSync(join(folder, 'portal/setup-code'), 'utf8').trim());
    const admin = clientWith(url, adminKey);
    await admin.createZone({ body: { name: 'local', title: 'Local' } });
    await admin.createTenant({ body: { name: place.tenant, title: 'Main' } });
    await admin.setMember({ params: { tenant: place.tenant, user: adminName }, body: { role: 'tenant_admin' } });
    await admin.createEnvironment({
      params: { tenant: place.tenant },
      body: { name: place.environment, title: 'Local', zone: 'local', kind: 'standalone' },
    });
    joinToken = (await admin.createJoinToken({ params: place })).token;
    await dockerServer.start();
    const site = { url, admin, adminKey, place, portal, dockerServer, close };
    await untilHost(site, 'active');
    return site;
  } catch (thrown) {
    const logs = `${portal.log().slice(-2_000)}\n${dockerServer.log().slice(-2_000)}`;
    await close();
    throw new Error(`the site ${name} did not open: ${logs}`, { cause: thrown });
  }
};

export interface AllInOneSite extends Site {
  readonly process: ServerProcess;
  readonly dataFolder: string;
  readonly close: () => Promise<void>;
}

export const openAllInOneSite = async (host: EngineHost, name: string): Promise<AllInOneSite> => {
  const dataFolder = join(host.folder, name);
  const url = `http://127.0.0.1:${await freePort()}`;
  const berth = makeProcess({
    program: 'all-in-one/src/main.ts',
    environment: () => ({
      BERTH_DATA: dataFolder,
      BERTH_PORT: new URL(url).port,
      DOCKER_HOST: `unix://${host.engine.socket}`,
    }),
    logFile: join(host.folder, `${name}.log`),
    isReady: isHealthy(url),
  });
  try {
    await berth.start();
    // The set-up gives the tenants there are to whoever does it: the first run must have made them.
    await eventually(() => existsSync(join(dataFolder, 'docker-server/identity.json')), {
      withinMs: startLimitMs,
      because: 'the first run should be complete',
    });
    const adminKey = await setUp(url, readFileSync(join(dataFolder, 'setup-code'), 'utf8').trim());
    const site = { url, admin: clientWith(url, adminKey), adminKey, place: { tenant: 'main', environment: 'local' } };
    await untilHost(site, 'active');
    return { ...site, process: berth, dataFolder, close: () => berth.kill('SIGKILL') };
  } catch (thrown) {
    await berth.kill('SIGKILL');
    throw new Error(`the site ${name} did not open: ${berth.log().slice(-2_000)}`, { cause: thrown });
  }
};

export const untilHost = (site: Site, state: 'active' | 'unreachable' | 'engine_down', withinMs = 30_000) =>
  eventually(
    async () => {
      const [host] = (await site.admin.listHosts({ params: site.place })).items;
      if (host?.state !== state) throw new Error(`it is ${host?.state} (${host?.reason ?? ''})`);
      return host;
    },
    { withinMs, because: `the host should be ${state}` },
  );
