// A program whose caller is gone. The engine leaves it running and has no call to end it, but says its process id on the
// host; where we may, and where that process is in that very container, it is told to hang up, and ended if it will not.
import { readFile } from 'node:fs/promises';
import { sleep } from '@berth/common/clock.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { engineLimits } from './time-limits.ts';

export interface Host {
  /** Control groups of a process; empty when there is none, or we may not look. */
  readonly groupsOf: (pid: number) => Promise<string>;
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  /** What a program gets to end by itself, before each signal. */
  readonly graceMs: number;
}

const thisHost: Host = {
  groupsOf: (pid) => readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => ''),
  kill: (pid, signal) => void process.kill(pid, signal),
  graceMs: 2_000,
};

/** Gives the program a moment to end by itself first: most see the end of their input. */
export const endLeftProgram = async (engine: Engine, exec: string, host: Host = thisHost): Promise<void> => {
  for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
    await sleep(engine.clock, host.graceMs);
    const found = await askEngine(() => engine.docker(engineLimits.question).getExec(exec).inspect(), {
      404: () => undefined,
    });
    if (found === undefined || !found.Running || found.Pid <= 1) return;
    // Without this the number could be another process's: of another namespace, or one that came later.
    if (!(await host.groupsOf(found.Pid)).includes(found.ContainerID)) return;
    host.kill(found.Pid, signal);
  }
};
