import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Action, ResourceKind } from '@berth/contract/roles.ts';
import type { Context } from '#context.ts';
import { up } from '#testing/applications.ts';
import { openPlace } from '#testing/database.ts';
import { authorize, rolesOf } from './authorize.ts';

/** Two tenants that look alike: each an environment `prod` with host `alpha` and application `shop`. */
const begin = async (t: TestContext) => {
  const place = await openPlace();
  t.after(() => place.db.destroy());
  const make = async (name: string) => {
    const tenant = await place.tenant(name);
    const environment = await place.environment(tenant, 'prod');
    const host = await place.host(environment, 'alpha');
    const application = await place.application(tenant, environment, 'shop');
    const container = { ...up('web'), id: `${name}-container` };
    await place.db
      .insertInto('containers')
      .values({
        host_id: host,
        id: container.id,
        environment_id: environment,
        application_id: application,
        name: container.name,
        service: 'web',
        slot: 0,
        revision: 1,
        state: 'running',
        observed: JSON.stringify(container),
      })
      .execute();
    return { tenant, environment, host, application, container: container.id };
  };
  const acme = await make('acme');
  const globex = await make('globex');
  const ann = await place.user('ann');
  await place.member(acme.tenant, ann, 'developer');
  return { ...place, acme, globex, ann: place.contextOf(ann) };
};

type Loose = (
  ctx: Context,
  db: unknown,
  action: Action,
  kind: ResourceKind,
  names: Record<string, string>,
) => Promise<unknown>;
const loosely = authorize as unknown as Loose;
const refusal = async (asked: Promise<unknown>): Promise<[string, string]> => {
  try {
    await asked;
  } catch (thrown) {
    assert.ok(thrown instanceof PlatformError, String(thrown));
    return [thrown.code, thrown.message];
  }
  return assert.fail('it was allowed');
};

test('authorize lets a member in by names and by ids, and hands over the rows on the way', async (t) => {
  const { db, ann, acme } = await begin(t);
  const byName = await authorize(ann, db, 'modify', 'application', {
    tenant: 'acme',
    environment: 'prod',
    application: 'shop',
  });
  const byId = await authorize(ann, db, 'modify', 'application', acme);
  assert.deepEqual(
    { ...byName },
    {
      tenant: { id: acme.tenant, name: 'acme' },
      environment: { id: acme.environment, name: 'prod' },
      application: { id: acme.application, name: 'shop' },
    },
  );
  assert.deepEqual(byId, byName);
});

test('authorize finds every kind of thing below its parents', async (t) => {
  const { db, ann, acme } = await begin(t);
  const host = await authorize(ann, db, 'read', 'host', { ...acme, host: 'alpha' });
  assert.equal(host.host.id, acme.host);
  const container = await authorize(ann, db, 'create', 'container.shell', { ...acme, container: 'berth-shop-web-1' });
  assert.deepEqual(container.container, {
    id: acme.container,
    name: 'berth-shop-web-1',
    host: acme.host,
    application: acme.application,
  });
  assert.equal((await authorize(ann, db, 'read', 'tenant', { tenant: 'acme' })).tenant.id, acme.tenant);
});

test('authorize answers a foreign thing and a missing one with the same words', async (t) => {
  const { db, ann, globex } = await begin(t);
  const asks: [Action, ResourceKind, Record<string, string>][] = [
    ['read', 'tenant', {}],
    ['list', 'tenant.members', {}],
    ['list', 'tenant.environments', {}],
    ['read', 'environment', { environment: 'prod' }],
    ['modify', 'environment.settings', { environment: 'prod' }],
    ['list', 'environment.applications', { environment: 'prod' }],
    ['create', 'environment.applications', { environment: 'prod' }],
    ['read', 'host', { environment: 'prod', host: 'alpha' }],
    ['read', 'application', { environment: 'prod', application: 'shop' }],
    ['delete', 'application', { environment: 'prod', application: 'shop' }],
    ['create', 'container.shell', { environment: 'prod', container: globex.container }],
  ];
  for (const [action, kind, names] of asks) {
    const foreign = await refusal(loosely(ann, db, action, kind, { tenant: 'globex', ...names }));
    const missing = await refusal(loosely(ann, db, action, kind, { tenant: 'nobody', ...names }));
    assert.deepEqual(foreign, missing, kind);
    assert.equal(foreign[0], 'not_found', kind);
  }
});

