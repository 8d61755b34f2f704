// One HTTP request to the portal, by `node:http` and not by `fetch`: a certificate authority of one's own can be given, the
// socket can be taken over after an upgrade, and the megabytes of `fetch` are not loaded.
import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { Fetch } from '@berth/contract/client.ts';
import type { Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';

export interface Portal {
  readonly url: URL;
  /** PEM; undefined: the authorities Node knows. */
  readonly ca: string | undefined;
}

const answerWithinMs = 15_000;
const answerMaximumBytes = 1024 * 1024;

/** Throws `invalid_request` for a portal whose connection would be readable on the way. */
export const requireSafe = (url: URL, allowPlaintext: boolean): void => {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && (allowPlaintext || isLoopback(url.hostname)))) return;
  throw new PlatformError(
    'invalid_request',
    url.protocol === 'http:'
      ? `The portal ${url.origin} is not on this machine, so it must be https: the connection carries control of the host`
      : `The portal's address must begin with https://, not ${url.protocol}//`,
  );
};

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

const open = (portal: Portal, path: string, options: http.RequestOptions): http.ClientRequest => {
  const url = new URL(path, portal.url);
  return url.protocol === 'https:'
    ? https.request(url, { ...options, agent: false, ...(portal.ca === undefined ? {} : { ca: portal.ca }) })
    : http.request(url, { ...options, agent: false });
};

const limit = (clock: Clock, request: http.ClientRequest): (() => void) =>
  clock.after(answerWithinMs, () =>
    request.destroy(new PlatformError('unavailable', `The portal did not answer within ${answerWithinMs / 1000} s`)),
  );

/** `fetch` for the typed client; paths are relative to the portal. */
export const makePortalFetch =
  (clock: Clock, portal: Portal): Fetch =>
  (path, init) =>
    new Promise((resolve, reject) => {
      const request = open(portal, path, {
        method: init.method ?? 'GET',
        headers: { ...(init.headers as Record<string, string> | undefined) },
      });
      const stop = limit(clock, request);
      request.once('close', stop);
      request.on('error', reject);
      request.once('response', (answer) => {
        readText(answer).then((text) => resolve(new Response(text, { status: answer.statusCode ?? 500 })), reject);
      });
      request.end(typeof init.body === 'string' ? init.body : undefined);
    });

const readText = async (answer: http.IncomingMessage): Promise<string> => {
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > answerMaximumBytes) throw new PlatformError('too_large', 'The portal’s answer is too long');
  }
  return text;
};

/** `GET` with `Upgrade`; gives the socket once the portal has agreed. */
export const upgrade = (
  clock: Clock,
  portal: Portal,
  path: string,
  protocol: string,
  headers: Readonly<Record<string, string>>,
): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const request = open(portal, path, { headers: { ...headers, Connection: 'Upgrade', Upgrade: protocol } });
    const stop = limit(clock, request);
    request.on('error', (thrown) => {
      stop();
      reject(thrown);
    });
    request.once('upgrade', (_answer, socket: Duplex, head: Buffer) => {
      stop();
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (answer) => {
      readText(answer)
        .then((text) => {
          stop();
          reject(
            new PlatformError('unavailable', `The portal refused the connection: HTTP ${answer.statusCode}`, {
              status: answer.statusCode,
              answer: text.slice(0, 500),
            }),
          );
        })
        .catch(reject);
    });
    request.end();
  });
