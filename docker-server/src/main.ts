// The Docker Server as a process of its own. Options come by environment variables; nothing is printed but log lines.
import { readFileSync } from 'node:fs';
import { systemClock } from '@berth/common/clock.ts';
import { makeLog, type LogLevel } from '@berth/common/log.ts';
import { causeChain, PlatformError } from '@berth/common/platform-error.ts';
import { startDockerServer } from './docker-server.ts';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];
const log = makeLog(levels.find((level) => level === process.env['BERTH_LOG_LEVEL']) ?? 'info');

const variable = (name: string): string | undefined => process.env[name] || undefined;

const engineSocket = (): string => {
  const address = variable('BERTH_ENGINE') ?? variable('DOCKER_HOST') ?? '/var/run/docker.sock';
  const path = address.replace(/^unix:\/\//, '');
  // An engine that listens on TCP without TLS gives the host to whoever reaches it.
  if (!path.startsWith('/'))
    throw new PlatformError('invalid_request', `The engine must be a unix socket, not ${address}`);
  return path;
};

const run = async (): Promise<void> => {
  const portal = variable('BERTH_PORTAL');
  if (portal === undefined) throw new PlatformError('invalid_request', 'BERTH_PORTAL must hold the portal’s address');
  const caFile = variable('BERTH_PORTAL_CA');
  const server = await startDockerServer({
    portal: new URL(portal),
    stateFolder: variable('BERTH_STATE') ?? '/var/lib/berth-docker-server',
    engineSocket: engineSocket(),
    joinToken: variable('BERTH_JOIN_TOKEN'),
    portalCa: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
    address: variable('BERTH_ADDRESS'),
    allowPlaintext: variable('BERTH_ALLOW_PLAINTEXT') === '1',
    clock: systemClock,
    log,
  });
  log.info('docker server started', { host: server.host, name: server.name });
  const stop = (signal: NodeJS.Signals) => {
    log.info('docker server stopping', { signal });
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
};

run().catch((thrown: unknown) => {
  log.error('docker server not started', { why: causeChain(thrown) });
  process.exitCode = 1;
});
