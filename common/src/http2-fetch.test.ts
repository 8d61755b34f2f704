import assert from 'node:assert/strict';
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from './clock.ts';
import { makeHttp2Fetch, type Limits } from './http2-fetch.ts';
import { PlatformError } from './platform-error.ts';
import { eventually } from './testing/eventually.ts';
import { makeFakeClock } from './testing/fake-clock.ts';

const generous: Limits = { firstByteMs: 30_000, idleMs: 30_000 };
const within = { withinMs: 5_000, everyMs: 5 };
const unreachable = (message: RegExp) => (thrown: unknown) =>
  thrown instanceof PlatformError && thrown.code === 'host_unreachable' && message.test(thrown.message);

/** A real HTTP/2 pair on loopback. */
const begin = async (
  t: TestContext,
  answer: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  limits: Limits = generous,
  clock = makeFakeClock(),
) => {
  const server = createServer();
  const streams: ServerHttp2Stream[] = [];
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    streams.push(stream);
    answer(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => undefined);
  t.after(async () => {
    session.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const fetch = makeHttp2Fetch(clock, session, limits, () => ({ 'berth-fence': '7' }));
  return { session, streams, clock, fetch };
};

const ok = (stream: ServerHttp2Stream): void => stream.respond({ ':status': 200 });

test('makeHttp2Fetch sends method, path, headers and text, and gives status, headers and body', async (t) => {
  const { fetch } = await begin(t, (stream, headers) => {
    let body = '';
    stream.on('data', (bytes: Buffer) => (body += bytes.toString()));
    stream.on('end', () => {
      stream.respond({ ':status': 201, 'x-answer': 'yes', 'content-type': 'application/json' });
      const { ':method': method, ':path': path, 'berth-fence': fence, 'content-type': type } = headers;
      stream.end(JSON.stringify({ method, path, fence, type, body }));
    });
  });
  const response = await fetch('/v1/x?y=1', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  });
  assert.deepEqual([response.status, response.ok, response.headers.get('x-answer')], [201, true, 'yes']);
  assert.deepEqual(await response.json(), {
    method: 'POST',
    path: '/v1/x?y=1',
    fence: '7',
    type: 'application/json',
    body: '{"a":1}',
  });
});

test('makeHttp2Fetch sends a stream as raw bytes, at the pace it comes', async (t) => {
  const { fetch } = await begin(t, (stream, headers) => {
    ok(stream);
    stream.write(`${headers['content-type']} `);
    stream.pipe(stream);
  });
  const input = new PassThrough();
  const response = await fetch('/echo', { method: 'POST', body: input as unknown as NonNullable<RequestInit['body']> });
  const reader = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]).setEncoding('utf8');
  let got = '';
  reader.on('data', (text: string) => (got += text));
  input.write('one ');
  await eventually(() => got.includes('one'), { ...within, because: 'the first piece comes back alone' });
  input.end('two');
  await eventually(() => got === 'application/octet-stream one two', { ...within, because: 'the rest follows' });
});

test('makeHttp2Fetch sends a web stream too, and passes on that it broke', async (t) => {
  const { fetch, streams } = await begin(t, (stream) => void stream.resume());
  const broken = Readable.toWeb(
    Readable.from(
      (async function* () {
        yield Buffer.from('one');
        throw new Error('the source broke');
      })(),
    ),
  );
  await assert.rejects(
    fetch('/', { method: 'PUT', body: broken as unknown as NonNullable<RequestInit['body']> }),
    unreachable(/broke/),
  );
  await eventually(() => streams.every((stream) => stream.closed), { ...within, because: 'the stream is reset' });
});

test('makeHttp2Fetch gives up when no answer begins in time', async (t) => {
  const { fetch, streams, clock } = await begin(t, () => undefined);
  const asked = fetch('/slow', {});
  await eventually(() => streams.length === 1, { ...within, because: 'the request arrives' });
  clock.advance(30_000);
  await assert.rejects(asked, unreachable(/within 30 s/));
  await eventually(() => streams[0]?.closed, { ...within, because: 'the other side learns of it' });
});

test('makeHttp2Fetch counts no time against an answer that has begun', async (t) => {
  const { fetch, streams, clock } = await begin(t, ok, { firstByteMs: 30_000, idleMs: 0 });
  const response = await fetch('/', {});
  clock.advance(10 ** 7);
  streams[0]?.end('late');
  assert.equal(await response.text(), 'late');
});

test('makeHttp2Fetch breaks an answer off that falls silent, and only then', async (t) => {
  const { fetch, streams, clock } = await begin(t, ok);
  const response = await fetch('/', {});
  const reader = response.body?.getReader();
  for (let piece = 0; piece < 3; piece += 1) {
    const read = reader?.read();
    streams[0]?.write(`${piece}`);
    assert.equal(Buffer.from((await read)?.value ?? []).toString(), `${piece}`);
    clock.advance(29_999);
  }
  const read = reader?.read();
  await turn();
  clock.advance(1);
  await assert.rejects(async () => read, unreachable(/silent for 30 s/));
  await eventually(() => streams[0]?.closed, { ...within, because: 'the other side learns of it' });
});

