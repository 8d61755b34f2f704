import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { ApiError, makeClient, readLines, type Fetch } from './client.ts';
import { defineRoute } from './route.ts';

const reply = z.strictObject({ a: z.number() });
const routes = {
  readThing: defineRoute({
    method: 'GET',
    path: '/v1/things/:thing',
    summary: 'read',
    needs: 'anyone',
    params: z.strictObject({ thing: z.string() }),
    query: z.object({ limit: z.coerce.number().optional(), search: z.string().optional() }),
    reply,
  }),
  writeThing: defineRoute({
    method: 'POST',
    path: '/v1/things',
    summary: 'write',
    needs: 'anyone',
    body: z.strictObject({ name: z.string() }),
    reply,
  }),
  dropThing: defineRoute({ method: 'DELETE', path: '/v1/things', summary: 'drop', needs: 'anyone', reply }),
  followThings: defineRoute({
    method: 'GET',
    path: '/v1/lines',
    summary: 'lines',
    needs: 'anyone',
    reply,
    transport: 'lines',
  }),
  sendBytes: defineRoute({
    method: 'PUT',
    path: '/v1/bytes',
    summary: 'bytes',
    needs: 'anyone',
    reply,
    transport: 'bytes',
  }),
};

type Sent = { url: string; init: RequestInit & { duplex?: 'half' } };
const clientOf = (answer: () => Response) => {
  const sent: Sent[] = [];
  const send: Fetch = async (url, init) => {
    sent.push({ url, init });
    return answer();
  };
  return { client: makeClient(routes, 'https://portal', send), sent };
};
const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status });
const bytesOf = (...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
      controller.close();
    },
  });
const all = async <T>(lines: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const line of lines) found.push(line);
  return found;
};

test('makeClient fills in path and query, and gives what came back', async () => {
  const { client, sent } = clientOf(() => json({ a: 1 }));
  assert.deepEqual(await client.readThing({ params: { thing: 'a/b c' }, query: { limit: 5, search: undefined } }), {
    a: 1,
  });
  assert.equal(sent[0]?.url, 'https://portal/v1/things/a%2Fb%20c?limit=5');
  assert.deepEqual([sent[0]?.init.method, sent[0]?.init.body], ['GET', undefined]);
});

test('makeClient leaves nothing after a path without a query', async () => {
  const { client, sent } = clientOf(() => json({ a: 1 }));
  await client.readThing({ params: { thing: 'x' }, query: {} });
  assert.equal(sent[0]?.url, 'https://portal/v1/things/x');
});

test('makeClient sends a body as JSON, an empty one too', async () => {
  const { client, sent } = clientOf(() => json({ a: 1 }));
  await client.writeThing({ body: { name: 'x' } });
  await client.dropThing();
  assert.deepEqual(
    sent.map(({ init }) => [init.method, init.body, init.headers]),
    [
      ['POST', '{"name":"x"}', { 'content-type': 'application/json' }],
      ['DELETE', '{}', { 'content-type': 'application/json' }],
    ],
  );
});

test('makeClient passes the signal on', async () => {
  const { client, sent } = clientOf(() => json({ a: 1 }));
  const { signal } = new AbortController();
  await client.dropThing({ signal });
  assert.equal(sent[0]?.init.signal, signal);
});

test('makeClient throws what the server says is wrong, with its problems', async () => {
  const problem = { severity: 'error', code: 'x', message: 'y', line: 3 } as const;
  const { client } = clientOf(() =>
    json({ error: { code: 'invalid_compose', message: 'Line 3', problems: [problem], requestId: 'r' } }, 422),
  );
  await assert.rejects(client.dropThing(), (thrown: unknown) => {
    assert.ok(thrown instanceof ApiError);
    assert.deepEqual(
      [thrown.status, thrown.code, thrown.message, thrown.problems, thrown.requestId],
      [422, 'invalid_compose', 'Line 3', [problem], 'r'],
    );
    return true;
  });
});

for (const [what, body] of Object.entries({
  'a page of a proxy': '<html>502 Bad Gateway</html>',
  'JSON of another form': '{"detail":"no"}',
  nothing: '',
}))
  test(`makeClient throws a status with ${what} as it is`, async () => {
    const { client } = clientOf(() => new Response(body, { status: 502 }));
    await assert.rejects(
      client.dropThing(),
      (thrown: unknown) =>
        thrown instanceof ApiError && thrown.code === 'bad_answer' && /HTTP 502/.test(thrown.message),
    );
  });

test('makeClient wants the parts of a path', async () => {
  const { client, sent } = clientOf(() => json({ a: 1 }));
  for (const thing of ['', undefined])
    await assert.rejects(client.readThing({ params: { thing: thing as string } }), /needs thing/);
  assert.deepEqual(sent, []);
});

test('makeClient gives lines one by one, parsed', async () => {
  const { client } = clientOf(() => new Response(bytesOf('{"a":1}\n{"a', '":2}\n\n', '{"a":3}')));
  assert.deepEqual(await all(client.lines('followThings')), [{ a: 1 }, { a: 2 }, { a: 3 }]);
  assert.deepEqual(await all(await client.openLines('followThings')), [{ a: 1 }, { a: 2 }, { a: 3 }]);
});

test('makeClient throws a refused stream at the opening, or at the first line', async () => {
  const { client } = clientOf(() => json({ error: { code: 'not_found', message: 'no' } }, 404));
  await assert.rejects(client.openLines('followThings'), ApiError);
  const lines = client.lines('followThings');
  await assert.rejects(lines.next(), ApiError);
});

test('makeClient sends raw bytes as they are', async () => {
  const { client, sent } = clientOf(() => json({ a: 1 }));
  const body = bytesOf('tar');
  await client.open('sendBytes', {}, body);
  assert.deepEqual([sent[0]?.init.body, sent[0]?.init.duplex, sent[0]?.init.headers], [body, 'half', undefined]);
});

test('readLines splits bytes wherever they were cut, also inside a sign', async () => {
  const bytes = new TextEncoder().encode('中文\néà\n');
  for (let at = 0; at <= bytes.length; at += 1)
    assert.deepEqual(
      await all(readLines(bytesOf(bytes.slice(0, at), bytes.slice(at)))),
      ['中文', 'éà'],
      `cut at ${at}`,
    );
});

test('readLines ends a stream that never ends its line', async () => {
  let sent = 0;
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1;
      controller.enqueue(new Uint8Array(1024 * 1024).fill(97));
    },
    cancel: () => void (cancelled = true),
  });
  await assert.rejects(all(readLines(endless)), RangeError);
  assert.ok(sent < 10);
  assert.equal(cancelled, true);
});

test('readLines lets the stream go when its reader stops', async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('x\n')),
    cancel: () => void (cancelled = true),
  });
  for await (const line of readLines(body)) {
    assert.equal(line, 'x');
    break;
  }
  assert.equal(cancelled, true);
});

test('readLines passes on that the stream broke', async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('cut')) });
  await assert.rejects(all(readLines(body)), /cut/);
});
