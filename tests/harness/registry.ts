// A real registry in the network of a lab's host, and a door before it that can hold, shut and lead elsewhere: what pulls
// meet between a host and where its images come from. Images are pushed by the lab's own engine, and leave it then.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Lab } from './lab.ts';

export interface Registry {
  /** As references name it: the engine takes it without TLS, being a loopback address. */
  readonly name: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

export interface RegistryOptions {
  readonly port: number;
  /** Whoever pulls must be this person. */
  readonly account?: { readonly name: string; readonly passwordHash: string };
  /** Where what it holds lies; two registries may hold the same. */
  readonly storage: string;
}

/** `ada` with the password `lab password`; bcrypt, which is all that the registry takes. */
export const labAccount = {
  name: 'ada',
  password: 'lab password',
  passwordHash: '$2b$04$DXPrk59AJepbBL9f0MpgUu.FOCUnXqrznCUTvZBCB6oPbWfUMGJei',
};

const startLimitMs = 60_000;

export const openRegistry = async (lab: Lab, { port, account, storage }: RegistryOptions): Promise<Registry> => {
  const folder = mkdtempSync(join(lab.folder, 'registry-'));
  mkdirSync(storage, { recursive: true });
  const people = join(folder, 'people');
  if (account !== undefined) writeFileSync(people, `${account.name}:${account.passwordHash}\n`);
  const config = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: storage } },
    http: { addr: `0.0.0.0:${port}`, secret: 'lab' },
    ...(account === undefined ? {} : { auth: { htpasswd: { realm: 'lab', path: people } } }),
  };
  const configFile = join(folder, 'config.json');
  // YAML takes JSON.
  writeFileSync(configFile, JSON.stringify(config));
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'a');
  const enter = ['nsenter', '-t', String(lab.engine.pid), '-n', '--'];
  const registry = spawn('setpriv', ['--pdeathsig', 'KILL', ...enter, 'docker-registry', 'serve', configFile], {
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = once(registry, 'exit');
  await eventually(
    async () => {
      if (registry.exitCode !== null) throw new Error(`it ended: ${readFileSync(logFile, 'utf8').slice(-1_000)}`);
      const { status } = await fetch(`http://${lab.engine.address}:${port}/v2/`);
      return status === (account === undefined ? 200 : 401);
    },
    { withinMs: startLimitMs, because: 'the registry should answer', everyMs: 20 },
  );
  return {
    name: `127.0.0.1:${port}`,
    port,
    close: async () => {
      registry.kill('SIGKILL');
      await ended;
    },
  };
};

/**
 * Builds an image, pushes it under the reference, and takes it off the engine again: it has to be pulled. Gives the digest.
 */
export const pushImage = async (lab: Lab, reference: string, files: Readonly<Record<string, string | Buffer>>) => {
  const { docker } = lab.engine;
  const folder = mkdtempSync(join(lab.folder, 'build-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  await docker('build', '-q', '-t', reference, folder);
  await docker('push', reference);
  const [digest = ''] = (await docker('image', 'inspect', '-f', '{{join .RepoDigests "\\n"}}', reference)).split('\n');
  await docker('rmi', reference);
  rmSync(folder, { recursive: true });
  return digest.slice(digest.indexOf('@') + 1);
};

export interface RegistryDoor {
  /** As references name it; for an engine with `doorOptions`. */
  readonly name: string;
  /** From now on each connection gets this many bytes, slowly, and then no more, until `release`. */
  readonly hold: (bytes: number) => void;
  readonly release: () => void;
  /** Whether somebody waits for bytes that are held. */
  readonly isHolding: () => boolean;
  /** Breaks what is open and lets nobody in, until `leadTo`. */
  readonly shut: () => void;
  readonly leadTo: (registry: Pick<Registry, 'port'>) => void;
  readonly close: () => Promise<void>;
}

/** The door stands outside the host's network: the engine has to take its address without TLS. */
export const doorOptions: readonly string[] = ['--insecure-registry', '10.213.0.0/16'];

/** Between two pieces of at most 64 KiB, while it holds. */
const slowPauseMs = 20;

export const openRegistryDoor = async (lab: Lab, registry: Pick<Registry, 'port'>): Promise<RegistryDoor> => {
  let target: number | undefined = registry.port;
  let limit: number | undefined;
  const pairs = new Set<{ near: Socket; far: Socket; passed: number }>();
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect(target, lab.engine.address);
    const pair = { near, far, passed: 0 };
    pairs.add(pair);
    far.on('error', () => far.destroy());
    near.pipe(far);
    far.on('data', (bytes) => {
      pair.passed += bytes.length;
      near.write(bytes);
      if (limit === undefined) return;
      far.pause();
      if (pair.passed <= limit) void pause(slowPauseMs).then(() => far.resume());
    });
    far.once('end', () => near.end());
    near.once('close', () => far.destroy());
    far.once('close', () => {
      pairs.delete(pair);
      near.destroy();
    });
  });
  // The near end of the host's link.
  const address = lab.engine.address.replace(/\.2$/, '.1');
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const breakAll = () => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    name: `${address}:${port}`,
    hold: (bytes) => {
      limit = bytes;
      for (const pair of pairs) pair.passed = 0;
    },
    release: () => {
      limit = undefined;
      for (const { far } of pairs) far.resume();
    },
    isHolding: () => [...pairs].some(({ passed }) => limit !== undefined && passed > limit),
    shut: () => {
      target = undefined;
      breakAll();
    },
    leadTo: (other) => {
      target = other.port;
      breakAll();
    },
    close: async () => {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
};
