import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSpec } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import recorded from './recorded/full-inspect.json' with { type: 'json' };
import { fullSpec } from './recorded/full-spec.ts';
import { toCreateBody, toEndpoint } from './to-engine.ts';

type Service = ContainerSpec['service'];
const of = (service: Partial<Service>, parts: Partial<ContainerSpec> = {}) =>
  toCreateBody({ ...fullSpec, ...parts, service: { ...fullSpec.service, ...service } }, {});

test('toCreateBody says what a real engine understood the same way', () => {
  const body = toCreateBody(fullSpec, { 'io.berth.stray': 'x' });
  // Whatever we set, the engine shows again when it is asked; a key it did not know would be missing there.
  for (const [key, value] of Object.entries(body)) {
    if (key === 'HostConfig' || key === 'NetworkingConfig' || key === 'Labels') continue;
    assert.deepEqual(recorded.Config[key as keyof typeof recorded.Config], value, key);
  }
  for (const [key, value] of Object.entries(body.HostConfig))
    assert.deepEqual(recorded.HostConfig[key as keyof typeof recorded.HostConfig], value, key);
  assert.deepEqual(recorded.NetworkSettings.Networks.shop_front.Aliases.slice(0, 2), ['web', 'shop-web']);
});

test('toCreateBody sets our labels last and blanks those of the image', () => {
  const labels = toCreateBody(fullSpec, { 'io.berth.stray': 'x', 'IO.Berth.slot': '9', version: '1' })['Labels'];
  assert.deepEqual(labels, {
    'io.berth.stray': '',
    'IO.Berth.slot': '',
    'com.example.tier': 'front',
    'io.berth.environment': 'env_1',
    'io.berth.application': 'app_1',
    'io.berth.application-name': 'shop',
    'io.berth.key': 'web',
    'io.berth.spec-hash': 'abc',
    'io.berth.slot': '1',
    'io.berth.revision': '4',
  });
});

const refused: Record<string, Partial<Service>> = {
  'a label of ours': { labels: { 'io.berth.environment': 'env_2' } },
  'a label of ours in other letters': { labels: { 'IO.BERTH.key': 'x' } },
  'a port to expose that is none': { expose: ['http'] },
  'a range to expose that runs backwards': { expose: ['90-80'] },
  'a range to expose without end': { expose: ['1-65535'] },
};
for (const [name, service] of Object.entries(refused))
  test(`toCreateBody refuses ${name}`, () =>
    assert.throws(
      () => of(service),
      (thrown) => thrown instanceof PlatformError && thrown.code === 'invalid_request',
    ));

const partial: Record<string, { service?: Partial<Service>; parts?: Partial<ContainerSpec>; is: object }> = {
  'leaves the image’s command and entrypoint alone': {
    service: { command: null, entrypoint: null },
    is: { Cmd: undefined, Entrypoint: undefined },
  },
  'clears the image’s entrypoint': { service: { entrypoint: [] }, is: { Entrypoint: [''] } },
  'unsets a variable of the image': { service: { environment: { A: null, B: 'x' } }, is: { Env: ['A', 'B=x'] } },
  'takes the image’s health test with times of its own': {
    service: { healthcheck: { intervalMs: 1.5 } },
    is: { Healthcheck: { Interval: 1_500_000 } },
  },
  'switches a health check off': {
    service: { healthcheck: { test: ['NONE'] } },
    is: { Healthcheck: { Test: ['NONE'] } },
  },
  'joins no network of its own in another’s': {
    parts: { networkMode: 'container:abc', networks: [] },
    is: { NetworkingConfig: undefined },
  },
};
for (const [name, { service = {}, parts = {}, is }] of Object.entries(partial))
  test(`toCreateBody ${name}`, () => {
    const body = of(service, parts);
    for (const [key, value] of Object.entries(is)) assert.deepEqual(body[key], value, key);
  });

const host: Record<string, { service?: Partial<Service>; parts?: Partial<ContainerSpec>; is: object }> = {
  'uses no network when none is asked for': { parts: { networks: [] }, is: { NetworkMode: 'none' } },
  'uses the network of another container': {
    parts: { networks: [], networkMode: 'container:abc' },
    is: { NetworkMode: 'container:abc' },
  },
  'forgets retries that the policy does not count': {
    service: { restart: { policy: 'always', maximumRetries: 3 } },
    is: { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } },
  },
  'binds a folder that may be missing in the old form': {
    parts: {
      mounts: [
        { kind: 'bind', source: '/srv/a', target: '/a', readOnly: true, createHostPath: true, propagation: 'rslave' },
      ],
    },
    is: { Binds: ['/srv/a:/a:ro,rslave'], Mounts: undefined },
  },
  'binds a path with a colon in the new form': {
    parts: { mounts: [{ kind: 'bind', source: '/srv/a:b', target: '/a', readOnly: false, createHostPath: true }] },
    is: { Binds: undefined, Mounts: [{ Type: 'bind', Source: '/srv/a:b', Target: '/a' }] },
  },
  'reads devices in all their forms': {
    service: { devices: ['/dev/a', '/dev/b:r', '/dev/c:/dev/d', '/dev/e:/dev/f:rw'] },
    is: {
      Devices: [
        { PathOnHost: '/dev/a', PathInContainer: '/dev/a', CgroupPermissions: 'rwm' },
        { PathOnHost: '/dev/b', PathInContainer: '/dev/b', CgroupPermissions: 'r' },
        { PathOnHost: '/dev/c', PathInContainer: '/dev/d', CgroupPermissions: 'rwm' },
        { PathOnHost: '/dev/e', PathInContainer: '/dev/f', CgroupPermissions: 'rw' },
      ],
    },
  },
};
for (const [name, { service = {}, parts = {}, is }] of Object.entries(host))
  test(`toCreateBody ${name}`, () => {
    const { HostConfig } = of(service, parts);
    for (const [key, value] of Object.entries(is)) assert.deepEqual(HostConfig[key], value, key);
  });

test('toCreateBody invents no key: what was not asked for is not said', () => {
  const minimal: ContainerSpec = {
    ...fullSpec,
    mounts: [],
    networks: [],
    service: {
      image: 'a',
      command: null,
      entrypoint: null,
      environment: {},
      labels: {},
      ports: [],
      expose: [],
      restart: { policy: 'no' },
    },
  };
  const body = toCreateBody(minimal, {});
  assert.deepEqual(Object.keys(body).sort(), ['Env', 'ExposedPorts', 'HostConfig', 'Image', 'Labels']);
  assert.deepEqual(Object.keys(body.HostConfig).sort(), ['NetworkMode', 'PortBindings', 'RestartPolicy']);
});

test('toEndpoint keeps fixed addresses', () => {
  assert.deepEqual(toEndpoint({ name: 'a', aliases: ['x'], ipv4: '10.0.0.2', macAddress: '02:00:00:00:00:01' }), {
    Aliases: ['x'],
    IPAMConfig: { IPv4Address: '10.0.0.2' },
    MacAddress: '02:00:00:00:00:01',
  });
});
