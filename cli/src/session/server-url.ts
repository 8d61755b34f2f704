// Where a portal server is, as people write it, and whether a key may travel there.
import { isIPv4 } from 'node:net';
import { PlatformError } from '@berth/common/platform-error.ts';

/** The origin, without a slash at its end. A bare host means https, but http on this machine itself. */
export const readServerUrl = (text: string, allowed: { insecureHttp: boolean }): string => {
  const bare = text.trim();
  const isBare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(bare);
  const url = parse(isBare ? `https://${bare}` : bare);
  if (url === undefined || url.hostname === '' || !['http:', 'https:'].includes(url.protocol))
    throw new PlatformError('invalid_request', `"${text}" is no address of a server. Write https://HOST[:PORT]`);
  if (url.username !== '' || url.password !== '')
    throw new PlatformError('invalid_request', 'The address must hold no name or password. Give the name with --name');
  if (isBare && isLoopback(url.hostname)) url.protocol = 'http:';
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowed.insecureHttp)
    throw new PlatformError(
      'invalid_request',
      `Plain http would send your password and key readable over the network to ${url.host}. Use https://, or give --insecure-http if you accept that`,
    );
  return url.origin;
};

const parse = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  (isIPv4(hostname) && hostname.startsWith('127.'));
