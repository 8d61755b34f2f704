import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ForeignAnswer, ImageConfig } from './foreign-answer.ts';
import { describeContainer } from './from-describe.ts';
import { fullSpec } from './recorded/full-spec.ts';

const defaults = { cgroup: 'host', runtime: 'runc', loggingDriver: 'json-file' };
const recorded = JSON.parse(
  readFileSync(new URL('./recorded/full-inspect.json', import.meta.url), 'utf8'),
) as ForeignAnswer;
const full: ForeignAnswer = {
  ...recorded,
  Image: 'sha256:1',
  Mounts: [
    { Type: 'volume', Name: 'shop_data', Source: '/v', Destination: '/data', RW: true, Mode: 'z' },
    { Type: 'bind', Source: '/etc/hostname', Destination: '/host', RW: false, Mode: '', Propagation: 'rprivate' },
  ],
};

test('describeContainer says again what a container was made of', () => {
  const { service, name } = describeContainer(full, {}, defaults);
  const { extraHosts, dns, dnsSearch, dnsOptions, logging, ulimits, capAdd, capDrop, securityOpt } = fullSpec.service;
  assert.equal(name, 'shop-web-1');
  const same: Partial<ServiceSpec> = {
    extraHosts,
    dns,
    dnsSearch,
    dnsOptions,
    logging,
    ulimits,
    capAdd,
    capDrop,
    securityOpt,
    image: fullSpec.service.image,
    command: fullSpec.service.command,
    environment: fullSpec.service.environment,
    labels: { ...service.labels, 'com.example.tier': 'front' },
    restart: fullSpec.service.restart,
    healthcheck: fullSpec.service.healthcheck,
    workingDir: '/data',
    user: '0:0',
    groupAdd: ['100'],
    hostname: 'web',
    domainname: 'shop.example',
    memoryBytes: 64 * 1024 * 1024,
    memoryReservationBytes: 32 * 1024 * 1024,
    nanoCpus: 500_000_000,
    cpuShares: 512,
    pidsLimit: 50,
    shmBytes: 16 * 1024 * 1024,
    oomScoreAdj: 10,
    stdinOpen: true,
    devices: ['/dev/null:/dev/nothing:rw'],
    sysctls: { 'net.core.somaxconn': '256' },
    stopGraceMs: 2_000,
    networks: { shop_front: { aliases: ['web', 'shop-web'] } },
  };
  for (const [key, value] of Object.entries(same)) assert.deepEqual(Reflect.get(service, key), value, key);
  assert.deepEqual(service.ports, [
    { target: 53, protocol: 'udp', published: { from: 18_053, to: 18_060 }, hostIp: '127.0.0.1' },
    { target: 80, protocol: 'tcp', published: { from: 18_081, to: 18_081 } },
    { target: 81, protocol: 'tcp' },
  ]);
  assert.deepEqual(service.mounts, [
    { kind: 'volume', volume: 'shop_data', target: '/data', readOnly: false },
    { kind: 'bind', source: '/etc/hostname', target: '/host', readOnly: true },
    { kind: 'tmpfs', target: '/run', options: 'rw,noexec' },
    { kind: 'tmpfs', target: '/scratch', sizeBytes: 1_048_576, mode: 0o1777 },
  ]);
  assert.ok(
    Object.keys(service.labels).every((label) => !label.startsWith('io.berth.')),
    'no label of ours',
  );
});

const plain: ForeignAnswer = {
  Id: 'f'.repeat(64),
  Name: '/web',
  Created: '2026-01-01T00:00:00Z',
  Image: 'sha256:1',
  State: { Status: 'running' },
  Config: { Image: 'web:1', Hostname: 'ffffffffffff' },
  HostConfig: { NetworkMode: 'default' },
  Mounts: [],
  NetworkSettings: { Networks: { bridge: {} } },
};

const nothing: ServiceSpec = {
  image: 'web:1',
  pullPolicy: 'missing',
  command: null,
  entrypoint: null,
  environment: {},
  labels: {},
  ports: [],
  expose: [],
  mounts: [],
  networks: {},
  networkMode: 'bridge',
  links: [],
  dependsOn: {},
  replicas: 1,
  restart: { policy: 'no' },
};

interface Case {
  readonly config?: Partial<ForeignAnswer['Config']>;
  readonly host?: object;
  readonly image?: ImageConfig;
  readonly parts?: Partial<ForeignAnswer>;
  readonly is: Partial<ServiceSpec>;
}

