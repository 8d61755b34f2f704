// `fetch` over an HTTP/2 session that exists already: the portal server's side of a turned-around connection.
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { Readable } from 'node:stream';
import type { Fetch } from '@berth/contract/client.ts';
import type { Clock } from './clock.ts';
import { PlatformError } from './platform-error.ts';

export interface Limits {
  /** Until the answer's head is here. */
  readonly firstByteMs: number;
  /** Between two pieces of the answer's body; 0: none. */
  readonly idleMs: number;
}

/** `headers` go with every request. The caller's `signal` cancels the stream. */
export const makeHttp2Fetch =
  (
    clock: Clock,
    session: ClientHttp2Session,
    limits: Limits,
    headers: () => Readonly<Record<string, string>> = () => ({}),
  ): Fetch =>
  async (url, init) => {
    if (session.closed || session.destroyed)
      throw new PlatformError('host_unreachable', 'The Docker Server is not connected');
    const stream = openStream(session, {
      ':method': init.method ?? 'GET',
      ':path': url,
      ...headers(),
      ...(init.headers as Record<string, string> | undefined),
      ...(typeof init.body === 'string' || init.body === undefined || init.body === null
        ? {}
        : { 'content-type': 'application/octet-stream' }),
    });
    const signal = init.signal ?? undefined;
    const cancel = () => stream.close(8);
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    stream.once('close', () => signal?.removeEventListener('abort', cancel));
    sendBody(stream, init.body);
    const { status, head } = await answerHead(clock, stream, limits.firstByteMs);
    return new Response(status === 204 ? null : bodyOf(clock, stream, limits.idleMs), { status, headers: head });
  };

const openStream = (session: ClientHttp2Session, headers: Record<string, string>): ClientHttp2Stream => {
  try {
    return session.request(headers, { endStream: false });
  } catch (thrown) {
    throw new PlatformError('host_unreachable', 'The connection to the Docker Server broke', {}, thrown);
  }
};

const sendBody = (stream: ClientHttp2Stream, body: RequestInit['body']): void => {
  if (body === undefined || body === null) stream.end();
  else if (typeof body === 'string') stream.end(body);
  else if (body instanceof Readable) body.pipe(stream);
  else if (body instanceof ReadableStream)
    Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]).pipe(stream);
  else throw new TypeError('the body must be text or a stream');
};

const answerHead = (
  clock: Clock,
  stream: ClientHttp2Stream,
  firstByteMs: number,
): Promise<{ status: number; head: Headers }> =>
  new Promise((resolve, reject) => {
    const stop = clock.after(firstByteMs, () => {
      reject(new PlatformError('host_unreachable', `The Docker Server did not answer within ${firstByteMs / 1000} s`));
      stream.close(8);
    });
    stream.once('response', (answer) => {
      stop();
      const head = new Headers();
      for (const [name, value] of Object.entries(answer))
        if (!name.startsWith(':') && value !== undefined) head.set(name, String(value));
      resolve({ status: Number(answer[':status']), head });
    });
    const broken = (thrown?: Error) => {
      stop();
      reject(new PlatformError('host_unreachable', 'The connection to the Docker Server broke', {}, thrown));
    };
    stream.once('error', broken);
    stream.once('close', () => broken());
  });

const bodyOf = (clock: Clock, stream: ClientHttp2Stream, idleMs: number): ReadableStream<Uint8Array> => {
  if (idleMs > 0) {
    const idle = () =>
      stream.destroy(new PlatformError('host_unreachable', `The Docker Server fell silent for ${idleMs / 1000} s`));
    let stop = clock.after(idleMs, idle);
    stream.on('data', () => {
      stop();
      stop = clock.after(idleMs, idle);
    });
    stream.once('close', () => stop());
    stream.pause();
  }
  return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
};
