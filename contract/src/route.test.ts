import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { dockerServerApi } from './docker-server-api.ts';
import { errorCodes } from './errors.ts';
import { idPrefixes, idSchema, isId, type Kind } from './ids.ts';
import { namePattern, nameSchema, titleSchema } from './names.ts';
import { makeOpenapi } from './openapi.ts';
import { pageQuerySchema } from './pages.ts';
import { publicApi } from './public-api.ts';
import { actions, resourceKinds } from './roles.ts';
import { defineRoute, fillPath, type Route } from './route.ts';
import { instantSchema } from './time.ts';

const tables: Record<string, Readonly<Record<string, Route>>> = { publicApi, dockerServerApi };
const everyRoute = Object.entries(tables).flatMap(([table, routes]) =>
  Object.entries(routes).map(([name, route]) => ({ table, name, route })),
);

test('defineRoute fills in what most routes share', () => {
  const route = defineRoute({ method: 'GET', path: '/v1/x', summary: 'x', needs: 'anyone', reply: z.string() });
  assert.deepEqual([route.transport, route.status, route.bodyLimit, route.errors], ['json', 200, 65_536, []]);
  for (const schema of [route.params, route.query, route.body]) {
    assert.equal(schema.safeParse({}).success, true);
    assert.equal(schema.safeParse({ more: 1 }).success, false);
  }
});

test('fillPath encodes what it fills in', () => {
  assert.equal(fillPath('/a/:b/c/:d', { b: 'x/y?z', d: '中' }), '/a/x%2Fy%3Fz/c/%E4%B8%AD');
  assert.throws(() => fillPath('/a/:b', {}), /needs b/);
});

