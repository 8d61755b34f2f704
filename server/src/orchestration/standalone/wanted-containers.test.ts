import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSpec, ServiceSpec } from '@berth/contract/application-spec.ts';
import { aService, aSpec, environmentId, applicationId, want } from '#testing/applications.ts';
import { anonymousVolume, objectName, wantedContainers } from './wanted-containers.ts';

const hash = (text: string): string => text;
const networks = { default: { external: false, labels: {} }, back: { external: false, labels: {} } };
const first = (services: ApplicationSpec['services'], service = 'web') => {
  const found = wantedContainers(want(services, { networks }), hash).find((wanted) => wanted.service === service);
  assert.ok(found !== undefined);
  return found.spec;
};
const hashOf = (service: ServiceSpec, more: Parameters<typeof want>[1] = {}): string | undefined =>
  wantedContainers(want({ web: service }, { networks, ...more }), hash)[0]?.spec.owner.specHash;

test('wantedContainers gives every slot of every service a name and an owner of its own', () => {
  const desired = want({ web: aService({ replicas: 2 }), db: aService() }, { scale: { db: 0, web: 3 }, revision: 7 });
  assert.deepEqual(
    wantedContainers(desired, () => 'h').map(({ spec }) => ({ name: spec.name, owner: spec.owner })),
    [0, 1, 2].map((slot) => ({
      name: `berth-shop-web-${slot + 1}`,
      owner: {
        environment: environmentId,
        application: applicationId,
        applicationName: 'shop',
        key: 'web',
        slot,
        revision: 7,
        specHash: 'h',
      },
    })),
  );
});

const changes: Record<string, Partial<ServiceSpec>> = {
  image: { image: 'sim/web:2' },
  command: { command: ['a'] },
  'an empty command': { command: [] },
  entrypoint: { entrypoint: ['a'] },
  environment: { environment: { A: '1' } },
  'a variable unset': { environment: { A: null } },
  labels: { labels: { a: 'b' } },
  user: { user: '1' },
  hostname: { hostname: 'h' },
  'a port': { ports: [{ target: 80, protocol: 'tcp', published: { from: 80, to: 80 } }] },
  'a mount': { mounts: [{ kind: 'volume', volume: 'data', target: '/d', readOnly: false }] },
  'another network': { networks: { back: { aliases: [] } } },
  'an alias': { networks: { default: { aliases: ['x'] } } },
  'a network mode': { networks: {}, networkMode: 'none' },
  'the restart policy': { restart: { policy: 'always' } },
  'the health check': { healthcheck: { test: ['CMD', 'true'] } },
  memory: { memoryBytes: 1 },
  capabilities: { capDrop: ['ALL'] },
  'the container name': { containerName: 'x' },
  'the stop signal': { stopSignal: 'SIGINT' },
};
for (const [what, change] of Object.entries(changes))
  test(`wantedContainers gives another hash for ${what}`, () => {
    assert.notEqual(hashOf(aService(change)), hashOf(aService()));
  });

test('wantedContainers gives another hash when a network of the service changes', () => {
  const internal = { ...networks, default: { external: false, labels: {}, internal: true } };
  assert.notEqual(hashOf(aService(), { networks: internal }), hashOf(aService()));
  const unused = { ...networks, back: { external: false, labels: {}, internal: true } };
  assert.equal(hashOf(aService(), { networks: unused }), hashOf(aService()));
});

test('wantedContainers keeps the hash through what a container need not be made anew for', () => {
  const same = hashOf(aService());
  assert.equal(hashOf(aService({ replicas: 3 })), same, 'how many there are');
  assert.equal(hashOf(aService({ pullPolicy: 'always' })), same, 'when its image is pulled');
  assert.equal(hashOf(aService(), { revision: 9 }), same, 'the revision');
  assert.equal(hashOf(aService(), { wishOpen: true, state: 'stopped' }), same, 'the wish');
});

test('wantedContainers gives the hash whatever the order of keys', () => {
  const turned = Object.fromEntries(Object.entries(aService()).reverse()) as ServiceSpec;
  assert.equal(hashOf(turned), hashOf(aService()));
  assert.equal(
    hashOf(aService({ environment: { B: '2', A: '1' } })),
    hashOf(aService({ environment: { A: '1', B: '2' } })),
  );
});

