// What `berth login` keeps: servers with a key each, and which of them is meant. Only its owner can read it.
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';

const serverSchema = z.object({
  url: z.string(),
  user: z.string(),
  key: z.string(),
  expiresAt: z.string(),
  /** `TENANT/ENVIRONMENT` that commands mean when none is named. */
  environment: z.string().optional(),
});
const configSchema = z.object({
  /** URL of the server that commands mean when none is named. */
  current: z.string().optional(),
  servers: z.array(serverSchema).max(1000),
});
export type Server = z.infer<typeof serverSchema>;
export type Config = z.infer<typeof configSchema>;

export const configPath = ({ environment }: Pick<Machine, 'environment'>): string => {
  const base = environment['XDG_CONFIG_HOME'] || join(environment['HOME'] || homedir(), '.config');
  return join(base, 'berth', 'config.json');
};

export const readConfig = (machine: Pick<Machine, 'environment'>): Config => {
  const path = configPath(machine);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return { servers: [] };
    throw new PlatformError('wrong_state', `The file ${path} cannot be read: ${messageOf(thrown)}`, {}, thrown);
  }
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new PlatformError('wrong_state', `The file ${path} is damaged. Delete it and sign in again`, {}, thrown);
  }
};

export const writeConfig = (machine: Pick<Machine, 'environment'>, config: Config): void => {
  const path = configPath(machine);
  const next = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(next, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, path);
};

/** The same servers with that one in, in place of an earlier entry for its URL. */
export const withServer = (config: Config, server: Server): Config => ({
  ...config,
  servers: [...config.servers.filter(({ url }) => url !== server.url), server].toSorted((a, b) =>
    a.url < b.url ? -1 : 1,
  ),
});

/** By URL, or by as much of its host as tells it apart. */
export const findServer = (config: Config, named: string | undefined): Server | undefined => {
  if (named === undefined) {
    const [only, second] = config.servers;
    return config.servers.find(({ url }) => url === config.current) ?? (second === undefined ? only : undefined);
  }
  const wanted = named.replace(/\/+$/, '');
  const exact = config.servers.find(({ url }) => url === wanted || new URL(url).host === wanted);
  if (exact !== undefined) return exact;
  const near = config.servers.filter(({ url }) => new URL(url).host.includes(wanted));
  return near.length === 1 ? near[0] : undefined;
};

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