test('the route tables name every address once', () => {
  for (const routes of Object.values(tables)) {
    const addresses = Object.values(routes).map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`);
    assert.deepEqual(addresses, [...new Set(addresses)]);
  }
});

test('the route tables have a schema for exactly the parameters of each path', () => {
  for (const { name, route } of everyRoute) {
    const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, param]) => param).sort();
    const { properties = {} } = z.toJSONSchema(route.params, { io: 'input', unrepresentable: 'any' });
    assert.deepEqual(Object.keys(properties).sort(), inPath, name);
  }
});

test('the route tables say what each route needs, in words of the policy', () => {
  for (const { table, name, route } of everyRoute) {
    if (typeof route.needs === 'string') {
      assert.equal(route.needs === 'docker-server', table === 'dockerServerApi', name);
      continue;
    }
    assert.ok((actions as readonly string[]).includes(route.needs.action), name);
    assert.ok((resourceKinds as readonly string[]).includes(route.needs.kind), name);
  }
});

test('the route tables say that a caller may be a stranger, and that a thing may not be there', () => {
  for (const [name, route] of Object.entries(publicApi)) {
    if (route.needs !== 'anyone') assert.ok((route.errors as readonly string[]).includes('unauthenticated'), name);
    if (route.path.includes('/tenants/:tenant'))
      assert.ok((route.errors as readonly string[]).includes('not_found'), name);
  }
});

test('the route tables take no key they do not know in a body', () => {
  for (const { name, route } of everyRoute) {
    const schema = z.toJSONSchema(route.body, { unrepresentable: 'any' });
    assert.equal(schema.additionalProperties, false, name);
  }
});

test('errorCodes stand for a status of HTTP, and say when to try again only where that may help', () => {
  for (const [code, { status, retryable, meaning }] of Object.entries(errorCodes)) {
    assert.ok(status >= 400 && status < 600, code);
    assert.match(meaning, /^[A-Z].*\.$/, code);
    if (retryable) assert.ok(![400, 401, 403, 404].includes(status), code);
  }
});

test('isId knows the ids of its kind and nothing else', () => {
  const body = '0123456789abcdefghjkmnpqrs';
  for (const kind of Object.keys(idPrefixes) as Kind[]) {
    const id = `${idPrefixes[kind]}_${body}`;
    assert.equal(isId(kind, id), true, kind);
    assert.equal(idSchema(kind).safeParse(id).success, true, kind);
    for (const other of [
      body,
      `${id}0`,
      id.slice(0, -1),
      `xxx_${body}`,
      id.toUpperCase(),
      `${idPrefixes[kind]}_${'u'.repeat(26)}`,
      `${id}\n`,
    ])
      assert.equal(isId(kind, other), false, other);
  }
  assert.equal(new Set(Object.values(idPrefixes)).size, Object.keys(idPrefixes).length);
});

test('nameSchema takes DNS labels, and never the form of an id', () => {
  for (const name of ['a', 'a1', 'my-shop', '0', 'a'.repeat(40)])
    assert.equal(nameSchema.safeParse(name).success, true, name);
  for (const name of ['', '-a', 'a-', 'A', 'a_b', 'a.b', 'a b', 'é', 'a'.repeat(41), 'a\n'])
    assert.equal(nameSchema.safeParse(name).success, false, name);
  for (const prefix of Object.values(idPrefixes)) assert.doesNotMatch(`${prefix}_${'0'.repeat(26)}`, namePattern);
});

test('titleSchema takes every script and no control characters', () => {
  assert.equal(titleSchema.parse('  门户 Portal '), '门户 Portal');
  for (const title of ['', '  ', 'a\u0000', 'a\u001b[31m', 'x'.repeat(81)])
    assert.equal(titleSchema.safeParse(title).success, false, JSON.stringify(title));
});

test('pageQuerySchema reads numbers from text, within bounds', () => {
  assert.deepEqual(pageQuerySchema.parse({ limit: '20' }), { limit: 20 });
  for (const limit of ['0', '201', 'x', '1.5'])
    assert.equal(pageQuerySchema.safeParse({ limit }).success, false, limit);
});

test('instantSchema takes one form of time only', () => {
  assert.equal(instantSchema.safeParse('2026-01-31T12:00:00.000Z').success, true);
  for (const text of ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000+01:00', '2026-02-31T12:00:00.000Z', 'now'])
    assert.equal(instantSchema.safeParse(text).success, false, text);
});

// OpenAPI

type Operation = {
  operationId: string;
  parameters: { name: string; in: string; required: boolean }[];
  responses: Record<string, { description: string; content: Record<string, unknown> }>;
  security: unknown[];
  requestBody?: unknown;
};
const document = makeOpenapi(publicApi, { title: 'Berth', version: '1' }) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

test('makeOpenapi tells of every route, by its name', () => {
  assert.match(document.openapi, /^3\.1/);
  assert.deepEqual(operations.map(({ operationId }) => operationId).sort(), Object.keys(publicApi).sort());
});

test('makeOpenapi gives the same text for the same table', () => {
  assert.equal(JSON.stringify(makeOpenapi(publicApi, { title: 'Berth', version: '1' })), JSON.stringify(document));
});

test('makeOpenapi declares every parameter of a path, required', () => {
  for (const [path, methods] of Object.entries(document.paths))
    for (const { operationId, parameters } of Object.values(methods)) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      assert.deepEqual(
        inPath.map(({ name }) => name).sort(),
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(),
        operationId,
      );
      assert.ok(
        inPath.every(({ required }) => required),
        operationId,
      );
    }
});

test('makeOpenapi says what a query may leave out', () => {
  const list = document.paths['/v1/tenants']?.['get'];
  assert.deepEqual(
    list?.parameters.map(({ name, required }) => [name, required]),
    [
      ['limit', false],
      ['cursor', false],
      ['search', false],
    ],
  );
});

test('makeOpenapi has an answer for every error of a route, several of one status together', () => {
  const publish = document.paths['/v1/tenants/{tenant}/environments/{environment}/applications']?.['post'];
  assert.ok(publish?.requestBody !== undefined);
  assert.deepEqual(Object.keys(publish.responses).sort(), ['202', '400', '401', '403', '404', '409', '413', '422']);
  for (const code of ['invalid_compose', 'policy_violation', 'impossible_plan'])
    assert.match(publish.responses['422']?.description ?? '', new RegExp(code));
});

test('makeOpenapi says how streams travel, and who may call without a session', () => {
  const byName = new Map(operations.map((operation) => [operation.operationId, operation]));
  const typeOf = (name: string) => Object.keys(byName.get(name)?.responses['200']?.content ?? {})[0];
  assert.deepEqual(['readLogs', 'followEnvironment', 'readFiles', 'readApplication'].map(typeOf), [
    'application/x-ndjson',
    'text/event-stream',
    'application/octet-stream',
    'application/json',
  ]);
  assert.deepEqual(byName.get('readHealth')?.security, []);
  assert.ok((byName.get('readApplication')?.security.length ?? 0) > 0);
});