test('objectName gives names of the file to the whole environment, and others to the application alone', () => {
  assert.equal(objectName('shop', 'data', { external: false }), 'berth-shop_data');
  assert.equal(objectName('shop', 'data', undefined), 'berth-shop_data');
  assert.equal(objectName('shop', 'data', { external: false, name: 'kept' }), 'berth_kept');
  assert.equal(objectName('shop', 'data', { external: true }), 'berth_data');
  assert.equal(objectName('shop', 'host', { external: true, name: 'host' }), 'berth_host', 'never the engine’s own');
});

test('wantedContainers names volumes for the engine and keeps what an anonymous one holds to its slot', () => {
  const web = aService({
    replicas: 2,
    mounts: [
      { kind: 'volume', volume: 'data', target: '/data', readOnly: false },
      { kind: 'volume', target: '/var/lib/x', readOnly: false },
      { kind: 'tmpfs', target: '/tmp' },
    ],
  });
  const mounts = wantedContainers(want({ web }), hash).map(({ spec }) =>
    spec.mounts.map((mount) => (mount.kind === 'volume' ? mount.volume : mount.target)),
  );
  assert.deepEqual(mounts[0]?.[0], 'berth-shop_data');
  assert.deepEqual(mounts[1]?.[0], 'berth-shop_data');
  assert.notEqual(mounts[0]?.[1], mounts[1]?.[1]);
  assert.equal(mounts[0]?.[1], 'berth-shop.web.1-var-lib-x');
  assert.equal(mounts[0]?.[2], '/tmp');
});

test('anonymousVolume gives different folders, services and slots different volumes', () => {
  const names = [
    anonymousVolume('shop', 'web', 0, '/a/b'),
    anonymousVolume('shop', 'web', 0, '/a-b'),
    anonymousVolume('shop', 'web', 0, '/a'),
    anonymousVolume('shop', 'web', 1, '/a'),
    anonymousVolume('shop', 'web-1', 0, '/a'),
    anonymousVolume('shop', 'db', 0, '/a'),
    objectName('shop', 'web-1-a', { external: false }),
  ];
  assert.equal(new Set(names).size, names.length, names.join(' '));
  for (const name of names) assert.match(name, /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, 'the engine takes it');
});

test('wantedContainers borrows the mounts of another service, its own first, read-only when asked', () => {
  const spec = first({
    web: aService({
      mounts: [{ kind: 'volume', volume: 'mine', target: '/data', readOnly: false }],
      volumesFrom: [{ service: 'db', readOnly: true }],
    }),
    db: aService({
      mounts: [
        { kind: 'volume', volume: 'theirs', target: '/data', readOnly: false },
        { kind: 'volume', volume: 'logs', target: '/logs', readOnly: false },
        { kind: 'tmpfs', target: '/run' },
      ],
      volumesFrom: [{ service: 'web', readOnly: false }],
    }),
  });
  assert.deepEqual(spec.mounts, [
    { kind: 'volume', volume: 'berth-shop_mine', target: '/data', readOnly: false },
    { kind: 'volume', volume: 'berth-shop_logs', target: '/logs', readOnly: true },
    { kind: 'tmpfs', target: '/run' },
  ]);
});

test('wantedContainers gives a service its name, its asked names and its links on its networks', () => {
  const services = {
    web: aService({ links: [{ service: 'db', alias: 'database' }] }),
    db: aService({ containerName: 'old-db', networks: { default: { aliases: ['sql'] } } }),
  };
  assert.deepEqual(first(services, 'db').networks, [
    { name: 'berth-shop_default', aliases: ['database', 'db', 'old-db', 'sql'] },
  ]);
});

test('wantedContainers attaches networks by priority, then by name', () => {
  const web = aService({
    networks: { default: { aliases: [] }, back: { aliases: [] }, zed: { aliases: [], priority: 10, ipv4: '10.0.0.2' } },
  });
  assert.deepEqual(
    first({ web }).networks.map(({ name, ipv4 }) => [name, ipv4]),
    [
      ['berth-shop_zed', '10.0.0.2'],
      ['berth-shop_back', undefined],
      ['berth-shop_default', undefined],
    ],
  );
});

test('wantedContainers hands the engine nothing of how the application is put together', () => {
  const spec = first({ web: aService({ links: [{ service: 'db', alias: 'x' }], volumesFrom: [] }), db: aService() });
  for (const key of [
    'mounts',
    'networks',
    'networkMode',
    'replicas',
    'dependsOn',
    'links',
    'pullPolicy',
    'volumesFrom',
  ])
    assert.ok(!(key in spec.service), key);
  assert.equal(spec.networkMode, undefined);
  assert.deepEqual(aSpec({}).services, {});
});
