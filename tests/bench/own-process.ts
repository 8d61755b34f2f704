// The all-in-one as a process of its own, as `npm start` runs it: for memory, CPU and start-up as users have them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '../..');
const startLimitMs = 60_000;

export interface OwnProcess {
  readonly url: string;
  /** The Node process itself, below npm. */
  readonly pid: number;
  /** From spawn to the first successful request. */
  readonly startedInMs: number;
  readonly stop: () => Promise<void>;
}

export const startOwnProcess = async (options: {
  engineSocket: string;
  dataFolder: string;
  port: number;
  viaNpm: boolean;
}): Promise<OwnProcess> => {
  const url = `http://127.0.0.1:${options.port}`;
  const environment = {
    ...process.env,
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    DOCKER_HOST: `unix://${options.engineSocket}`,
    BERTH_DATA: options.dataFolder,
    BERTH_PORT: String(options.port),
  };
  const start = performance.now();
  const [program, ...args] = options.viaNpm
    ? ['npm', 'start']
    : [join(root, 'node_modules/.bin/node'), 'all-in-one/src/main.ts'];
  const child = spawn(program ?? '', args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'ignore'],
    detached: true,
  });
  for (;;) {
    const ready = await fetch(`${url}/v1/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) break;
    if (child.exitCode !== null || performance.now() - start > startLimitMs)
      throw new Error('the all-in-one did not start');
    await pause(5);
  }
  const startedInMs = performance.now() - start;
  return { url, pid: nodeBelow(child.pid ?? 0), startedInMs, stop: () => stop(child) };
};

// npm starts a shell, the shell starts Node: the last of the line is ours.
const nodeBelow = (pid: number): number => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? pid : nodeBelow(Number(children.split(' ')[0]));
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.pid === undefined) return;
  process.kill(-child.pid, 'SIGTERM');
  await once(child, 'exit');
};

/** Resident memory in MB, and CPU seconds used so far. */
export const usageOf = (pid: number): { rssMb: number; cpuSeconds: number } => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024, cpuSeconds: ticks / 100 };
};
