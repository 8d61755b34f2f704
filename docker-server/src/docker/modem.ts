// Carries dockerode's requests to the engine's socket, under three time limits. It takes the place of dockerode's own modem,
// which has one limit for all, follows redirects and prints every request in full to a debug log that nobody reads.
import http from 'node:http';
import { Duplex, Readable } from 'node:stream';
import type { Clock } from '@berth/common/clock.ts';
import { invariant } from '@berth/common/invariant.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { EngineLimits } from './time-limits.ts';

/** What dockerode hands to `dial`. */
export interface Dial {
  readonly path: string;
  readonly method: string;
  readonly options?: unknown;
  readonly statusCodes: Readonly<Record<number, unknown>>;
  readonly abortSignal?: AbortSignal;
  readonly isStream?: boolean;
  readonly hijack?: boolean;
  readonly openStdin?: boolean;
  readonly file?: unknown;
  readonly authconfig?: unknown;
}

type Callback = (error: unknown, data?: unknown) => void;

export interface EngineModem {
  readonly Promise: PromiseConstructor;
  readonly dial: (dial: Dial, callback: Callback) => void;
}

/** An answer of the engine that is not a good one. `message` is the engine's own. */
export class EngineAnswer extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.name = 'EngineAnswer';
    this.statusCode = statusCode;
  }
}

export interface EngineSocket {
  readonly socketPath: string;
  /** false: a connection for each request. */
  readonly agent: http.Agent | false;
}

/** What dockerode answers for a stream, as the stream it is. */
export const asReadable = (stream: unknown): Readable => {
  invariant(stream instanceof Readable, 'the modem answers streams with a Readable');
  return stream;
};

export const asDuplex = (stream: unknown): Duplex => {
  invariant(stream instanceof Duplex, 'the modem answers an upgrade with a Duplex');
  return stream;
};

/** An engine that is asked for this many things at once makes the others wait. */
const connectionsMaximum = 48;
const idleConnectionMs = 10_000;
const answerMaximumBytes = 256 * 1024 * 1024;

export const makeEngineAgent = (): http.Agent =>
  new http.Agent({ keepAlive: true, maxSockets: connectionsMaximum, maxFreeSockets: 8, timeout: idleConnectionMs });

export const makeModem = (clock: Clock, socket: EngineSocket, limits: EngineLimits): EngineModem => ({
  Promise,
  dial: (dial, callback) => {
    send(clock, socket, limits, dial).then(
      (data) => callback(null, data),
      (thrown: unknown) => callback(thrown),
    );
  },
});

const send = async (clock: Clock, socket: EngineSocket, limits: EngineLimits, dial: Dial): Promise<unknown> => {
  const request = buildRequest(dial);
  try {
    return await attempt(clock, socket, limits, dial, request);
  } catch (thrown) {
    // A kept connection that the engine closed at that moment: a question may be asked again, a change may not.
    if (dial.method === 'GET' && dial.isStream !== true && thrown instanceof ReusedConnectionBroke)
      return await attempt(clock, socket, limits, dial, request);
    throw thrown;
  }
};

class ReusedConnectionBroke extends PlatformError {}

interface Built {
  readonly path: string;
  readonly headers: Record<string, string | number>;
  readonly body: string | Readable | undefined;
}

const buildRequest = (dial: Dial): Built => {
  const options = recordOf(dial.options) ?? {};
  const { abortSignal: _signal, authconfig: _auth, hijack: _hijack, stdin: _stdin, _query, _body, ...plain } = options;
  const headers: Record<string, string | number> = { Host: 'engine' };
  let path = dial.path;
  if (path.endsWith('?')) path = `${path}${queryText(recordOf(_query) ?? plain)}`.replace(/\?$/, '');
  if (dial.authconfig !== undefined)
    headers['X-Registry-Auth'] = Buffer.from(JSON.stringify(dial.authconfig)).toString('base64url');
  if (dial.hijack === true) Object.assign(headers, { Connection: 'Upgrade', Upgrade: 'tcp' });
  if (dial.file instanceof Readable) {
    // With any other type the engine answers 200 and writes nothing.
    headers['Content-Type'] = 'application/x-tar';
    return { path, headers, body: dial.file };
  }
  let body: string | undefined;
  if (dial.method === 'POST') {
    // A path made for a query takes a body only when one is named.
    const json = _body ?? (dial.path.endsWith('?') ? undefined : plain);
    if (json !== undefined) {
      body = JSON.stringify(json);
      headers['Content-Type'] = 'application/json';
    }
    headers['Content-Length'] = Buffer.byteLength(body ?? '');
  }
  return { path, headers, body };
};