test('authorize finds nothing of one tenant below another, by whatever id', async (t) => {
  const { db, ann, acme, globex } = await begin(t);
  const mixes: [Action, ResourceKind, Record<string, string>][] = [
    ['read', 'environment', { tenant: acme.tenant, environment: globex.environment }],
    ['read', 'application', { tenant: acme.tenant, environment: acme.environment, application: globex.application }],
    ['read', 'application', { tenant: acme.tenant, environment: globex.environment, application: globex.application }],
    ['read', 'host', { tenant: acme.tenant, environment: acme.environment, host: globex.host }],
    ['create', 'container.shell', { tenant: acme.tenant, environment: acme.environment, container: globex.container }],
  ];
  for (const [action, kind, names] of mixes)
    assert.equal((await refusal(loosely(ann, db, action, kind, names)))[0], 'not_found', kind);
});

test('authorize says forbidden to one who may know of the thing but not do this', async (t) => {
  const { db, ann, tenant, user, member, contextOf, acme } = await begin(t);
  assert.equal((await refusal(authorize(ann, db, 'create', 'tenant.members', { tenant: 'acme' })))[0], 'forbidden');
  assert.equal((await refusal(authorize(ann, db, 'modify', 'environment.settings', acme)))[0], 'forbidden');
  const other = await user('vic');
  await member(acme.tenant, other, 'viewer');
  const viewer = contextOf(other);
  assert.equal((await refusal(authorize(viewer, db, 'delete', 'application', acme)))[0], 'forbidden');
  assert.ok(await authorize(viewer, db, 'read', 'application', acme));
  assert.ok(await tenant('more'));
});

test('authorize keeps the platform from those who are not of it, without hiding that there is one', async (t) => {
  const { db, ann } = await begin(t);
  for (const [action, kind] of [
    ['list', 'platform.tenants'],
    ['create', 'platform.users'],
    ['read', 'platform.loops'],
  ] as const)
    assert.equal((await refusal(authorize(ann, db, action, kind, {})))[0], 'forbidden', kind);
});

test('authorize lets the platform’s administrators to every tenant, and into none', async (t) => {
  const { db, user, contextOf, acme } = await begin(t);
  const root = contextOf(await user('root', 'platform_admin'), 'root', 'platform_admin');
  assert.ok(await authorize(root, db, 'list', 'platform.tenants', {}));
  assert.ok(await authorize(root, db, 'modify', 'environment.settings', acme));
  assert.equal((await refusal(authorize(root, db, 'read', 'application', acme)))[0], 'not_found');
  assert.equal((await refusal(authorize(root, db, 'create', 'container.shell', acme)))[0], 'not_found');
});

test('authorize adds the roles of a platform administrator who is a member too', async (t) => {
  const { db, user, member, contextOf, acme, globex } = await begin(t);
  const id = await user('root', 'platform_admin');
  await member(acme.tenant, id, 'viewer');
  const root = contextOf(id, 'root', 'platform_admin');
  assert.deepEqual(await rolesOf(root, db, await authorize(root, db, 'read', 'application', acme)), [
    'platform_admin',
    'viewer',
  ]);
  assert.equal((await refusal(authorize(root, db, 'read', 'application', globex)))[0], 'not_found');
});

test('authorize holds the parts of the platform itself to their rows', async (t) => {
  const { db, systemContext, acme } = await begin(t);
  assert.ok(await authorize(systemContext('reconciler'), db, 'delete', 'application', acme));
  assert.equal(
    (await refusal(authorize(systemContext('reconciler'), db, 'list', 'platform.tenants', {})))[0],
    'forbidden',
  );
  assert.equal(
    (await refusal(authorize(systemContext('installer'), db, 'delete', 'application', acme)))[0],
    'forbidden',
  );
  assert.equal(
    (await refusal(authorize(systemContext('installer'), db, 'create', 'container.shell', acme)))[0],
    'not_found',
  );
});

test('authorize forgets a member who was taken out, at once', async (t) => {
  const { db, ann, acme } = await begin(t);
  await db.deleteFrom('members').execute();
  assert.equal((await refusal(authorize(ann, db, 'read', 'application', acme)))[0], 'not_found');
});