const cases: Record<string, Case> = {
  'says nothing of a container that was made without a word': { is: {} },
  'leaves out what the image says': {
    config: {
      Cmd: ['serve'],
      Entrypoint: ['/entry'],
      Env: ['PATH=/bin', 'A=1'],
      Labels: { v: '1' },
      WorkingDir: '/w',
      User: 'web',
      ExposedPorts: { '80/tcp': {} },
      Healthcheck: { Test: ['CMD', 'x'] },
      StopSignal: 'SIGQUIT',
    },
    image: {
      Cmd: ['serve'],
      Entrypoint: ['/entry'],
      Env: ['PATH=/bin', 'A=1'],
      Labels: { v: '1' },
      WorkingDir: '/w',
      User: 'web',
      ExposedPorts: { '80/tcp': {} },
      Healthcheck: { Test: ['CMD', 'x'] },
      StopSignal: 'SIGQUIT',
    },
    is: {},
  },
  'says the command again with an entrypoint of its own': {
    config: { Cmd: ['serve'], Entrypoint: ['/mine'] },
    image: { Cmd: ['serve'], Entrypoint: ['/entry'] },
    is: { entrypoint: ['/mine'], command: ['serve'] },
  },
  'takes one empty text for a cleared entrypoint': {
    config: { Cmd: ['serve'], Entrypoint: [''] },
    image: { Entrypoint: ['/entry'] },
    is: { entrypoint: [], command: ['serve'] },
  },
  'leaves out what Docker Compose and we write for ourselves': {
    config: { Labels: { 'com.docker.compose.project': 'p', 'io.berth.key': 'web', tier: 'front' } },
    is: { labels: { tier: 'front' } },
  },
  'exposes what neither the image does nor a port is published for': {
    config: { ExposedPorts: { '80/tcp': {}, '81/tcp': {}, '53/udp': {} } },
    host: { NetworkMode: 'default', PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] } },
    is: {
      expose: ['53/udp', '81'],
      ports: [{ target: 80, protocol: 'tcp', published: { from: 8080, to: 8080 } }],
    },
  },
  'publishes all that is exposed where that was asked for': {
    config: { ExposedPorts: { '80/tcp': {} } },
    host: { NetworkMode: 'default', PublishAllPorts: true },
    is: { ports: [{ target: 80, protocol: 'tcp' }] },
  },
  'shares the network of another container': {
    host: { NetworkMode: 'container:abc' },
    config: { Hostname: 'the-other' },
    is: { networkMode: 'container:abc' },
  },
  'is on its networks, not on the engine’s bridge': {
    host: { NetworkMode: 'front' },
    parts: {
      NetworkSettings: {
        Networks: {
          front: { Aliases: ['web', 'ffffffffffff'], IPAMConfig: { IPv4Address: '10.0.0.9' } },
          bridge: {},
        },
      },
    },
    is: { networks: { front: { aliases: ['web'], ipv4: '10.0.0.9' } }, networkMode: undefined },
  },
  'tells what the policy judges': {
    host: {
      NetworkMode: 'host',
      Privileged: true,
      SecurityOpt: ['label=disable'],
      PidMode: 'host',
      IpcMode: 'host',
      UTSMode: 'host',
      UsernsMode: 'host',
      CgroupnsMode: 'private',
    },
    is: {
      networkMode: 'host',
      privileged: true,
      pid: 'host',
      ipc: 'host',
      uts: 'host',
      usernsMode: 'host',
      cgroup: 'private',
    },
  },
  'leaves out what the engine filled in': {
    host: {
      NetworkMode: 'default',
      Memory: 1024,
      MemorySwap: 2048,
      ShmSize: 67_108_864,
      IpcMode: 'private',
      CgroupnsMode: 'host',
      Runtime: 'runc',
      LogConfig: { Type: 'json-file', Config: {} },
      RestartPolicy: { Name: '' },
    },
    is: { memoryBytes: 1024 },
  },
  'keeps the volume of an anonymous mount by its name': {
    parts: { Mounts: [{ Type: 'volume', Name: 'a'.repeat(64), Destination: '/cache', RW: true }] },
    is: { mounts: [{ kind: 'volume', volume: 'a'.repeat(64), target: '/cache', readOnly: false }] },
  },
  'tells links within a network, each once': {
    host: { NetworkMode: 'front' },
    parts: { NetworkSettings: { Networks: { front: { Links: ['db:database'] }, back: { Links: ['db:database'] } } } },
    is: {
      networks: { front: { aliases: [] }, back: { aliases: [] } },
      networkMode: undefined,
      externalLinks: ['db:database'],
    },
  },
  'tells links by the names they give': {
    host: { NetworkMode: 'default', Links: ['/db:/web/database'] },
    is: { externalLinks: ['db:database'] },
  },
};
for (const [name, { config = {}, host, image = {}, parts = {}, is }] of Object.entries(cases))
  test(`describeContainer ${name}`, () => {
    const answer: ForeignAnswer = {
      ...plain,
      ...(host === undefined ? {} : { HostConfig: host }),
      ...parts,
      Config: { ...plain.Config, ...config },
    };
    const wanted = Object.fromEntries(Object.entries({ ...nothing, ...is }).filter(([, value]) => value !== undefined));
    assert.deepEqual(describeContainer(answer, image, defaults).service, wanted);
  });
