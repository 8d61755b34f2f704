import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { defineRoute } from '@berth/contract/route.ts';
import { systemClock } from './clock.ts';
import { makeHttp2Fetch } from './http2-fetch.ts';
import { makeLog, silentLog, type Log } from './log.ts';
import { PlatformError } from './platform-error.ts';
import { bindRoutes, prepareServer, type Handlers } from './serve.ts';
import { eventually } from './testing/eventually.ts';

const anything = z.unknown();
const routes = {
  readThing: defineRoute({
    method: 'GET',
    path: '/v1/things/:thing',
    summary: 'a thing',
    needs: 'session',
    params: z.strictObject({ thing: z.string().max(10) }),
    query: z.strictObject({ count: z.coerce.number().int().optional() }),
    reply: anything,
  }),
  writeThing: defineRoute({
    method: 'POST',
    path: '/v1/things',
    summary: 'write',
    needs: 'session',
    body: z.strictObject({ name: z.string(), size: z.int().optional() }),
    reply: anything,
    status: 202,
    bodyLimit: 1000,
  }),
  touchThing: defineRoute({ method: 'POST', path: '/v1/touch', summary: 'touch', needs: 'anyone', reply: anything }),
  dropThing: defineRoute({ method: 'DELETE', path: '/v1/things', summary: 'drop', needs: 'anyone', reply: anything }),
  followLines: defineRoute({
    method: 'GET',
    path: '/v1/lines',
    summary: 'lines',
    needs: 'anyone',
    reply: anything,
    transport: 'lines',
  }),
  followEvents: defineRoute({
    method: 'GET',
    path: '/v1/events',
    summary: 'events',
    needs: 'anyone',
    reply: anything,
    transport: 'events',
  }),
  readBytes: defineRoute({
    method: 'GET',
    path: '/v1/bytes',
    summary: 'bytes',
    needs: 'anyone',
    reply: anything,
    transport: 'bytes',
  }),
  writeBytes: defineRoute({
    method: 'PUT',
    path: '/v1/bytes',
    summary: 'bytes',
    needs: 'anyone',
    reply: anything,
    transport: 'bytes',
  }),
};
type Routes = typeof routes;

const handlers: Handlers<Routes, string> = {
  readThing: async ({ params, query, context }) => ({ params, query, context }),
  writeThing: async ({ body }) => ({ body }),
  touchThing: async ({ body }) => ({ body }),
  dropThing: async ({ body }) => ({ body }),
  followLines: async () =>
    (async function* () {
      yield { a: 1 };
      yield { text: 'two\nlines' };
    })(),
  followEvents: async () =>
    (async function* () {
      yield { a: 1 };
    })(),
  readBytes: async () => ({
    stream: Readable.from([Buffer.from('raw')]),
    headers: { 'content-type': 'application/x-tar' },
  }),
  writeBytes: async ({ request }) => {
    let size = 0;
    for await (const bytes of request.raw) size += (bytes as Buffer).length;
    return { size };
  },
};

const serve = async (t: TestContext, more: Partial<Handlers<Routes, string>> = {}, log: Log = silentLog) => {
  const app = fastify({ forceCloseConnections: true });
  prepareServer(app, log);
  bindRoutes<Routes, string>(
    app,
    routes,
    { ...handlers, ...more },
    {
      log,
      authenticate: async (request, route) => {
        if (route.needs === 'session' && request.headers.authorization === undefined)
          throw new PlatformError('unauthenticated', 'Sign in first');
        return String(request.headers.authorization ?? 'nobody');
      },
    },
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', 'me');
    const response = await fetch(base + path, { ...init, headers });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      type,
      text,
      headers: response.headers,
      json: type.startsWith('application/json')
        ? (JSON.parse(text) as { error: { code: string; message: string } })
        : undefined,
    };
  };
  const post = (path: string, body: string, type = 'application/json', method = 'POST') =>
    ask(path, { method, body, headers: { 'content-type': type } });
  return { base, ask, post };
};

