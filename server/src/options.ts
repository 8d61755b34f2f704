// Options of the portal server from environment variables.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ServerOptions } from './assemble.ts';

const portDefault = 8080;

export const readServerOptions = (
  environment: Readonly<Record<string, string | undefined>>,
): Omit<ServerOptions, 'clock' | 'log'> => {
  const { BERTH_TLS_CERT: cert, BERTH_TLS_KEY: key } = environment;
  if ((cert === undefined) !== (key === undefined))
    throw new PlatformError('invalid_request', 'BERTH_TLS_CERT and BERTH_TLS_KEY go together');
  const port = Number(environment['BERTH_PORT'] ?? portDefault);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new PlatformError('invalid_request', `BERTH_PORT is no port: ${environment['BERTH_PORT']}`);
  return {
    dataFolder: resolve(environment['BERTH_DATA'] ?? 'data'),
    address: environment['BERTH_ADDRESS'] ?? '127.0.0.1',
    port,
    portalFolder: environment['BERTH_PORTAL_FOLDER'] ?? resolve(import.meta.dirname, '../../portal/dist'),
    tls:
      cert === undefined || key === undefined
        ? undefined
        : { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') },
    trustedProxies: (environment['BERTH_TRUSTED_PROXIES'] ?? '').split(',').filter((address) => address !== ''),
  };
};
