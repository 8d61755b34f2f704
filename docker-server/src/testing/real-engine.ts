// A private dockerd for tests and benches. It lives in namespaces of its own (processes, mounts, network, host name), held
// open by one process that reads from us: when we end, however that happens, the kernel ends everything in them, and with
// it mounts, bridges and firewall rules. A developer's own engine, firewall and containers are never touched.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@berth/common/testing/eventually.ts';

const run = promisify(execFile);

export interface RealEngine {
  /** Path of the engine's socket. */
  readonly socket: string;
  /** Of the running dockerd, as seen from here. */
  readonly pid: number;
  /** Where published ports answer. */
  readonly address: string;
  readonly folder: string;
  /** The docker command against this engine; gives its standard output. */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Sends the signal and waits until dockerd has ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
  /** Starts dockerd after it has ended; `restart` ends it first. */
  readonly start: () => Promise<void>;
  readonly restart: (signal?: NodeJS.Signals) => Promise<void>;
  /** An image with busybox and this command; `webImage` below makes the command of a small web server. */
  readonly importImage: (name: string, command: readonly string[], changes?: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface RealEngineOptions {
  /** An empty folder, or one that does not exist yet; removed on `close`. */
  readonly folder: string;
  readonly daemonOptions?: readonly string[];
}

/** Shell command of a server that answers with that text on port 80, and ends at once when asked to. */
export const webCommand = (text: string): string[] => [
  '/bin/sh',
  '-c',
  `mkdir -p /www; printf '%s' '${text}' > /www/index.html; httpd -f -p 80 -h /www & trap 'kill %1; exit 0' TERM INT; wait`,
];

/** Sleeps for ever, ends at once when asked to. */
export const idleCommand: string[] = [
  '/bin/sh',
  '-c',
  'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done',
];

export const startRealEngine = async (options: RealEngineOptions): Promise<RealEngine> => {
  await mkdir(options.folder, { recursive: true });
  // Short: the path of a unix socket has at most 107 bytes.
  const folder = options.folder;
  const holder = await openNamespaces(folder);
  try {
    return await openEngine(options, holder);
  } catch (thrown) {
    await closeAll(folder, holder);
    throw thrown;
  }
};

interface Holder {
  readonly process: ChildProcess;
  /** First process inside the namespaces. */
  readonly pid: number;
  readonly number: number;
  readonly address: string;
  /** Processes outside that wait for one inside. */
  readonly outers: Set<number>;
}

// SIGCHLD is ignored, so that orphans do not stay as zombies: the engine takes a zombie for a living process.
const holdOpen = 'ip link set lo up; exec perl -e \'$SIG{CHLD} = "IGNORE"; 1 while <STDIN>;\'';

const openNamespaces = async (folder: string): Promise<Holder> => {
  const unshare = [
    '--fork',
    '--kill-child',
    '--pid',
    '--mount',
    '--uts',
    '--net',
    '--mount-proc',
    'sh',
    '-c',
    holdOpen,
  ];
  const holder = spawn('unshare', unshare, { stdio: ['pipe', 'ignore', 'ignore'] });
  holder.on('error', () => undefined);
  const outer = holder.pid;
  if (outer === undefined) throw new Error('unshare cannot be started');
  const pid = await eventually(async () => (await childrenOf(outer))[0], {
    withinMs: 10_000,
    because: 'the namespaces open',
    everyMs: 10,
  });
  const number = await addLink(pid);
  const inside = (...args: string[]) => run('nsenter', ['-t', String(pid), '-m', '-u', '-n', '--', ...args]);
  await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  await inside(
    'sh',
    '-ec',
    [
      `hostname berth-e${number}`,
      `ip address add ${subnet(number)}.2/30 dev eth0`,
      'ip link set eth0 up',
      `ip route add default via ${subnet(number)}.1`,
      // A name server that refuses at once: without one every look-up waits.
      `mount --bind ${join(folder, 'resolv.conf')} /etc/resolv.conf`,
    ].join('; '),
  );
  return { process: holder, pid, number, address: `${subnet(number)}.2`, outers: new Set() };
};

const subnet = (number: number): string => `10.213.${number}`;

/** The name of the link is the lock: whoever can make it has the number, and with it the subnet. */
const addLink = async (pid: number): Promise<number> => {
  const first = process.pid % 200;
  for (let tries = 0; tries < 250; tries += 1) {
    const number = 1 + ((first + tries) % 250);
    const name = `berth-e${number}`;
    try {
      await run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)]);
    } catch (thrown) {
      if (String(thrown).includes('File exists')) continue;
      throw thrown;
    }
    await run('ip', ['address', 'add', `${subnet(number)}.1/30`, 'dev', name]);
    // No IPv6 address of its own: it would become valid seconds later, and a Chromium nearby drops what it loads then.
    await run('ip', ['link', 'set', name, 'addrgenmode', 'none', 'up']);
    return number;
  }
  throw new Error('no number is free for another engine');
};