test('bindRoutes hands the handler what was parsed, and who calls', async (t) => {
  const { ask } = await serve(t);
  const answer = await ask('/v1/things/a%2Fb?count=3');
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.text), { params: { thing: 'a/b' }, query: { count: 3 }, context: 'me' });
});

test('bindRoutes answers with the status of the route', async (t) => {
  const { post } = await serve(t);
  const answer = await post('/v1/things', '{"name":"x"}', 'application/json; charset=utf-8');
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [202, { body: { name: 'x' } }]);
});

test('bindRoutes takes no body for an empty one', async (t) => {
  const { ask, post } = await serve(t);
  for (const answer of [
    await ask('/v1/touch', { method: 'POST' }),
    await post('/v1/touch', ''),
    await post('/v1/touch', '{}'),
    await ask('/v1/things', { method: 'DELETE' }),
    await post('/v1/things', '{}', 'application/json', 'DELETE'),
  ])
    assert.deepEqual([answer.status, answer.text], [200, '{"body":{}}']);
});

const bad: Record<
  string,
  { path?: string; body?: string; type?: string; status: number; code: string; message?: RegExp }
> = {
  'a key it does not know': {
    body: '{"name":"x","Name":"y"}',
    status: 400,
    code: 'invalid_request',
    message: /^body: /,
  },
  'a key that comes twice': { body: '{"name":"x","name":"y"}', status: 400, code: 'invalid_request', message: /twice/ },
  'a value of another type': { body: '{"name":5}', status: 400, code: 'invalid_request', message: /^body\.name: / },
  'a value that is missing': { body: '{}', status: 400, code: 'invalid_request', message: /^body\.name: / },
  'what is no JSON': { body: '{"name":', status: 400, code: 'invalid_request', message: /not JSON/ },
  'a body nested very deep': { body: '['.repeat(500), status: 400, code: 'invalid_request', message: /deeper/ },
  'a list in the place of an object': { body: '[]', status: 400, code: 'invalid_request' },
  'a body that is too large': { body: JSON.stringify({ name: 'x'.repeat(2000) }), status: 413, code: 'too_large' },
  'a form': { body: 'name=x', type: 'application/x-www-form-urlencoded', status: 415, code: 'unsupported_media_type' },
  'plain text': { body: '{"name":"x"}', type: 'text/plain', status: 415, code: 'unsupported_media_type' },
  'raw bytes where JSON belongs': {
    path: '/v1/touch',
    body: '{}',
    type: 'application/octet-stream',
    status: 415,
    code: 'unsupported_media_type',
  },
  'a type that only begins like JSON': {
    body: '{}',
    type: 'application/jsonp',
    status: 415,
    code: 'unsupported_media_type',
  },
};
for (const [name, row] of Object.entries(bad))
  test(`bindRoutes refuses ${name}`, async (t) => {
    const { post } = await serve(t, {
      writeThing: async () => assert.fail('the handler was called'),
      touchThing: async () => assert.fail('the handler was called'),
    });
    const { status, json } = await post(row.path ?? '/v1/things', row.body ?? '', row.type);
    assert.deepEqual([status, json?.error.code], [row.status, row.code]);
    if (row.message !== undefined) assert.match(json?.error.message ?? '', row.message);
  });

for (const query of ['count=x', 'count=1&count=2', 'cuont=1'])
  test(`bindRoutes refuses the query ${query}`, async (t) => {
    const { ask } = await serve(t);
    const { status, json } = await ask(`/v1/things/a?${query}`);
    assert.deepEqual([status, json?.error.code], [400, 'invalid_request']);
  });

test('bindRoutes refuses a path that does not fit, and says where', async (t) => {
  const { ask } = await serve(t);
  const { status, json } = await ask(`/v1/things/${'x'.repeat(11)}`);
  assert.deepEqual([status, json?.error.code], [400, 'invalid_request']);
  assert.match(json?.error.message ?? '', /^path\.thing: /);
});

