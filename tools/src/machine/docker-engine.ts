// Finds the machine's Docker engine, or starts one where no service manager does.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PlatformError } from '@berth/common/platform-error.ts';
import { asRoot } from './debian-packages.ts';
import { rememberFirewall } from './docker-firewall.ts';
import { pingEngine } from './engine-api.ts';
import { lastLines, mustRun } from './run-program.ts';

export interface DockerEngine {
  readonly socket: string;
  /** Ends an engine that was started for this run alone; does nothing to any other. */
  readonly stop: () => Promise<void>;
}

const usualSocket = '/var/run/docker.sock';
const left: DockerEngine['stop'] = () => Promise.resolve();

/** The engine that is there; undefined when none answers where one should. */
export const findEngine = async (dockerHost: string | undefined): Promise<DockerEngine | undefined> => {
  if (dockerHost !== undefined && dockerHost !== '' && !dockerHost.startsWith('unix://'))
    throw new PlatformError(
      'invalid_request',
      `DOCKER_HOST is ${dockerHost}; Berth talks to an engine of this machine, so set it to unix://… or leave it out.`,
    );
  const socket = dockerHost?.replace(/^unix:\/\//, '') || usualSocket;
  const found = await pingEngine(socket);
  if (found === true) return { socket, stop: left };
  if (found === 'forbidden')
    throw new PlatformError(
      'unavailable',
      `You may not use the Docker engine at ${socket}; run this as root, or join the group docker and sign in again.`,
    );
  if (found === 'silent')
    throw new PlatformError(
      'unavailable',
      `Something holds ${socket} but does not answer as a Docker engine; restart it.`,
    );
  if (socket !== usualSocket)
    throw new PlatformError(
      'unavailable',
      `No Docker engine answers at ${socket}, which DOCKER_HOST names; start it, or unset DOCKER_HOST.`,
    );
  return undefined;
};

export const dockerdPath = (): string | undefined =>
  ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'].find((file) => existsSync(file));

/** Starts the machine's own engine, to stay: through the service manager, or by hand. */
export const startMachineEngine = async (logFolder: string): Promise<DockerEngine> => {
  if (existsSync('/run/systemd/system')) {
    const [program, ...before] = asRoot('systemctl');
    await mustRun(program, [...before, 'start', 'docker'], { limitMs: 120_000 });
    await untilAnswers(usualSocket, () => undefined, '`journalctl -u docker` says why');
    return { socket: usualSocket, stop: left };
  }
  await startDockerd({ socket: usualSocket, logFolder, args: [] });
  return { socket: usualSocket, stop: left };
};

/** Starts an engine for one run: its data below `folder`, which must have a short name (sockets lie in it). */
export const startOwnEngine = async (folder: string, logFolder: string): Promise<DockerEngine> => {
  const socket = join(folder, 'docker.sock');
  const dataRoot = join(folder, 'docker');
  // No default bridge: an engine that is started beside this one would fight over it, and applications have their own.
  const args = ['--data-root', dataRoot, '--exec-root', join(folder, 'exec'), '--bridge', 'none'];
  const restoreFirewall = process.getuid?.() === 0 ? await rememberFirewall() : left;
  const stopDockerd = await startDockerd({ socket, logFolder, args });
  const stop = async () => {
    await stopDockerd();
    await restoreFirewall();
    await unmountBelow(folder);
    rmSync(dataRoot, { recursive: true, force: true });
    rmSync(join(folder, 'exec'), { recursive: true, force: true });
  };
  return { socket, stop };
};

interface Dockerd {
  readonly socket: string;
  readonly logFolder: string;
  readonly args: readonly string[];
}

const stopLimitMs = 30_000;

const startDockerd = async ({ socket, logFolder, args }: Dockerd): Promise<() => Promise<void>> => {
  const dockerd = dockerdPath();
  if (dockerd === undefined)
    throw new PlatformError('unavailable', 'There is no dockerd on this machine; install docker.io.');
  mkdirSync(logFolder, { recursive: true });
  const logFile = join(logFolder, 'dockerd.log');
  const log = openSync(logFile, 'a');
  const [program, ...before] = asRoot(dockerd);
  // A session of its own: ctrl-C on the terminal must not reach it.
  const child = spawn(
    program,
    [...before, '-H', `unix://${socket}`, '--pidfile', join(logFolder, 'dockerd.pid'), ...args],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    },
  );
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.once('error', (thrown) => (ended = thrown.message));
  child.once('exit', () => (ended ??= lastLines(readFileSync(logFile, 'utf8'), 1)));
  await untilAnswers(socket, () => ended, `its log is ${logFile}`);
  return async () => {
    child.kill('SIGTERM');
    const end = performance.now() + stopLimitMs;
    while (ended === undefined && performance.now() < end) await pause(50);
    if (ended === undefined) child.kill('SIGKILL');
  };
};

const startLimitMs = 60_000;

const untilAnswers = async (socket: string, ended: () => string | undefined, where: string): Promise<void> => {
  const end = performance.now() + startLimitMs;
  for (;;) {
    const last = ended();
    if (last !== undefined) throw new PlatformError('engine_unavailable', `dockerd ended at once (${last}); ${where}.`);
    if ((await pingEngine(socket)) === true) return;
    if (performance.now() > end)
      throw new PlatformError(
        'engine_unavailable',
        `dockerd did not answer within ${startLimitMs / 1000} s; ${where}.`,
      );
    await pause(100);
  }
};

const unmountBelow = async (folder: string): Promise<void> => {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  const [program, ...before] = asRoot('umount');
  for (const point of mounts.toReversed()) await mustRun(program, [...before, point], { limitMs: 30_000 });
};
