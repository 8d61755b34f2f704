// What the host and its engine are.
import type { HostFacts } from '@berth/contract/hosts.ts';
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { engineLimits } from './time-limits.ts';

/** `address`: where published ports are reached; undefined: the first address of the host that is not its own alone. */
export const readFacts = async (engine: Engine, address: string | undefined): Promise<HostFacts> => {
  const docker = engine.docker(engineLimits.question);
  const [info, version, dockerServerVersion] = await Promise.all([
    askEngine(() => docker.info()),
    askEngine(() => docker.version()),
    ownVersion(),
  ]);
  const text = (value: unknown, length: number): string => (typeof value === 'string' ? value.slice(0, length) : '');
  const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
  return {
    hostname: hostname().slice(0, 255),
    address: (address ?? firstAddress()).slice(0, 255),
    engineId: text(info.ID, 200),
    engineVersion: text(version.Version, 100),
    apiVersion: text(version.ApiVersion, 20),
    storageDriver: text(info.Driver, 50),
    cgroupVersion: text(info.CgroupVersion, 10),
    kernel: text(info.KernelVersion, 200),
    operatingSystem: text(info.OperatingSystem, 200),
    architecture: text(info.Architecture, 50),
    cpus: count(info.NCPU),
    memoryBytes: count(info.MemTotal),
    liveRestore: info.LiveRestoreEnabled === true,
    dockerServerVersion,
  };
};

const firstAddress = (): string => {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? '127.0.0.1';
};

const ownVersion = async (): Promise<string> => {
  const parsed: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '';
};