test('makeHttp2Fetch takes no slow reader for a silent sender', async (t) => {
  const size = 200_000;
  const { fetch, streams, clock } = await begin(t, (stream) => {
    ok(stream);
    stream.end(Buffer.alloc(size));
  });
  const response = await fetch('/', {});
  await eventually(() => streams.length === 1, { ...within, because: 'the request arrives' });
  await systemPause(50);
  clock.advance(120_000);
  assert.equal((await response.arrayBuffer()).byteLength, size);
});

const systemPause = (ms: number) => new Promise<void>((resolve) => void systemClock.after(ms, resolve));

test('makeHttp2Fetch ends the stream when its caller does, before and after the answer began', async (t) => {
  const { fetch, streams } = await begin(t, (stream, headers) => {
    if (headers[':path'] === '/begun') {
      ok(stream);
      stream.write('one');
    }
  });
  const leaving = new AbortController();
  const asked = fetch('/waiting', { signal: leaving.signal });
  await eventually(() => streams.length === 1, { ...within, because: 'the request arrives' });
  leaving.abort();
  await assert.rejects(asked);
  await eventually(() => streams[0]?.closed, { ...within, because: 'the first stream ends' });

  const later = new AbortController();
  const response = await fetch('/begun', { signal: later.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  later.abort();
  await assert.rejects(async () => reader?.read(), 'a cut answer is not a whole one');
  await eventually(() => streams[1]?.closed, { ...within, because: 'the second stream ends' });
});

test('makeHttp2Fetch asks nothing for a caller who is gone already', async (t) => {
  const { fetch, streams } = await begin(t, ok);
  const gone = new AbortController();
  gone.abort();
  await assert.rejects(fetch('/', { signal: gone.signal }));
  await turn();
  assert.ok(streams.every((stream) => stream.closed));
});

test('makeHttp2Fetch ends the stream when the reader wants no more', async (t) => {
  const { fetch, streams } = await begin(t, (stream) => {
    ok(stream);
    stream.write('one');
  });
  const response = await fetch('/', {});
  await response.body?.cancel();
  await eventually(() => streams[0]?.closed, { ...within, because: 'the stream ends' });
});

const cuts: Record<string, (stream: ServerHttp2Stream, session: ClientHttp2Session) => void> = {
  'the other side gives up': (stream) => void stream.destroy(new Error('broken')),
  'the other side drops the connection': (stream) => stream.session?.destroy(),
  'the connection breaks': (_, session) => session.destroy(new Error('cut')),
  'the socket breaks': (stream) => void stream.session?.socket.destroy(),
};
for (const [name, cut] of Object.entries(cuts)) {
  test(`makeHttp2Fetch gives no half answer for a whole one when ${name}`, async (t) => {
    const { fetch, streams, session } = await begin(t, (stream) => {
      ok(stream);
      stream.write('half');
    });
    const response = await fetch('/', {});
    const reader = response.body?.getReader();
    await reader?.read();
    const stream = streams[0];
    assert.ok(stream !== undefined);
    cut(stream, session);
    await assert.rejects(async () => reader?.read());
  });

  test(`makeHttp2Fetch says the host is out of reach when ${name} before the answer`, async (t) => {
    const { fetch, streams, session } = await begin(t, () => undefined);
    const asked = fetch('/', {});
    await eventually(() => streams.length === 1, { ...within, because: 'the request arrives' });
    const stream = streams[0];
    assert.ok(stream !== undefined);
    cut(stream, session);
    await assert.rejects(asked, unreachable(/broke/));
  });
}

test('makeHttp2Fetch says so when there is no connection', async (t) => {
  const { fetch, session } = await begin(t, ok);
  session.destroy();
  await assert.rejects(fetch('/', {}), unreachable(/not connected/));
});

test('makeHttp2Fetch leaves no timer behind', async (t) => {
  const clock = makeFakeClock();
  let open = 0;
  const counting = {
    ...clock,
    after: (delayMs: number, call: () => void) => {
      open += 1;
      let live = true;
      const end = () => {
        if (live) open -= 1;
        live = false;
      };
      const cancel = clock.after(delayMs, () => {
        end();
        call();
      });
      return () => {
        end();
        cancel();
      };
    },
  };
  const { fetch } = await begin(
    t,
    (stream) => {
      ok(stream);
      stream.end('whole');
    },
    generous,
    counting,
  );
  assert.equal(await (await fetch('/', {})).text(), 'whole');
  await eventually(() => open === 0, { ...within, because: 'every timer is cancelled' });
});
