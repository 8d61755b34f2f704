import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import { applicationSpecSchema } from '@berth/contract/application-spec.ts';
import { compileApplication } from './compile.ts';

const compile = (
  text: string,
  extra: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, string>> = {},
) =>
  compileApplication(
    { files: new Map(Object.entries({ 'compose.yaml': text, ...extra })), main: ['compose.yaml'] },
    { variables },
  );

const compiled = (...parameters: Parameters<typeof compile>) => {
  const result = compile(...parameters);
  assert.ok('spec' in result, 'problems' in result ? JSON.stringify(result.problems, undefined, 1) : '');
  return result;
};

const web = (lines: string): ServiceSpec => {
  const text = `services:\n  web:\n    image: img\n${lines.replace(/^(?=.)/gm, '    ')}\n  db: {image: pg}\nvolumes: {data: }\n`;
  const service = compiled(text).spec.services['web'];
  assert.ok(service !== undefined);
  return service;
};

/** What each piece of a service becomes; everything else stays as it is in a service with an image only. */
const table: Record<string, { lines: string; spec: Partial<ServiceSpec> }> = {
  'nothing but an image': { lines: '', spec: {} },
  'command and entrypoint': {
    lines: 'command: a "b c"\nentrypoint: []',
    spec: { command: ['a', 'b c'], entrypoint: [] },
  },
  'variables, unset ones included': {
    lines: 'environment: {A: 1, B: , C: "x$$y"}',
    spec: { environment: { A: '1', B: null, C: 'x$y' } },
  },
  'ports in all forms': {
    lines:
      'ports: [80, "8080:80", "127.0.0.1:9000-9001:90-91/udp", {target: 53, published: "5000-5010", protocol: UDP}, "0:70"]',
    spec: {
      ports: [
        { target: 80, protocol: 'tcp' },
        { target: 80, protocol: 'tcp', published: { from: 8080, to: 8080 } },
        { target: 90, protocol: 'udp', published: { from: 9000, to: 9000 }, hostIp: '127.0.0.1' },
        { target: 91, protocol: 'udp', published: { from: 9001, to: 9001 }, hostIp: '127.0.0.1' },
        { target: 53, protocol: 'udp', published: { from: 5000, to: 5010 } },
        { target: 70, protocol: 'tcp' },
      ],
    },
  },
  'mounts of every kind': {
    lines:
      'volumes: ["data:/d:ro", /anon, ./x:/x, "/etc/../etc/hosts:/h:ro", {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}]\ntmpfs: ["/run", "/tmp:size=1m"]',
    spec: {
      mounts: [
        { kind: 'volume', volume: 'data', target: '/d', readOnly: true },
        { kind: 'volume', target: '/anon', readOnly: false },
        { kind: 'bind', source: './x', target: '/x', readOnly: false, createHostPath: true },
        { kind: 'bind', source: '/etc/hosts', target: '/h', readOnly: true, createHostPath: true },
        { kind: 'tmpfs', target: '/t', sizeBytes: 1_048_576, mode: 0o755 },
        { kind: 'tmpfs', target: '/run' },
        { kind: 'tmpfs', target: '/tmp', options: 'size=1m' },
      ],
    },
  },
  'links and what they imply': {
    lines: 'links: [db, "db:database"]',
    spec: {
      links: [
        { service: 'db', alias: 'db' },
        { service: 'db', alias: 'database' },
      ],
      dependsOn: { db: { condition: 'service_started', required: true, restart: true } },
    },
  },
  dependencies: {
    lines: 'depends_on: {db: {condition: service_healthy, restart: true}}',
    spec: { dependsOn: { db: { condition: 'service_healthy', required: true, restart: true } } },
  },
  'a health check': {
    lines: 'healthcheck: {test: curl x, interval: 1m30s, timeout: 500ms, retries: "3", start_period: 2s}',
    spec: {
      healthcheck: {
        test: ['CMD-SHELL', 'curl x'],
        intervalMs: 90_000,
        timeoutMs: 500,
        retries: 3,
        startPeriodMs: 2000,
      },
    },
  },
  'a health check switched off': { lines: 'healthcheck: {disable: true}', spec: { healthcheck: { test: ['NONE'] } } },
  'restart with a number': {
    lines: 'restart: on-failure:5',
    spec: { restart: { policy: 'on-failure', maximumRetries: 5 } },
  },
  'restart of deploy': {
    lines: 'restart: always\ndeploy: {restart_policy: {condition: on-failure, max_attempts: 2}}',
    spec: { restart: { policy: 'on-failure', maximumRetries: 2 } },
  },
  'limits in the old spelling': {
    lines: 'mem_limit: 64m\nmemswap_limit: -1\ncpus: 1.5\npids_limit: 50\nshm_size: 1m\ncpuset: 0,1',
    spec: {
      memoryBytes: 67_108_864,
      memorySwapBytes: -1,
      nanoCpus: 1_500_000_000,
      pidsLimit: 50,
      shmBytes: 1_048_576,
      cpuSet: '0,1',
    },
  },
  'limits of deploy': {
    lines:
      'deploy: {replicas: 3, resources: {limits: {cpus: "0.5", memory: 50M, pids: 9}, reservations: {memory: 20M}}}',
    spec: {
      replicas: 3,
      nanoCpus: 500_000_000,
      memoryBytes: 52_428_800,
      memoryReservationBytes: 20_971_520,
      pidsLimit: 9,
    },
  },
  'a namespace of another service': {
    lines: 'network_mode: service:db\npid: service:db',
    spec: {
      networks: {},
      networkMode: 'service:db',
      pid: 'service:db',
      dependsOn: { db: { condition: 'service_started', required: true, restart: true } },
    },
  },
  'the old bridge as the own network': { lines: 'network_mode: bridge', spec: {} },
  'what needs a policy grant': {
    lines:
      'privileged: true\ncap_add: [NET_ADMIN]\ndevices: ["/dev/a:/dev/b:r"]\nsysctls: {a.b: 1}\nsecurity_opt: [x]\nipc: host',
    spec: {
      privileged: true,
      capAdd: ['NET_ADMIN'],
      devices: ['/dev/a:/dev/b:r'],
      sysctls: { 'a.b': '1' },
      securityOpt: ['x'],
      ipc: 'host',
    },
  },
  'names, hosts and logs': {
    lines:
      'container_name: my-web\nhostname: h\nextra_hosts: ["a:1.2.3.4", "b=::1"]\nlogging: {options: {max-size: 10m}}\nulimits: {nofile: 5, core: {soft: 0, hard: 1}}',
    spec: {
      containerName: 'my-web',
      hostname: 'h',
      extraHosts: [
        ['a', '1.2.3.4'],
        ['b', '::1'],
      ],
      logging: { driver: 'json-file', options: { 'max-size': '10m' } },
      ulimits: { nofile: { soft: 5, hard: 5 }, core: { soft: 0, hard: 1 } },
    },
  },
};

