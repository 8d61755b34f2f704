// The sweep: every route of the table, asked by nobody, by strangers, by members of another tenant and by every role. What
// should come out is computed from the route's `needs` and the roles as data, never written down a second time.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import { idPrefixes } from '@berth/contract/ids.ts';
import { grants, roleMay, tenantRoles, type Action, type ResourceKind, type Role } from '@berth/contract/roles.ts';
import { ask, parametersOf, routeNames, routeOf, type RouteName } from '#harness/ask.ts';
import { containersOf, publication, publishAndWait, type Place } from '#harness/berth.ts';
import { startSimulatedBerth, type Person, type SimulatedBerth } from '#harness/simulated-berth.ts';
import {
  doomed,
  hookNamed,
  jobNamed,
  leaver,
  openToAnyone,
  openToEverySession,
  openToSignatures,
  samples,
  toy,
} from './route-samples.ts';

type Parameters = Readonly<Record<string, string>>;
/** Everything a path can name, below one tenant: by id and by name. */
interface Things {
  readonly ids: Parameters;
  readonly names: Parameters;
}

const mine: Place = { tenant: 'main', environment: 'local' };
const mineToo: Place = { tenant: 'main', environment: 'second' };
const theirs: Place = { tenant: 'other', environment: 'prod' };
const compose = 'services:\n  web:\n    image: sim/web:1\n';

let berth: SimulatedBerth;
const people = new Map<Role | 'nobody', Person>();
let own: Things;
let sibling: Things;
let foreign: Things;

before(async () => {
  berth = await startSimulatedBerth();
  await berth.addHost(mineToo);
  await berth.addHost(theirs);
  for (const role of tenantRoles) people.set(role, await berth.addPerson(role.replace('_', '-'), { main: role }));
  people.set('nobody', await berth.addPerson('nobody'));
  const member = await berth.addPerson('their-member', { other: 'tenant_admin' });
  for (const tag of [...tenantRoles, 'platform_admin'] as const) {
    const name = leaver(tag.replace('_', '-'));
    await berth.admin.createUser({ body: { name, password: 'a long enough password' } });
    await berth.admin.setMember({ params: { tenant: 'main', user: name }, body: { role: 'viewer' } });
  }
  const publish = (person: Person, place: Place, name: string) =>
    publishAndWait(person.client, place, publication(name, compose));
  const admin = personOf('tenant_admin');
  await Promise.all([
    publish(admin, mine, 'shop'),
    publish(admin, mine, toy),
    publish(admin, mineToo, 'shop-too'),
    publish(member, theirs, 'their-shop'),
    ...tenantRoles.map((role) => publish(admin, mine, doomed(role.replace('_', '-')))),
  ]);
  for (const tag of tenantRoles.map((role) => doomed(role.replace('_', '-')))) {
    await admin.client.createJob({ params: { ...mine, application: 'shop' }, body: jobNamed(tag) });
    await admin.client.createHook({ params: { ...mine, application: 'shop' }, body: hookNamed(tag) });
  }
  own = await thingsOf(admin, mine, 'shop');
  sibling = await thingsOf(admin, mineToo, 'shop-too');
  foreign = await thingsOf(member, theirs, 'their-shop');
});
after(() => berth?.close());

const personOf = (role: Role | 'nobody'): Person => {
  const person = people.get(role);
  assert.ok(person !== undefined, `there is a ${role}`);
  return person;
};

