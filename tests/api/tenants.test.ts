// Tenants, members, accounts, environments and what they allow: made, listed, changed, and at once in force.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Page } from '@berth/contract/pages.ts';
import { publishWell, refusedWith } from '#harness/application.ts';
import { publication } from '#harness/berth.ts';
import { startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

/** All names of a list, page by page; holds that pages are full, counted and in order. */
const namesByPage = async <T>(
  limit: number,
  nameOf: (item: T) => string,
  read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<string[]> => {
  const names: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 50; pages += 1) {
    const page = await read({ limit, ...(cursor === undefined ? {} : { cursor }) });
    names.push(...page.items.map(nameOf));
    if (page.next === undefined) {
      assert.equal(names.length, page.total);
      assert.deepEqual(names, names.toSorted());
      return names;
    }
    assert.equal(page.items.length, limit);
    cursor = page.next;
  }
  throw new Error('the list does not end');
};
const nameOf = ({ name }: { name: string }) => name;

suite('over the API', { concurrency: 10 }, () => {
  test('tenants have names of their own, and are listed by page and search', async () => {
    const { admin } = berth;
    for (const name of ['list-c', 'list-a', 'list-e', 'list-b', 'list-d'])
      await admin.createTenant({ body: { name, title: `T ${name}` } });
    await refusedWith('conflict', () => admin.createTenant({ body: { name: 'list-a', title: 'Another' } }));
    for (const name of ['', 'Upper', 'a_b', '-a', 'a-', 'x'.repeat(41), 'dot.ted', 'ten_0123456789abcdefghjkmnpqrs'])
      await refusedWith('invalid_request', () => admin.createTenant({ body: { name, title: 'T' } }));
    assert.deepEqual(
      await namesByPage(2, nameOf, (query) => admin.listTenants({ query: { ...query, search: 'list-' } })),
      ['list-a', 'list-b', 'list-c', 'list-d', 'list-e'],
    );
    assert.equal((await admin.listTenants({ query: { search: 'list_a' } })).total, 0);
    assert.equal((await admin.readTenant({ params: { tenant: 'list-a' } })).title, 'T list-a');
  });

  test('accounts have names of their own, and nobody is made an administrator by the way', async () => {
    const { admin } = berth;
    for (const name of ['acc-c', 'acc-a', 'acc-b'])
      assert.equal((await admin.createUser({ body: { name, password: 'a long enough password' } })).platformRole, null);
    await refusedWith('conflict', () =>
      admin.createUser({ body: { name: 'acc-a', password: 'a long enough password' } }),
    );
    await refusedWith('invalid_request', () => admin.createUser({ body: { name: 'acc-d', password: 'short' } }));
    assert.deepEqual(
      await namesByPage(2, nameOf, (query) => admin.listUsers({ query: { ...query, search: 'acc-' } })),
      ['acc-a', 'acc-b', 'acc-c'],
    );
    assert.equal(JSON.stringify(await admin.listUsers()).includes('argon2'), false);
  });

  test('a person has a role in a tenant from the moment it is given to the moment it is taken', async () => {
    const { admin } = berth;
    await admin.createTenant({ body: { name: 'roles', title: 'Roles' } });
    const person = await berth.addPerson('roles-person');
    const params = { tenant: 'roles', user: person.name };
    await refusedWith('not_found', () => person.client.readTenant({ params }));
    for (const role of ['viewer', 'operator', 'developer', 'tenant_admin'] as const) {
      assert.equal((await admin.setMember({ params, body: { role } })).role, role);
      assert.deepEqual(
        (await person.client.readCaller()).memberships.map(({ tenant, role: own }) => [tenant.name, own]),
        [['roles', role]],
      );
      const members = person.client.listMembers({ params });
      if (role === 'tenant_admin')
        assert.deepEqual(
          (await members).items.map(({ user }) => user.name),
          [person.name],
        );
      else await refusedWith('forbidden', () => members);
    }
    await refusedWith('wrong_state', () => admin.removeMember({ params }));
    await refusedWith('wrong_state', () => person.client.setMember({ params, body: { role: 'viewer' } }));
    const heir = await berth.addPerson('roles-heir', { roles: 'tenant_admin' });
    await heir.client.removeMember({ params });
    await refusedWith('not_found', () => person.client.readTenant({ params }));
    assert.deepEqual((await person.client.readCaller()).memberships, []);
    await refusedWith('not_found', () => heir.client.removeMember({ params }));
    await refusedWith('not_found', () =>
      admin.setMember({ params: { tenant: 'roles', user: 'nobody-there' }, body: { role: 'viewer' } }),
    );
  });

  test('members are listed by page and search', async () => {
    const { admin } = berth;
    await admin.createTenant({ body: { name: 'many', title: 'Many' } });
    for (const name of ['mem-b', 'mem-a', 'mem-c']) {
      await admin.createUser({ body: { name, password: 'a long enough password' } });
      await admin.setMember({ params: { tenant: 'many', user: name }, body: { role: 'viewer' } });
    }
    const params = { tenant: 'many' };
    assert.deepEqual(
      await namesByPage(
        2,
        ({ user }: { user: { name: string } }) => user.name,
        (query) => admin.listMembers({ params, query }),
      ),
      ['mem-a', 'mem-b', 'mem-c'],
    );
    assert.deepEqual(
      (await admin.listMembers({ params, query: { search: 'em-b' } })).items.map(({ user }) => user.name),
      ['mem-b'],
    );
  });

  test('environments belong to a tenant and a zone, with names of their own in the tenant', async () => {
    const { admin } = berth;
    await admin.createTenant({ body: { name: 'envs', title: 'Envs' } });
    await admin.createTenant({ body: { name: 'envs-too', title: 'Envs' } });
    await admin.createZone({ body: { name: 'far', title: '远' } });
    await refusedWith('conflict', () => admin.createZone({ body: { name: 'far', title: 'Far' } }));
    const params = { tenant: 'envs' };
    const body = (name: string) => ({ name, title: name, zone: 'far', kind: 'standalone' as const });
    for (const name of ['prod', 'dev', 'test']) await admin.createEnvironment({ params, body: body(name) });
    await refusedWith('conflict', () => admin.createEnvironment({ params, body: body('dev') }));
    await refusedWith('not_found', () => admin.createEnvironment({ params, body: { ...body('x'), zone: 'nowhere' } }));
    const same = await admin.createEnvironment({ params: { tenant: 'envs-too' }, body: body('dev') });
    assert.deepEqual([same.hosts, same.applications, same.zone.name], [{ total: 0, connected: 0 }, 0, 'far']);
    assert.deepEqual(await namesByPage(2, nameOf, (query) => admin.listEnvironments({ params, query })), [
      'dev',
      'prod',
      'test',
    ]);
    assert.deepEqual((await admin.listZones({ query: { search: 'fa' } })).items.map(nameOf), ['far']);
    const zone = (await admin.listZones({ query: { search: 'fa' } })).items[0];
    assert.equal(
      (await admin.createEnvironment({ params, body: { ...body('by-id'), zone: zone?.id ?? '' } })).zone.name,
      'far',
    );
    // Without a host a wish is taken and waits.
    await admin.setMember({ params: { ...params, user: 'ada' }, body: { role: 'developer' } });
    const place = { ...params, environment: 'dev' };
    const { operation } = await admin.publishApplication({
      params: place,
      body: publication('early', 'services:\n  web:\n    image: sim/web:1\n'),
    });
    assert.equal(operation.state, 'running');
    assert.equal((await admin.readEnvironment({ params: place })).applications, 1);
  });

  test('what the platform team allows in an environment holds from the next publish on', async () => {
    const { admin, place } = berth;
    const folder = (path: string) =>
      publication('allowed', `services:\n  web:\n    image: sim/web:1\n    volumes: ["${path}:/data"]\n`);
    assert.deepEqual(await admin.readEnvironmentSettings({ params: place }), {
      policyProfile: 'baseline',
      bindRoots: [],
    });
    await refusedWith('policy_violation', () =>
      admin.publishApplication({ params: place, body: folder('/srv/shared/x') }),
    );
    for (const root of ['relative', '/a/../etc', '/srv/./x', '/nul\u0000'])
      await refusedWith('invalid_request', () =>
        admin.setEnvironmentSettings({ params: place, body: { policyProfile: 'baseline', bindRoots: [root] } }),
      );
    await admin.setEnvironmentSettings({
      params: place,
      body: { policyProfile: 'baseline', bindRoots: ['/srv/shared'] },
    });
    await publishWell(berth, folder('/srv/shared/x'));
    for (const path of ['/srv/sharedx', '/srv', '/srv/shared/../../etc', '/etc'])
      await refusedWith('policy_violation', () => admin.publishApplication({ params: place, body: folder(path) }));
    const privileged = publication('allowed', 'services:\n  web:\n    image: sim/web:1\n    privileged: true\n');
    await refusedWith('policy_violation', () => admin.publishApplication({ params: place, body: privileged }));
    await admin.setEnvironmentSettings({ params: place, body: { policyProfile: 'privileged', bindRoots: [] } });
    await publishWell(berth, privileged);
    const tenantAdmin = await berth.addPerson('own-rules', { main: 'tenant_admin' });
    await refusedWith('forbidden', () =>
      tenantAdmin.client.setEnvironmentSettings({
        params: place,
        body: { policyProfile: 'privileged', bindRoots: ['/'] },
      }),
    );
    await admin.setEnvironmentSettings({ params: place, body: { policyProfile: 'baseline', bindRoots: [] } });
  });

  test('the loops of the server say what they did', async () => {
    const { admin } = berth;
    await publishWell(berth, publication('looped', 'services:\n  web:\n    image: sim/web:1\n'));
    const { id } = await admin.readApplication({ params: { ...berth.place, application: 'looped' } });
    const loop = (await admin.listLoops()).items.find(({ key }) => key === id);
    assert.ok(
      loop !== undefined && loop.runs > 0 && loop.lastError === null && loop.lastRunAt !== null,
      JSON.stringify(loop),
    );
  });
});
