// Programs run in a container by a person: prepare, run with bytes both ways, set the terminal's size, see how it ended.
import type { Duplex } from 'node:stream';
import { sleep } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { requireContainer, type Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { asDuplex } from './modem.ts';
import { engineLimits } from './time-limits.ts';

interface Size {
  readonly rows: number;
  readonly columns: number;
}

export interface ExecWish {
  readonly command?: readonly string[] | undefined;
  readonly tty: boolean;
  readonly size?: Size | undefined;
}

// One shell asks for the other: looking first would be a second program, and a race.
const anyShell = ['/bin/sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi'];
const sizesMaximum = 1_000;

/** Sizes asked for before the program runs, because the engine takes one only afterwards. */
const sizesOf = new WeakMap<Engine, Map<string, Size>>();
const sizes = (engine: Engine): Map<string, Size> => {
  const kept = sizesOf.get(engine) ?? new Map<string, Size>();
  sizesOf.set(engine, kept);
  return kept;
};

export const createExec = async (
  engine: Engine,
  caller: Caller,
  container: string,
  wish: ExecWish,
): Promise<{ exec: string }> => {
  const { id } = await requireContainer(engine, caller, container);
  const options = {
    Cmd: [...(wish.command ?? anyShell)],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: wish.tty,
    ...(wish.tty ? { Env: ['TERM=xterm-256color'] } : {}),
  };
  const exec = await askEngine(() => engine.docker(engineLimits.change).getContainer(id).exec(options), {
    409: () => {
      throw new PlatformError('wrong_state', 'The container does not run', { container: id });
    },
  });
  if (wish.size !== undefined && sizes(engine).size < sizesMaximum) sizes(engine).set(exec.id, wish.size);
  return { exec: exec.id };
};

/** Starts it; the bytes of its terminal, or without one the engine's frames. */
export const startExec = async (engine: Engine, caller: Caller, exec: string, tty: boolean): Promise<Duplex> => {
  await requireExec(engine, caller, exec);
  const options = { hijack: true, stdin: true, Detach: false, Tty: tty };
  const socket = asDuplex(
    await askEngine<unknown>(() => engine.docker(engineLimits.shell).getExec(exec).start(options)),
  );
  const size = sizes(engine).get(exec);
  sizes(engine).delete(exec);
  if (size !== undefined && tty) await resize(engine, exec, size);
  return socket;
};

export const resizeExec = async (engine: Engine, caller: Caller, exec: string, size: Size): Promise<void> => {
  await requireExec(engine, caller, exec);
  await resize(engine, exec, size);
};

const resize = async (engine: Engine, exec: string, size: Size): Promise<void> => {
  await askEngine<unknown, undefined>(
    () => engine.docker(engineLimits.question).getExec(exec).resize({ h: size.rows, w: size.columns }),
    // It has ended meanwhile, or has not begun: there is no terminal to set, and no harm.
    { 404: () => undefined, 409: () => undefined, 500: () => undefined },
  );
};

export const readExec = async (
  engine: Engine,
  caller: Caller,
  exec: string,
): Promise<{ running: boolean; exitCode: number | null }> => {
  const { Running, ExitCode } = await requireExec(engine, caller, exec);
  return { running: Running, exitCode: Running ? null : ExitCode };
};

const begunTriesMaximum = 250;
const begunTryEveryMs = 20;

/** Resolves when the program has begun (or is gone, or after 5 s): an end of its input that comes sooner is lost in the engine. */
export const untilBegun = async (engine: Engine, exec: string): Promise<void> => {
  for (let tries = 0; tries < begunTriesMaximum; tries += 1) {
    const found = await askEngine(() => engine.docker(engineLimits.question).getExec(exec).inspect(), {
      404: () => undefined,
    });
    if (found === undefined || found.Pid > 0 || found.ExitCode !== null) return;
    await sleep(engine.clock, begunTryEveryMs);
  }
};

const requireExec = async (engine: Engine, caller: Caller, exec: string) => {
  const found = await askEngine(() => engine.docker(engineLimits.question).getExec(exec).inspect(), {
    404: () => undefined,
  });
  if (found === undefined) throw new PlatformError('not_found', 'There is no such program');
  await requireContainer(engine, caller, found.ContainerID);
  return found;
};