const thingsOf = async ({ client, id, name }: Person, place: Place, application: string): Promise<Things> => {
  const environment = await client.readEnvironment({ params: place });
  const tenant = await client.readTenant({ params: place });
  const host = (await client.listHosts({ params: place })).items[0];
  const container = await eventually(async () => (await containersOf(client, place, application))[0], {
    withinMs: 5_000,
    because: 'the container is seen',
  });
  const operation = (await client.listOperations({ params: place, query: { application } })).items[0];
  const { id: applicationId } = await client.readApplication({ params: { ...place, application } });
  assert.ok(host !== undefined && operation !== undefined);
  const params = { ...place, application };
  const job = await client.createJob({ params, body: jobNamed(`nightly-${application}`) });
  const run = await client.runJob({ params: { ...params, job: job.id } });
  const { hook } = await client.createHook({ params, body: hookNamed(`deploy-${application}`) });
  const shared = { operation: operation.id, number: '1', run: run.id };
  return {
    ids: {
      tenant: tenant.id,
      environment: environment.id,
      host: host.id,
      application: applicationId,
      container: container.id,
      user: id,
      job: job.id,
      hook: hook.id,
      ...shared,
    },
    names: {
      ...place,
      host: host.name,
      application,
      container: container.name,
      user: name,
      job: job.name,
      hook: hook.name,
      ...shared,
    },
  };
};

const pick = (name: RouteName, from: Parameters): Record<string, string> =>
  Object.fromEntries(parametersOf(name).map((parameter) => [parameter, from[parameter] ?? '']));

/** The sample of a route, asked for those things. */
const askSample = (name: RouteName, person: Person | undefined, params: Parameters, tag = 'x') => {
  const sample = samples[name];
  return ask(berth.url, name, {
    key: person?.key,
    params: pick(name, params),
    query: sample.query,
    body: sample.body?.(tag),
  });
};

const needsOf = (name: RouteName): { action: Action; kind: ResourceKind } | undefined => {
  const { needs } = routeOf(name);
  return typeof needs === 'string' ? undefined : (needs as { action: Action; kind: ResourceKind });
};
const guarded = routeNames.filter((name) => needsOf(name) !== undefined);
const inTenant = guarded.filter((name) => parametersOf(name).includes('tenant'));