const plainWeb = web('');

for (const [name, row] of Object.entries(table))
  test(`compileApplication carries ${name}`, () => assert.deepEqual(web(row.lines), { ...plainWeb, ...row.spec }));

test('compileApplication gives a specification that the contract accepts, services in file order', () => {
  const { spec } = compiled('services: {z: {image: a}, a: {image: b}, m: {image: c}}\n');
  assert.deepEqual(Object.keys(spec.services), ['z', 'a', 'm']);
  assert.deepEqual(applicationSpecSchema.parse(spec), spec);
});

test('compileApplication names networks and volumes only where the file does', () => {
  const { spec } = compiled(
    'services: {web: {image: a, networks: [n, e], volumes: ["v:/v", "x:/x"]}}\nnetworks: {n: {internal: true}, e: {external: true}, unused: }\nvolumes: {v: {name: own}, x: {external: {name: real}}}\n',
  );
  assert.deepEqual(spec.networks, {
    n: { external: false, internal: true, labels: {} },
    e: { external: true, name: 'e', labels: {} },
  });
  assert.deepEqual(spec.volumes, {
    v: { external: false, name: 'own', labels: {} },
    x: { external: true, name: 'real', labels: {} },
  });
});

test('compileApplication waits for no service that may be missing and is', () => {
  const text =
    'services:\n  web: {image: a, depends_on: {debug: {condition: service_started, required: false}}}\n  debug: {image: b, profiles: [never]}\n';
  assert.deepEqual(compiled(text).spec.services['web']?.dependsOn, {});
});

test('compileApplication reads the first Compose format', () => {
  const text =
    'web:\n  image: a\n  links: [db]\n  net: bridge\n  volumes: ["data:/d"]\n  log_driver: syslog\ndb:\n  image: b\n  net: "container:web"\n';
  const { spec } = compiled(text.replace('  links: [db]\n', ''));
  assert.equal(spec.services['db']?.networkMode, 'service:web');
  assert.deepEqual(spec.services['web']?.logging, { driver: 'syslog', options: {} });
  assert.deepEqual(spec.volumes, { data: { external: false, name: 'data', labels: {} } });
});

test('compileApplication offers the name a file asks for', () => {
  assert.equal(compiled('name: My App\nservices: {web: {image: a}}\n').name, 'myapp');
  assert.equal(compiled('services: {web: {image: a}}\n').name, undefined);
});

test('compileApplication reads files of the bundle wherever its first file lies', () => {
  const files = new Map([
    ['deploy/compose.yaml', 'services: {web: {image: "img:$T", env_file: ../env/a.env, volumes: ["./x:/x"]}}\n'],
    ['deploy/.env', 'T=5\n'],
    ['env/a.env', 'A=1\n'],
  ]);
  const result = compileApplication({ files, main: ['deploy/compose.yaml'] });
  assert.ok('spec' in result, JSON.stringify(result));
  const service = result.spec.services['web'];
  assert.equal(service?.image, 'img:5');
  assert.deepEqual(service?.environment, { A: '1' });
  assert.deepEqual(service?.mounts[0], {
    kind: 'bind',
    source: './deploy/x',
    target: '/x',
    readOnly: false,
    createHostPath: true,
  });
});

test('compileApplication warns of keys that are done differently', () => {
  const { warnings } = compiled('services:\n  web:\n    image: a\n    container_name: my-web\n');
  assert.deepEqual(
    warnings.map(({ code, path, line, column }) => [code, path, line, column]),
    [['needless_value', 'services.web.container_name', 4, 5]],
  );
});

test('compileApplication lists all variables that are not set in one error', () => {
  const result = compile('services: {web: {image: "$A", environment: {B: "${B}", C: "${C:-}"}}}\n');
  assert.ok('problems' in result);
  assert.deepEqual(
    result.problems.map(({ code }) => code),
    ['unset_variable'],
  );
  assert.ok(result.problems[0]?.message.includes('A, B'));
});