const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null ? { ...value } : undefined;

const queryText = (query: Readonly<Record<string, unknown>>): string => {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (Array.isArray(value)) for (const one of value) search.append(key, String(one));
    else if (value !== undefined) search.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  return search.toString();
};

const attempt = (
  clock: Clock,
  engine: EngineSocket,
  limits: EngineLimits,
  dial: Dial,
  built: Built,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const lasting = dial.isStream === true || dial.hijack === true || built.body instanceof Readable;
    const request = http.request({
      socketPath: engine.socketPath,
      path: built.path,
      method: dial.method,
      headers: built.headers,
      // Streams get a connection of their own, so that they cannot use up the pool.
      agent: lasting ? false : engine.agent,
      ...(dial.abortSignal === undefined ? {} : { signal: dial.abortSignal }),
    });
    const giveUp = (message: string) => () => request.destroy(new PlatformError('engine_unavailable', message));
    let stop = clock.after(
      limits.firstByteMs,
      giveUp(`The engine did not answer within ${limits.firstByteMs / 1000} s`),
    );
    limitConnect(clock, request, limits.connectMs, giveUp);
    request.on('error', (thrown) => {
      stop();
      reject(transportError(thrown, request.reusedSocket));
    });
    request.once('upgrade', (answer, socket: Duplex, head: Buffer) => {
      stop();
      answer.resume();
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (answer) => {
      stop();
      stop = limitIdle(clock, answer, limits.idleMs);
      const good = dial.statusCodes[answer.statusCode ?? 0] === true;
      if (good && dial.isStream === true) resolve(answer);
      else
        readAll(answer).then(
          (text) => {
            if (good) resolve(parseJson(text));
            else reject(new EngineAnswer(answer.statusCode ?? 0, engineMessage(text)));
          },
          (thrown: unknown) => reject(transportError(thrown, false)),
        );
    });
    if (built.body instanceof Readable) {
      built.body.once('error', (thrown) => request.destroy(thrown));
      built.body.pipe(request);
    } else request.end(built.body);
  });

const limitConnect = (
  clock: Clock,
  request: http.ClientRequest,
  connectMs: number,
  giveUp: (message: string) => () => void,
): void => {
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    const stop = clock.after(connectMs, giveUp(`The engine's socket took no connection within ${connectMs / 1000} s`));
    socket.once('connect', stop);
    socket.once('close', stop);
  });
};

const limitIdle = (clock: Clock, answer: http.IncomingMessage, idleMs: number): (() => void) => {
  if (idleMs === 0) return () => undefined;
  let seen = { bytes: answer.socket.bytesRead, atMs: clock.monotonicMs() };
  let stop = () => {};
  // One timer at a time, looked at when it is due: a timer for each piece would cost more than the piece.
  const look = () => {
    const bytes = answer.socket.bytesRead;
    // A reader that does not read is not the engine's silence.
    if (bytes !== seen.bytes || answer.readableLength > 0) seen = { bytes, atMs: clock.monotonicMs() };
    if (clock.monotonicMs() - seen.atMs >= idleMs)
      answer.destroy(new PlatformError('engine_unavailable', `The engine fell silent for ${idleMs / 1000} s`));
    else stop = clock.after(idleMs / 4, look);
  };
  stop = clock.after(idleMs / 4, look);
  answer.once('close', () => stop());
  return () => stop();
};

const readAll = async (answer: http.IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer) {
    if (!Buffer.isBuffer(piece)) continue;
    bytes += piece.length;
    if (bytes > answerMaximumBytes)
      throw new PlatformError('engine_refused', `The engine's answer is larger than ${answerMaximumBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
};

const parseJson = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // `OK` of a ping.
    return text;
  }
};

const engineMessage = (text: string): string => {
  const parsed = parseJson(text);
  const message = recordOf(parsed)?.['message'];
  return typeof message === 'string' ? message : text.trim().slice(0, 2_000);
};

const transportError = (thrown: unknown, reused: boolean): unknown => {
  if (thrown instanceof PlatformError) return thrown;
  if (!(thrown instanceof Error))
    return new PlatformError('engine_unavailable', 'The engine does not answer', {}, thrown);
  if (thrown.name === 'AbortError') return thrown;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
  const message = `The engine does not answer (${code})`;
  return reused
    ? new ReusedConnectionBroke('engine_unavailable', message, {}, thrown)
    : new PlatformError('engine_unavailable', message, {}, thrown);
};
