import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeClient } from '@berth/contract/client.ts';
import { dockerServerApi } from '@berth/contract/docker-server-api.ts';
import { authorize } from '#authz/authorize.ts';
import { readApplication } from '#applications/application-store.ts';
import type { DockerServerLink } from '#hosts/docker-server-links.ts';
import { openPlace } from '#testing/database.ts';
import { adoptPending } from './adopt-pending.ts';

const adopted = {
  networks: { default: 'shop_default' },
  volumes: { data: 'shop_data' },
  containers: [{ id: 'c1', service: 'web', slot: 0, specHash: 'h' }],
};

const begin = async (t: TestContext) => {
  const opened = await openPlace();
  t.after(() => opened.db.destroy());
  const tenant = await opened.tenant('acme');
  const environment = await opened.environment(tenant, 'prod');
  const application = await opened.application(tenant, environment, 'shop');
  const host = await opened.host(environment, 'alpha');
  await opened.db
    .updateTable('applications')
    .set({ adopted: JSON.stringify(adopted) })
    .execute();
  const system = opened.systemContext('reconciler');
  const allowed = await authorize(system, opened.db, 'modify', 'application', { tenant, environment, application });
  const asked: unknown[] = [];
  const trouble: { next: PlatformError | undefined } = { next: undefined };
  const link: DockerServerLink = {
    host,
    hostName: 'alpha',
    environment,
    // A Docker Server that hears, and says nothing but yes.
    client: () =>
      makeClient(dockerServerApi, 'http://host', async (_, init) => {
        if (trouble.next !== undefined) throw trouble.next;
        asked.push(JSON.parse(typeof init.body === 'string' ? init.body : ''));
        return new Response('{}', { headers: { 'content-type': 'application/json' } });
      }),
    closed: new AbortController().signal,
    close: () => undefined,
  };
  const pass = async () =>
    adoptPending(opened.db, allowed, await readApplication(opened.db, allowed), link, { environment, number: 1 });
  const left = async () =>
    JSON.parse((await opened.db.selectFrom('applications').select('adopted').executeTakeFirstOrThrow()).adopted);
  return { ...opened, application, environment, asked, trouble, pass, left };
};

test('adoptPending tells the Docker Server once, and keeps the names', async (t) => {
  const { application, environment, asked, pass, left } = await begin(t);
  assert.equal(await pass(), true);
  assert.equal(await pass(), false);
  const owner = (key: string) => ({ environment, application, applicationName: 'shop', key });
  assert.deepEqual(asked, [
    {
      containers: [{ id: 'c1', owner: { ...owner('web'), slot: 0, revision: 1, specHash: 'h' } }],
      networks: [{ name: 'shop_default', owner: owner('default') }],
      volumes: [{ name: 'shop_data', owner: owner('data') }],
    },
  ]);
  const { containers: _, ...names } = adopted;
  assert.deepEqual(await left(), names);
});

test('adoptPending asks again after a Docker Server that did not answer', async (t) => {
  const { asked, trouble, pass, left } = await begin(t);
  trouble.next = new PlatformError('host_unreachable', 'away');
  await assert.rejects(pass());
  assert.deepEqual(await left(), adopted);
  trouble.next = undefined;
  assert.equal(await pass(), true);
  assert.equal(asked.length, 1);
});

test('adoptPending leaves all as it is for an application that is to go', async (t) => {
  const { db, asked, pass } = await begin(t);
  await db.updateTable('applications').set({ desired_state: 'removed' }).execute();
  assert.equal(await pass(), false);
  assert.deepEqual(asked, []);
});
