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

/** HTTP/2's code for a stream that is no longer wanted. */
const cancelled = 8;
const bodyBufferBytes = 256 * 1024;

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
    const cancel = () => stream.close(cancelled);
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
  else if (body instanceof Readable) feed(stream, body);
  else if (body instanceof ReadableStream)
    feed(stream, Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]));
  else throw new TypeError('the body must be text or a stream');
};

// A source that breaks takes the request with it: what came so far must not pass for all of it.
const feed = (stream: ClientHttp2Stream, source: Readable): void => {
  source.once('error', (thrown) => stream.destroy(thrown));
  source.pipe(stream);
};

const answerHead = (
  clock: Clock,
  stream: ClientHttp2Stream,
  firstByteMs: number,
): Promise<{ status: number; head: Headers }> =>
  new Promise((resolve, reject) => {
    const stop = clock.after(firstByteMs, () => {
      reject(new PlatformError('host_unreachable', `The Docker Server did not answer within ${firstByteMs / 1000} s`));
      stream.close(cancelled);
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

// Not `Readable.toWeb`: node ends the readable side of a stream that was reset or lost its connection as if all had come.
const bodyOf = (clock: Clock, stream: ClientHttp2Stream, idleMs: number): ReadableStream<Uint8Array> => {
  // Counts only while we read: a slow reader of ours is no silent sender.
  let stopCounting: (() => void) | undefined;
  const stopIdle = (): void => {
    stopCounting?.();
    stopCounting = undefined;
  };
  const startIdle = (): void => {
    if (idleMs > 0)
      stopCounting ??= clock.after(idleMs, () => {
        stream.destroy(new PlatformError('host_unreachable', `The Docker Server fell silent for ${idleMs / 1000} s`));
      });
  };
  let isOver = false;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const finish = (end: () => void): void => {
          stopIdle();
          if (!isOver) end();
          isOver = true;
        };
        const cutOff = (thrown?: Error): void =>
          finish(() =>
            controller.error(
              thrown instanceof PlatformError
                ? thrown
                : new PlatformError('host_unreachable', 'The Docker Server’s answer broke off', {}, thrown),
            ),
          );
        stream.on('data', (bytes: Uint8Array) => {
          if (isOver) return;
          stopIdle();
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 0) > 0) startIdle();
          else stream.pause();
        });
        stream.once('end', () => (isReset(stream) ? cutOff() : finish(() => controller.close())));
        stream.once('error', cutOff);
        stream.once('close', () => cutOff());
        stream.pause();
      },
      pull: () => {
        startIdle();
        stream.resume();
      },
      cancel: () => {
        isOver = true;
        stopIdle();
        stream.close(cancelled);
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bodyBufferBytes }),
  );
};

const isReset = (stream: ClientHttp2Stream): boolean => stream.rstCode !== 0 || stream.destroyed;
