// What a request must look like before anybody thinks about what it asks: every route of the table, fed what it must refuse.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { publicApi } from '@berth/contract/public-api.ts';
import { fillPath } from '@berth/contract/route.ts';
import { ask, askPath, parametersOf, routeNames, routeOf, type Question, type RouteName } from '#harness/ask.ts';
import { adminName, adminPassword } from '#harness/berth.ts';
import { startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';
import { openToAnyone, openToSignatures, samples } from './route-samples.ts';

let berth: SimulatedBerth;
let cookie = '';
before(async () => {
  berth = await startSimulatedBerth();
  cookie = await signInAsPortal();
});
after(() => berth?.close());

const signInAsPortal = async (): Promise<string> => {
  const body = { name: adminName, password: adminPassword, client: 'portal' };
  const { status, headers, json } = await ask(berth.url, 'signIn', { body });
  assert.equal(status, 201);
  assert.equal(Object.hasOwn(json as object, 'key'), false, 'the portal gets no key a script could read');
  const header = headers.get('set-cookie') ?? '';
  assert.match(header, /^berth_session=[\w-]{40,}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  return header.split(';')[0] ?? '';
};

const changing = routeNames.filter((name) => routeOf(name).method !== 'GET');
const paramsOf = (name: RouteName) =>
  Object.fromEntries(
    parametersOf(name).map((place): [string, string] => [place, place === 'number' ? '1' : 'nothing-here']),
  );
const bodyOf = (name: RouteName): object => (samples[name].body?.('form') ?? {}) as object;
const send = (name: RouteName, more: Question) =>
  ask(berth.url, name, {
    key: openToAnyone.includes(name) ? undefined : berth.adminKey,
    params: paramsOf(name),
    query: samples[name].query,
    ...more,
  });

suite('the form of a request', { concurrency: 8 }, () => {
  for (const name of changing) {
    test(`${name} refuses keys it does not know, in one spelling or another`, async () => {
      for (const key of ['admin', 'tenantId', 'createdBy', 'Name', '__proto__', 'networ\u212aMode']) {
        const answer = await send(name, { text: JSON.stringify({ ...bodyOf(name), [key]: true }) });
        assert.deepEqual([answer.status, answer.code], [400, 'invalid_request'], `${key}: ${answer.message}`);
      }
    });

    test(`${name} refuses a body that names a key twice, wherever`, async () => {
      for (const text of ['{"a":1,"a":2}', '{"a":{"b":1,"\\u0062":2}}', '[{"x":1,"x":1}]']) {
        const answer = await send(name, { text });
        assert.deepEqual([answer.status, answer.code], [400, 'invalid_request'], name);
        assert.match(answer.message ?? '', /twice in one object/);
      }
    });

    test(`${name} refuses a body that is no JSON object`, async () => {
      for (const text of ['{', 'true', '[]', '"text"', 'null x', `${'['.repeat(200)}${']'.repeat(200)}`]) {
        const answer = await send(name, { text });
        assert.deepEqual(
          [answer.status, answer.code],
          [400, 'invalid_request'],
          `${text.slice(0, 20)}: ${answer.message}`,
        );
      }
    });

    test(`${name} takes JSON by name only`, async () => {
      const text = JSON.stringify(bodyOf(name));
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/octet-stream',
        'application/x-tar',
        'application/jsonp',
      ]) {
        const answer = await send(name, { text, headers: { 'content-type': type } });
        assert.deepEqual([answer.status, answer.code], [415, 'unsupported_media_type'], `${type}: ${answer.message}`);
      }
    });

    test(`${name} refuses a body over its limit`, async () => {
      const { bodyLimit } = routeOf(name);
      const answer = await send(name, { text: `{"x":"${'y'.repeat(bodyLimit)}"}` });
      assert.deepEqual([answer.status, answer.code], [413, 'too_large'], name);
    });

    test(`${name} is not to be had from another site`, async () => {
      const host = new URL(berth.url).host;
      // A call that is signed is not let in by a cookie.
      const needsSession = !openToAnyone.includes(name) && !openToSignatures.includes(name);
      const origins: Record<string, string>[] = ['https://evil.example', 'null', `http://${host}.evil.example`].map(
        (origin) => ({ origin }),
      );
      for (const headers of needsSession ? [...origins, {}, { 'sec-fetch-site': 'cross-site' }] : origins) {
        const answer = await send(name, { key: undefined, cookie, text: '{"not":"looked at"}', headers });
        assert.deepEqual([answer.status, answer.code], [403, 'forbidden'], JSON.stringify(headers));
        assert.equal(answer.headers.get('set-cookie'), null);
      }
      // The portal's own page gets past this door, to the one that looks at the body.
      for (const headers of [{ origin: berth.url }, { origin: `http://${host}` }]) {
        const answer = await send(name, { key: undefined, cookie, text: '{"no such key":1}', headers });
        assert.deepEqual([answer.status, answer.code], [400, 'invalid_request'], JSON.stringify(headers));
      }
    });
  }

  test('reads with the cookie need no Origin, and change nothing', async () => {
    for (const name of routeNames.filter((route) => routeOf(route).method === 'GET')) {
      const answer = await ask(berth.url, name, { cookie, params: paramsOf(name), query: samples[name].query });
      assert.ok(answer.status !== 403 && answer.status !== 401, `${name}: ${answer.status}`);
    }
  });

  test('a key or ticket in the address opens nothing', async () => {
    for (const query of ['token', 'access_token', 'key', 'api_key', 'session', 'berth_session'])
      for (const value of [berth.adminKey, cookie.replace('berth_session=', '')]) {
        const answer = await askPath(berth.url, 'GET', `/v1/session?${query}=${value}`);
        assert.deepEqual([answer.status, answer.code], [401, 'unauthenticated']);
      }
  });

  test('pages and limits are held to their bounds', async () => {
    const refused: Record<string, string>[] = [
      { limit: '0' },
      { limit: '201' },
      { limit: '1e9' },
      { limit: '-1' },
      { limit: 'x' },
      { cursor: '!' },
      { cursor: 'x'.repeat(300) },
      { search: 'x'.repeat(101) },
    ];
    for (const query of refused) {
      const answer = await ask(berth.url, 'listTenants', { key: berth.adminKey, query });
      assert.deepEqual([answer.status, answer.code], [400, 'invalid_request'], JSON.stringify(query));
    }
  });

  test('every answer says how a browser must treat it, refusals too', async () => {
    for (const answer of [
      await ask(berth.url, 'readHealth'),
      await ask(berth.url, 'readCaller'),
      await askPath(berth.url, 'GET', '/v1/nothing'),
    ]) {
      assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'self'.*frame-ancestors 'none'/);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
  });

  test('a wrong method or address is not found, in the one form of an error', async () => {
    for (const [method, path] of [
      ['PATCH', '/v1/tenants'],
      ['DELETE', '/v1/tenants'],
      ['GET', '/v2/tenants'],
      ['POST', '/v1/session'],
      ['GET', '/v1/tenants/main/../other'],
    ] as const) {
      const answer = await askPath(berth.url, method, path, { key: berth.adminKey });
      assert.deepEqual([answer.status, answer.code], [404, 'not_found'], `${method} ${path}`);
    }
  });

  test('a request that two readers could read differently is dropped', async () => {
    const host = new URL(berth.url).host;
    for (const lines of [
      ['Content-Length: 2', 'Content-Length: 3'],
      ['Content-Length: 2', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ]) {
      const answer = await rawAnswer(
        `POST ${publicApi.signOut.path.replace('session', 'sessions')} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${lines.join('\r\n')}\r\n\r\n{}x`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 /, lines.join(' | '));
    }
  });

  test('percent signs in a path are read once', async () => {
    for (const tenant of ['%6dain', 'main%2f..', '%2e%2e']) {
      const path = fillPath(publicApi.readTenant.path, { tenant: 'T' }).replace('T', tenant.replaceAll('%', '%25'));
      const answer = await askPath(berth.url, 'GET', path, { key: berth.adminKey });
      assert.deepEqual([answer.status, answer.code], [404, 'not_found'], tenant);
    }
  });
});

const rawAnswer = (request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, hostname } = new URL(berth.url);
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (bytes) => {
      answer += String(bytes);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