test('bindRoutes asks who calls before it reads the body', async (t) => {
  const { base } = await serve(t);
  const response = await fetch(`${base}/v1/things`, {
    method: 'POST',
    body: '{"broken',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(response.status, 401);
});

test('prepareServer answers an address that is not there in the same form', async (t) => {
  const { ask, post } = await serve(t);
  for (const answer of [await ask('/v1/nothing'), await post('/v1/things/a', '{}')])
    assert.deepEqual([answer.status, answer.json?.error.code], [404, 'not_found']);
});

test('bindRoutes maps an error of ours to its status, words, problems and time to wait', async (t) => {
  const problem = { severity: 'error', code: 'x', message: 'y' } as const;
  const { ask } = await serve(t, {
    readThing: async () => {
      throw new PlatformError('too_many_requests', 'Wait', {
        problems: [problem],
        retryAfterSeconds: 1.2,
        secret: 'hidden',
      });
    },
  });
  const { status, text, headers } = await ask('/v1/things/a');
  assert.deepEqual([status, headers.get('retry-after')], [429, '2']);
  const { error } = JSON.parse(text) as { error: Record<string, unknown> };
  assert.deepEqual([error['code'], error['message'], error['problems']], ['too_many_requests', 'Wait', [problem]]);
  assert.match(String(error['requestId']), /\w/);
  assert.doesNotMatch(text, /hidden/);
});

test('bindRoutes tells the log of a mistake of ours, and the caller only where to look', async (t) => {
  const lines: string[] = [];
  const log = makeLog('error', { write: (line) => void lines.push(line) });
  const broken = async () => {
    throw new Error('password=hunter2');
  };
  const { ask } = await serve(t, { readThing: broken }, log);
  const { status, text, json } = await ask('/v1/things/a');
  assert.deepEqual([status, json?.error.code], [500, 'bug']);
  assert.doesNotMatch(text, /hunter2|at .*\.ts/);
  assert.match(lines.join(), /hunter2/);
  const { requestId } = (JSON.parse(text) as { error: { requestId: string } }).error;
  assert.ok(lines.join().includes(requestId));
});

test('bindRoutes sends lines, one document each', async (t) => {
  const { ask } = await serve(t);
  const { type, text, headers } = await ask('/v1/lines');
  assert.deepEqual([type, text], ['application/x-ndjson', '{"a":1}\n{"text":"two\\nlines"}\n']);
  assert.equal(headers.get('cache-control'), 'no-store');
});

test('bindRoutes sends server-sent events', async (t) => {
  const { ask } = await serve(t);
  const { type, text } = await ask('/v1/events');
  assert.deepEqual([type, text], ['text/event-stream', 'data: {"a":1}\n\n']);
});

test('bindRoutes answers a stream at once, before there is a first item', { timeout: 5_000 }, async (t) => {
  let go: () => void = () => undefined;
  const { base } = await serve(t, {
    followLines: async () =>
      (async function* () {
        await new Promise<void>((resolve) => (go = resolve));
        yield 1;
      })(),
  });
  const response = await fetch(`${base}/v1/lines`);
  assert.equal(response.status, 200);
  go();
  assert.equal(await response.text(), '1\n');
});

test('bindRoutes answers an error that comes before the stream as an error', async (t) => {
  const { ask } = await serve(t, {
    followLines: async () => {
      throw new PlatformError('host_unreachable', 'gone');
    },
  });
  const { status, json } = await ask('/v1/lines');
  assert.deepEqual([status, json?.error.code], [503, 'host_unreachable']);
});

test('bindRoutes breaks a stream off when it fails in the middle, so that nobody takes it for whole', async (t) => {
  const { base } = await serve(t, {
    followLines: async () =>
      (async function* () {
        yield 1;
        throw new Error('broken');
      })(),
  });
  const response = await fetch(`${base}/v1/lines`);
  await assert.rejects(response.text());
});

for (const [name, path] of Object.entries({ lines: '/v1/lines', bytes: '/v1/bytes' }))
  test(`bindRoutes breaks ${name} off over HTTP/2 too, where an end without an error is a good end`, async (t) => {
    const broken = async function* () {
      yield Buffer.from('1');
      throw new Error('broken');
    };
    const app = fastify({ http2: true }) as unknown as FastifyInstance;
    prepareServer(app, silentLog);
    bindRoutes<Routes, string>(
      app,
      routes,
      { ...handlers, followLines: async () => broken(), readBytes: async () => ({ stream: Readable.from(broken()) }) },
      { log: silentLog, authenticate: async () => 'me' },
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
    const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    t.after(async () => {
      session.destroy();
      await app.close();
    });
    const response = await makeHttp2Fetch(systemClock, session, { firstByteMs: 5_000, idleMs: 5_000 })(path, {});
    assert.equal(response.status, 200);
    await assert.rejects(response.text(), (thrown: unknown) => thrown instanceof PlatformError);
  });

test('bindRoutes ends a stream, and tells its maker, when the caller goes away', async (t) => {
  let ended = false;
  let aborted = false;
  const { base } = await serve(t, {
    followLines: async ({ signal }) => {
      signal.addEventListener('abort', () => (aborted = true));
      return (async function* () {
        try {
          for (let item = 0; ; item += 1) {
            yield item;
            await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
          }
        } finally {
          ended = true;
        }
      })();
    },
  });
  const leaving = new AbortController();
  const response = await fetch(`${base}/v1/lines`, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  await eventually(() => ended && aborted, { withinMs: 5_000, because: 'the stream ends with its caller', everyMs: 5 });
});

test('bindRoutes gives a handler a signal that has fired when the caller left while it was let in', async (t) => {
  let reached: AbortSignal | undefined;
  let letIn: (() => void) | undefined;
  const app = fastify({ forceCloseConnections: true });
  prepareServer(app, silentLog);
  const touchThing = async ({ signal }: { signal: AbortSignal }) => {
    reached = signal;
    return {};
  };
  bindRoutes<Pick<Routes, 'touchThing'>, void>(
    app,
    { touchThing: routes.touchThing },
    { touchThing },
    { log: silentLog, authenticate: () => new Promise<void>((resolve) => (letIn = resolve)) },
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const caller = httpRequest({ port, host: '127.0.0.1', path: '/v1/touch', method: 'POST' });
  caller.on('error', () => undefined);
  caller.end();
  const within = { withinMs: 5_000, everyMs: 5 };
  await eventually(() => letIn, { ...within, because: 'the request arrives' });
  caller.destroy();
  const connections = () => new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count)));
  await eventually(async () => (await connections()) === 0, { ...within, because: 'the caller is gone' });
  letIn?.();
  await eventually(() => reached?.aborted, { ...within, because: 'the signal has fired' });
});

test('bindRoutes sends bytes as they are, with the type the handler says', async (t) => {
  const { ask } = await serve(t);
  const { type, text } = await ask('/v1/bytes');
  assert.deepEqual([type, text], ['application/x-tar', 'raw']);
});

test('bindRoutes leaves raw bytes to the handler of a route that takes them', async (t) => {
  const { post } = await serve(t);
  for (const type of ['application/octet-stream', 'application/x-tar']) {
    const { status, text } = await post('/v1/bytes', 'x'.repeat(5000), type, 'PUT');
    assert.deepEqual([status, text], [200, '{"size":5000}']);
  }
});

test('bindRoutes wants a handler for every route', () => {
  const app = fastify();
  assert.throws(
    () => bindRoutes(app, routes, {} as Handlers<Routes, string>, { log: silentLog, authenticate: async () => '' }),
    /readThing has no handler/,
  );
});
