import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import type { Container } from '@berth/contract/containers.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { sendJson, startFakeServer } from '#testing/fake-server.ts';
import { sampleContainer } from '#testing/sample-container.ts';
import { findContainer, findContainers } from './find-containers.ts';

const place = { tenant: 'main', environment: 'local' };
const base = '/v1/tenants/main/environments/local';

const containers: readonly Container[] = [
  sampleContainer('shop-web-2', { id: 'abcdef02', slot: 1 }),
  sampleContainer('shop-web-1', { id: 'abcdef01', slot: 0, state: 'exited' }),
  sampleContainer('shop-db-1', { id: '12345678', service: 'db' }),
];

/** A server with the application `shop`, and `empty` without containers. */
const startShop = () =>
  startFakeServer((path, _request, response) => {
    const { pathname, searchParams } = new URL(path, 'http://x');
    const name = pathname.split('/').at(-1) ?? '';
    const known = containers.find((container) => container.name === name || container.id === name);
    if (pathname === base) sendJson(response, {});
    else if (pathname === `${base}/containers`) {
      const application = searchParams.get('application');
      const service = searchParams.get('service');
      const items =
        application === 'empty' ? [] : containers.filter((item) => service === null || item.service === service);
      sendJson(response, { items, total: items.length });
    } else if (pathname.startsWith(`${base}/applications/`) && ['shop', 'empty'].includes(name)) sendJson(response, {});
    else if (pathname.startsWith(`${base}/containers/`) && known !== undefined) sendJson(response, known);
    else sendJson(response, { error: { code: 'not_found', message: 'Not here' } }, 404);
  });

const found: Record<string, { named: string; names: readonly string[] }> = {
  'takes an application as all of its containers, by service and number': {
    named: 'shop',
    names: ['shop-db-1', 'shop-web-1', 'shop-web-2'],
  },
  'takes a service of an application': { named: 'shop/web', names: ['shop-web-1', 'shop-web-2'] },
  'counts the containers of a service from 1': { named: 'shop/web/2', names: ['shop-web-2'] },
  'takes a container by name': { named: 'shop-db-1', names: ['shop-db-1'] },
  'takes a container by the beginning of its id': { named: '123456', names: ['shop-db-1'] },
  'takes an application that has no containers': { named: 'empty', names: [] },
};
for (const [name, row] of Object.entries(found))
  test(`findContainers ${name}`, async (t) => {
    const server = await startShop();
    t.after(server.close);
    const target = await findContainers(server.session(makeFakeMachine()), place, row.named);
    assert.deepEqual(
      target.containers.map((container) => container.name),
      row.names,
    );
  });

const missing: Record<string, { named: string; code: string }> = {
  'finds no service that is not there': { named: 'shop/nope', code: 'not_found' },
  'finds no number that is not there': { named: 'shop/web/3', code: 'not_found' },
  'finds no application that is not there': { named: 'nope/web', code: 'not_found' },
  'finds nothing by a name that is nobody’s': { named: 'nope', code: 'not_found' },
  'does not guess between two ids': { named: 'abcdef', code: 'invalid_request' },
  'refuses a number that is none': { named: 'shop/web/0', code: 'invalid_request' },
  'refuses a name with too many parts': { named: 'a/b/1/d', code: 'invalid_request' },
};
for (const [name, { named, code }] of Object.entries(missing))
  test(`findContainers ${name}`, async (t) => {
    const server = await startShop();
    t.after(server.close);
    await assert.rejects(
      findContainers(server.session(makeFakeMachine()), place, named),
      (thrown) => thrown instanceof PlatformError && thrown.code === code,
    );
  });

test('findContainers tells an unknown environment from an unknown name', async (t) => {
  const server = await startShop();
  t.after(server.close);
  await assert.rejects(
    findContainers(server.session(makeFakeMachine()), { ...place, environment: 'other' }, 'nope'),
    (thrown) => thrown instanceof ApiError && thrown.code === 'not_found',
  );
});

test('findContainer takes one that runs', async (t) => {
  const server = await startShop();
  t.after(server.close);
  assert.equal((await findContainer(server.session(makeFakeMachine()), place, 'shop/web')).name, 'shop-web-2');
});
