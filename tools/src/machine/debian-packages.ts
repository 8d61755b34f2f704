// Debian packages a script needs: looks which are missing, and installs only those.
import { existsSync } from 'node:fs';
import { PlatformError } from '@berth/common/platform-error.ts';
import { lastLines, runProgram } from './run-program.ts';

export type DebianPackage =
  | 'docker.io'
  | 'iptables'
  | 'iproute2'
  | 'busybox-static'
  | 'chromium'
  | 'fonts-noto-cjk'
  | 'docker-compose'
  | 'docker-registry';

// An engine from elsewhere is as good; asking for Debian's would remove it.
const alsoServedBy: { readonly [P in DebianPackage]?: readonly string[] } = {
  'docker.io': ['/usr/bin/dockerd', '/usr/local/bin/dockerd'],
};

export const missingPackages = async (wanted: readonly DebianPackage[]): Promise<readonly DebianPackage[]> => {
  const missing: DebianPackage[] = [];
  for (const name of wanted) {
    if (alsoServedBy[name]?.some((file) => existsSync(file)) === true) continue;
    if (!(await isInstalled(name))) missing.push(name);
  }
  return missing;
};

const isInstalled = async (name: DebianPackage): Promise<boolean> => {
  if (!existsSync('/usr/bin/dpkg-query')) return false;
  const { code, output } = await runProgram('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], {
    limitMs: 30_000,
  });
  return code === 0 && output.trim() === 'installed';
};

const installLimitMs = 20 * 60_000;

/** Installs with apt-get, as root or through sudo. */
export const installPackages = async (names: readonly DebianPackage[], say: (text: string) => void): Promise<void> => {
  if (names.length === 0) return;
  const list = names.join(' ');
  if (!existsSync('/usr/bin/apt-get'))
    throw new PlatformError(
      'unavailable',
      `This machine has no apt-get; install what Debian calls ${list}, then run this again.`,
    );
  say(`installing ${list} with apt-get …`);
  await apt(['update'], list);
  await apt(['install', '-y', '--no-install-recommends', ...names], list);
};

const apt = async (args: readonly string[], list: string): Promise<void> => {
  const [program, ...before] = asRoot('apt-get');
  const options = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3', '-q'];
  const run = await runProgram(program, [...before, ...options, ...args], {
    limitMs: installLimitMs,
    environment: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (run.code !== 0)
    throw new PlatformError(
      'unavailable',
      `apt-get ${args[0]} failed, so ${list} could not be installed: ${lastLines(run.output, 2)}`,
    );
};

/** The words that run a program as root: itself, or through sudo. */
export const asRoot = (program: string): [string, ...string[]] => {
  if (process.getuid?.() === 0) return [program];
  if (existsSync('/usr/bin/sudo')) return ['sudo', program];
  throw new PlatformError('unavailable', `${program} needs root, and there is no sudo here; run this as root.`);
};