suite('the sweep', { concurrency: 8 }, () => {
  test('has a sample for every route, and for nothing else', () => {
    assert.deepEqual(Object.keys(samples).sort(), [...routeNames].sort());
  });

  test('knows every route that needs no session, or no more than one', () => {
    const named = (needs: string) => routeNames.filter((name) => routeOf(name).needs === needs);
    assert.deepEqual(named('anyone').sort(), [...openToAnyone].sort());
    assert.deepEqual(named('session').sort(), [...openToEverySession].sort());
    assert.deepEqual(named('signature').sort(), [...openToSignatures].sort());
    assert.deepEqual(named('docker-server'), [], 'a Docker Server’s verbs are not of the public table');
  });

  for (const name of routeNames.filter((route) => !openToAnyone.includes(route) && !openToSignatures.includes(route)))
    test(`${name} answers 401 without a session, and tells nothing by the way`, async () => {
      const keys = [undefined, 'berthkey_nobody_has_this_key_at_all_00000000000', personOf('viewer').id];
      for (const [things, key] of keys.flatMap((key) => [[own.ids, key] as const, [foreign.names, key] as const])) {
        const answer = await ask(berth.url, name, {
          key,
          params: pick(name, things),
          query: samples[name].query,
          body: samples[name].body?.('a'),
        });
        assert.deepEqual([answer.status, answer.code, answer.message], [401, 'unauthenticated', 'Sign in first']);
      }
    });

  for (const name of openToSignatures)
    test(`${name} answers 401 without a signature, the same for what is there and what is not`, async () => {
      const answers = [];
      for (const hook of [own.ids['hook'], foreign.ids['hook'], randomId('hook'), 'deploy', '%'])
        for (const key of [undefined, personOf('tenant_admin').key]) {
          const answer = await ask(berth.url, name, { key, params: { hook: hook ?? '' }, body: {} });
          answers.push([answer.status, answer.code, answer.message]);
        }
      assert.deepEqual(answers[0]?.slice(0, 2), [401, 'unauthenticated']);
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });

  for (const name of inTenant)
    test(`${name} gives the same 404 for what is another’s and what is not there, at every place of its path`, async () => {
      const admin = personOf('tenant_admin');
      const body = samples[name].body?.('b');
      const answerTo = async (params: Parameters) => {
        const { status, code, message } = await ask(berth.url, name, {
          key: admin.key,
          params,
          query: samples[name].query,
          body,
        });
        return { status, code, message };
      };
      for (const [what, variants] of wrongWays(name)) {
        const answers = [];
        for (const params of variants) answers.push(await answerTo(params));
        for (const [at, answer] of answers.entries()) {
          const said = `${what}: ${JSON.stringify(variants[at])}`;
          assert.deepEqual([answer.status, answer.code], [404, 'not_found'], said);
          assert.deepEqual(answer, answers[0], said);
        }
      }
    });

  test('finds the same things by id and by name where they are one’s own', async () => {
    const reads = inTenant.filter(
      (name) =>
        routeOf(name).method === 'GET' &&
        routeOf(name).transport === 'json' &&
        needsOf(name)?.kind !== 'environment.settings',
    );
    for (const name of reads) {
      const [byId, byName] = [
        await askSample(name, personOf('tenant_admin'), own.ids),
        await askSample(name, personOf('tenant_admin'), own.names),
      ];
      assert.equal(byId.status, 200, name);
      assert.equal(byName.status, 200, name);
    }
  });

  test('takes another’s id in a query for one that is not there', async () => {
    const { client } = personOf('tenant_admin');
    const random = randomId('application');
    for (const application of [
      foreign.ids['application'],
      foreign.names['application'],
      sibling.ids['application'],
      random,
      'nothing-here',
    ]) {
      const query = { application: application ?? '' };
      assert.deepEqual(await client.listContainers({ params: mine, query }), { items: [], total: 0 });
      assert.deepEqual(await client.listOperations({ params: mine, query }), { items: [], total: 0 });
    }
    // What a query asks for comes after what one may see.
    for (const search of ['their', 'other', foreign.ids['tenant'] ?? '']) {
      assert.equal((await client.listApplications({ params: mine, query: { search } })).total, 0);
      assert.equal((await client.listContainers({ params: mine, query: { search } })).total, 0);
    }
  });

  test('counts and names in one’s own tenant only', async () => {
    const { client } = personOf('tenant_admin');
    assert.deepEqual(
      (await client.listEnvironments({ params: { tenant: 'main' } })).items.map(({ name }) => name),
      ['local', 'second'],
    );
    const caller = await client.readCaller();
    assert.deepEqual(
      caller.memberships.map(({ tenant }) => tenant.name),
      ['main'],
    );
    // A name that another tenant uses is free.
    const { problems } = await client.previewApplication({ params: mine, body: publication('their-shop', compose) });
    assert.deepEqual(problems, []);
  });
});

/** Ways to ask for something that is not there for this caller: at each place of the path, and mixed. */
const wrongWays = (name: RouteName): [string, Record<string, string>[]][] => {
  // Accounts belong to no tenant: to give a person a role, they are named. A number is no secret.
  const places = parametersOf(name).filter(
    (place) => place !== 'number' && !(name === 'setMember' && place === 'user'),
  );
  const right = { ...pick(name, own.ids), ...(name === 'setMember' ? { user: leaver('viewer') } : {}) };
  const at = (place: string): Record<string, string>[] => [
    { ...right, [place]: foreign.ids[place] ?? '' },
    { ...right, [place]: place === 'host' ? 'no-such-host' : (foreign.names[place] ?? '') },
    ...(['environment', 'user', 'tenant', 'host'].includes(place)
      ? []
      : [{ ...right, [place]: sibling.ids[place] ?? '' }]),
    { ...right, [place]: place === 'container' ? 'f'.repeat(64) : randomId(place) },
    { ...right, [place]: 'nothing-here' },
    { ...right, [place]: '%' },
    { ...right, [place]: (own.ids[place] ?? '').slice(0, -1) },
  ];
  const [first = '', ...rest] = places;
  const below = Object.fromEntries(rest.map((place) => [place, foreign.ids[place] ?? '']));
  const mixed = [
    { ...right, ...below, [first]: foreign.ids[first] ?? '' },
    { ...right, ...pick(name, foreign.names), ...(name === 'setMember' ? { user: leaver('viewer') } : {}) },
    { ...right, [first]: foreign.ids[first] ?? '' },
    // Who may take members out of the tenant is told, in other words, that somebody is none.
    ...(rest.length === 0 || name === 'removeMember' ? [] : [{ ...right, ...below }]),
  ];
  return [...places.map((place): [string, Record<string, string>[]] => [place, at(place)]), ['mixed', mixed]];
};