const openEngine = async (options: RealEngineOptions, holder: Holder): Promise<RealEngine> => {
  const { folder } = options;
  const socket = join(folder, 'docker.sock');
  await writeFile(join(folder, 'daemon.json'), '{}');
  const docker = async (...args: readonly string[]) =>
    (await run('docker', ['-H', `unix://${socket}`, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  let daemon = await startDaemon(options, holder, socket);
  const start = async () => {
    daemon = await startDaemon(options, holder, socket);
  };
  const kill = (signal: NodeJS.Signals) => {
    process.kill(daemon.pid, signal);
    // `nsenter` stops itself when dockerd is stopped, and must be woken too.
    if (signal === 'SIGCONT') process.kill(daemon.outer, signal);
  };
  const end = async (signal: NodeJS.Signals) => {
    kill(signal);
    await eventually(() => !isAlive(daemon.pid), { withinMs: 60_000, because: 'dockerd ends', everyMs: 20 });
  };
  return {
    socket,
    get pid() {
      return daemon.pid;
    },
    address: holder.address,
    folder,
    docker,
    kill,
    end,
    start,
    restart: async (signal = 'SIGTERM') => {
      await end(signal);
      await start();
    },
    importImage: (name, command, changes = []) => importImage(folder, socket, name, command, changes),
    close: () => closeAll(folder, holder),
  };
};

interface Daemon {
  /** Of dockerd. */
  readonly pid: number;
  /** Of the `nsenter` that waits for it. */
  readonly outer: number;
}

const startDaemon = async (options: RealEngineOptions, holder: Holder, socket: string): Promise<Daemon> => {
  const { folder } = options;
  const log = openSync(join(folder, 'dockerd.log'), 'a');
  const daemon = spawn(
    'nsenter',
    [
      ['-t', String(holder.pid), '-p', '-m', '-u', '-n', '--', 'dockerd'],
      ['--config-file', join(folder, 'daemon.json'), '--data-root', join(folder, 'data')],
      ['--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'docker.pid')],
      ['-H', `unix://${socket}`, '--cgroup-parent', `/berth-e${holder.number}`],
      options.daemonOptions ?? [],
    ].flat(),
    // Its containerd, asked for its stacks when it is slow, writes them into the folder for temporary files.
    { stdio: ['ignore', log, log], detached: true, env: { ...process.env, TMPDIR: folder } },
  );
  closeSync(log);
  daemon.on('error', () => undefined);
  daemon.unref();
  const outer = daemon.pid;
  if (outer === undefined) throw new Error('nsenter cannot be started');
  const pid = await eventually(async () => (await childrenOf(outer))[0], {
    withinMs: 10_000,
    because: 'dockerd is started',
    everyMs: 10,
  });
  await eventually(
    async () => {
      if (!isAlive(pid)) throw new Error(`dockerd ended: ${await lastLines(join(folder, 'dockerd.log'))}`);
      return answersPing(socket);
    },
    { withinMs: 60_000, because: 'dockerd answers', everyMs: 20 },
  );
  holder.outers.add(outer);
  return { pid, outer };
};

const lastLines = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8')).split('\n').slice(-6).join('\n');

const childrenOf = async (pid: number): Promise<number[]> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
};

/** A zombie is dead: nobody may have waited for it yet. */
const isAlive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
};

const endProcess = (pid: number): void => {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
};

const answersPing = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = connect(socket, () => connection.write('GET /_ping HTTP/1.0\r\n\r\n'));
    let answer = '';
    connection.setTimeout(2_000, () => connection.destroy());
    connection.on('data', (bytes) => {
      answer += String(bytes);
    });
    connection.on('error', () => undefined);
    connection.on('close', () => resolve(answer.includes(' 200 ')));
  });

const applets =
  'sh httpd sleep echo cat ls wget kill printf mkdir touch rm id env true false head seq yes dd stty date ps nc test tail';

const importImage = async (
  folder: string,
  socket: string,
  name: string,
  command: readonly string[],
  changes: readonly string[],
): Promise<void> => {
  const root = await mkdtemp(join(folder, 'image-'));
  await Promise.all(['bin', 'tmp', 'etc', 'data'].map((place) => mkdir(join(root, place))));
  await chmod(join(root, 'tmp'), 0o1777);
  await copyFile('/bin/busybox', join(root, 'bin/busybox'));
  await Promise.all(applets.split(' ').map((applet) => symlink('busybox', join(root, 'bin', applet))));
  await run('tar', ['-C', root, '-cf', `${root}.tar`, '.']);
  const all = [`CMD ${JSON.stringify(command)}`, 'ENV PATH=/bin', ...changes].flatMap((change) => ['-c', change]);
  await run('docker', ['-H', `unix://${socket}`, 'import', ...all, `${root}.tar`, name]);
  await rm(root, { recursive: true });
  await rm(`${root}.tar`);
};

const closeAll = async (folder: string, holder: Holder): Promise<void> => {
  // The first process of the namespaces ends, and the kernel ends the others with it.
  endProcess(holder.pid);
  for (const outer of holder.outers) endProcess(outer);
  await eventually(() => holder.process.exitCode !== null || holder.process.signalCode !== null, {
    withinMs: 10_000,
    because: 'the namespaces close',
    everyMs: 10,
  });
  await eventually(() => !isAlive(holder.pid), {
    withinMs: 10_000,
    because: 'all in the namespaces ends',
    everyMs: 10,
  });
  await removeCgroups(`berth-e${holder.number}`);
  await eventually(
    async () => {
      await rm(folder, { recursive: true, force: true });
      return true;
    },
    { withinMs: 10_000, because: 'the folder can be removed' },
  );
};

/** Control groups outlive their processes, here and with one folder for each container. */
const removeCgroups = async (name: string): Promise<void> => {
  const { stdout } = await run('find', ['/sys/fs/cgroup', '-depth', '-type', 'd', '-path', `*/${name}*`]).catch(() => ({
    stdout: '',
  }));
  for (const path of stdout.split('\n').filter((line) => new RegExp(`/${name}(/|$)`).test(line)))
    await rmdir(path).catch(() => undefined);
};
