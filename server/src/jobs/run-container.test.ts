import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSpec, ServiceSpec } from '@berth/contract/application-spec.ts';
import type { Id } from '@berth/contract/ids.ts';
import { desiredFor, runContainer, type RunContainer } from './run-container.ts';

const service = (more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  image: 'shop/api:1',
  pullPolicy: 'missing',
  command: ['serve'],
  entrypoint: ['/entry'],
  environment: { LEVEL: 'info', DB: 'db' },
  labels: { team: 'shop' },
  ports: [{ target: 80, protocol: 'tcp', published: { from: 8080, to: 8080 } }],
  expose: [],
  mounts: [
    { kind: 'volume', volume: 'data', target: '/data', readOnly: false },
    { kind: 'volume', target: '/cache', readOnly: false },
  ],
  networks: { default: { aliases: ['api'], ipv4: '10.9.0.5', macAddress: '02:42:00:00:00:01' } },
  links: [],
  dependsOn: {},
  restart: { policy: 'always' },
  healthcheck: { test: ['CMD', 'true'] },
  replicas: 3,
  hostname: 'api',
  containerName: 'the-api',
  memoryBytes: 64e6,
  ...more,
});
const spec = (more: Partial<ServiceSpec> = {}): ApplicationSpec => ({
  services: { api: service(more), db: service({ mounts: [] }) },
  networks: { default: { external: false, labels: {} } },
  volumes: { data: { external: false, labels: {} } },
});
const application = {
  id: 'app_1' as Id<'application'>,
  name: 'shop',
  environment: 'env_1' as Id<'environment'>,
};
const hash = (text: string): string => `hash of ${text}`;
const make = (run: Partial<RunContainer> = {}, more: Partial<ServiceSpec> = {}, image?: string) => {
  const asked = { run: 'run_0123456789abcdefgh', service: 'api', command: null, environment: {}, ...run };
  return runContainer(
    desiredFor(application, asked.service, { number: 4, spec: spec(more), images: {} }),
    asked,
    image,
    hash,
  );
};

test('runContainer keeps what the service stands on', () => {
  const made = make();
  assert.deepEqual(
    made?.mounts.map((mount) => [mount.target, mount.kind === 'volume' && mount.volume]),
    [
      ['/data', 'berth-shop_data'],
      ['/cache', 'berth-shop.api.1-cache'],
    ],
  );
  assert.deepEqual(made?.service.memoryBytes, 64e6);
  assert.deepEqual(made?.service.labels, { team: 'shop' });
  assert.deepEqual(made?.service.entrypoint, ['/entry']);
});

test('runContainer takes no part in the service', () => {
  const made = make();
  assert.deepEqual(made?.service.ports, []);
  assert.deepEqual(made?.service.restart, { policy: 'no' });
  assert.deepEqual(made?.service.healthcheck, { test: ['NONE'] });
  assert.deepEqual(made?.networks, [{ name: 'berth-shop_default', aliases: [] }], 'no alias and no address of its own');
  assert.equal(made?.service.hostname, undefined);
  assert.equal(made?.service.containerName, undefined);
});

test('runContainer is named and labelled after its run', () => {
  const made = make();
  assert.equal(made?.name, 'berth-shop-api-run-abcdefgh');
  assert.deepEqual(made?.owner, {
    environment: 'env_1',
    application: 'app_1',
    applicationName: 'shop',
    key: 'api',
    slot: 0,
    revision: 4,
    specHash: 'hash of run_0123456789abcdefgh',
    run: 'run_0123456789abcdefgh',
  });
});

test('runContainer is the same container for a run, whatever the application becomes', () =>
  assert.equal(make()?.owner.specHash, make({}, { image: 'shop/api:2' })?.owner.specHash));

test('runContainer takes another command, and variables over those of the service', () => {
  const made = make({ command: ['migrate', '--all'], environment: { LEVEL: 'debug', EXTRA: '1' } });
  assert.deepEqual(made?.service.command, ['migrate', '--all']);
  assert.deepEqual(made?.service.environment, { LEVEL: 'debug', DB: 'db', EXTRA: '1' });
});

test('runContainer takes the service’s own command where none is given', () =>
  assert.deepEqual(make()?.service.command, ['serve']));

test('runContainer is made from the image its revision stands for', () => {
  assert.equal(make()?.service.image, 'shop/api:1');
  assert.equal(make({}, {}, 'sha256:abc')?.service.image, 'sha256:abc');
});

test('runContainer shares the network of the service it names', () => {
  const made = make({}, { networks: {}, networkMode: 'service:db' });
  assert.equal(made?.networkMode, 'service:db');
  assert.deepEqual(made?.networks, []);
});

test('runContainer is undefined for a service that is no more', () =>
  assert.equal(make({ service: 'worker' }), undefined));