const randomId = (place: string): string =>
  `${idPrefixes[place as keyof typeof idPrefixes] ?? 'usr'}_0123456789abcdefghjkmnpqrs`;

suite('every role', { concurrency: 4 }, () => {
  for (const role of [...tenantRoles, 'nobody'] as const)
    test(`${role} may do on its tenant what the policy says, and nothing else`, async () => {
      const person = personOf(role);
      for (const name of guarded)
        await holdTo(name, role === 'nobody' ? [] : [role], person, own.ids, role.replace('_', '-'));
    });

  test('viewer changes nothing, whatever the policy comes to say', async () => {
    const changing = inTenant.filter((name) => routeOf(name).method !== 'GET');
    for (const name of [...changing, 'readFiles', 'listMembers', 'readEnvironmentSettings'] as const) {
      const answer = await askSample(name, personOf('viewer'), own.ids, 'no');
      assert.deepEqual([answer.status, answer.code], [403, 'forbidden'], name);
    }
  });

  test('platform_admin may do on a tenant of others what the policy says, and nothing else', async () => {
    const ada: Person = { id: '', name: 'ada', key: berth.adminKey, client: berth.admin };
    for (const name of guarded) await holdTo(name, ['platform_admin'], ada, foreign.ids, 'platform-admin');
  });
});

const holdTo = async (name: RouteName, roles: readonly Role[], person: Person, things: Parameters, tag: string) => {
  const needs = needsOf(name);
  assert.ok(needs !== undefined);
  const allowed = roles.some((role) => roleMay(role, needs.action, needs.kind));
  const expected = allowed ? 'good' : mayKnow(roles, needs.kind) ? '403 forbidden' : '404 not_found';
  const sample = samples[name];
  const used =
    allowed && person.name !== 'ada'
      ? (sample.params?.(tag) ?? {})
      : name === 'setMember' || name === 'removeMember'
        ? { user: leaver(tag) }
        : {};
  // To remove somebody who is no member is `not_found` for those who may remove.
  if (name === 'removeMember' && allowed && person.name === 'ada')
    await berth.admin.setMember({
      params: { tenant: things['tenant'] ?? '', user: leaver(tag) },
      body: { role: 'viewer' },
    });
  const answer = await askSample(name, person, { ...things, ...used }, tag);
  // What fails for the state of things has passed the policy.
  const isPast = answer.status < 300 || answer.status === 409 || answer.code === 'impossible_plan';
  const got = isPast ? 'good' : `${answer.status} ${answer.code}`;
  assert.equal(got, expected, `${name} (${needs.action} on ${needs.kind}): ${answer.status} ${answer.message}`);
  if (expected === '403 forbidden')
    assert.match(answer.message ?? '', new RegExp(`needs ${needs.action} on ${needs.kind.replace('.', '\\.')}`));
};

/** As the policy has it: collections of the platform are no secret; a thing is known to those who may read it. */
const mayKnow = (roles: readonly Role[], kind: ResourceKind): boolean => {
  const [base = ''] = kind.split('.');
  return (
    base === 'platform' ||
    base === 'zone' ||
    roles.some((role) => grants[role][base as ResourceKind]?.includes('read') ?? false)
  );
};
