// A Docker engine for this run: the one that is there, or one that is installed and started now.
import { createInterface } from 'node:readline/promises';
import { PlatformError } from '@berth/common/platform-error.ts';
import { installPackages, missingPackages, type DebianPackage } from '#machine/debian-packages.ts';
import {
  dockerdPath,
  findEngine,
  startMachineEngine,
  startOwnEngine,
  type DockerEngine,
} from '#machine/docker-engine.ts';
import type { Progress } from '#progress.ts';

export interface EngineWish {
  /** Install without asking. */
  readonly yes: boolean;
  /** For a check: an engine started for it lies here and goes with it. */
  readonly ownFolder: string | undefined;
  readonly dataFolder: string;
}

export const ensureEngine = async (
  progress: Progress,
  { yes, ownFolder, dataFolder }: EngineWish,
): Promise<DockerEngine> => {
  const find = () => findEngine(process.env['DOCKER_HOST']);
  const found = await progress.step('engine', find);
  if (found !== undefined) {
    progress.say(`the Docker engine at ${found.socket} answers`);
    return found;
  }
  if (dockerdPath() === undefined) {
    await ensurePackages(progress, ['docker.io', 'iptables'], { yes, why: 'There is no Docker engine here' });
    // Where a service manager runs, the package has started its service.
    const service = await progress.step('engine', find);
    if (service !== undefined) return service;
  } else await ensurePackages(progress, ['iptables'], { yes, why: 'The Docker engine needs iptables' });
  progress.say(ownFolder === undefined ? 'starting the Docker engine …' : 'starting a Docker engine for this check …');
  return progress.step('engine', () =>
    ownFolder === undefined ? startMachineEngine(dataFolder) : startOwnEngine(ownFolder, dataFolder),
  );
};

/** Installs what is missing, when the person agrees. */
export const ensurePackages = async (
  progress: Progress,
  wanted: readonly DebianPackage[],
  { yes, why }: { readonly yes: boolean; readonly why: string },
): Promise<void> => {
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (!yes && !(await agrees(`${why}. Install Debian’s ${list}? [y/N] `)))
    throw new PlatformError(
      'unavailable',
      `${why}; run ./start --yes to install Debian’s ${list}, or install it yourself.`,
    );
  await progress.step('install', () => installPackages(missing, progress.say));
};

const agrees = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
};
