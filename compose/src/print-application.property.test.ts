import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileSpec } from '@berth/contract/application-spec.ts';
import { applicationSpecSchema } from '@berth/contract/application-spec.ts';
import fc from 'fast-check';
import { readBundle } from './bundle.ts';
import { compileApplication } from './compile.ts';
import { printApplication } from './print-application.ts';
import { encodeBase64 } from './values/base64.ts';

/** Texts that are easily taken for something else. */
const tricky = [
  '$', '$$', '${A}', '$A-b', 'a$', '$(x)', 'yes', 'No', '~', 'null', 'true', '010', '0x1f', '1e3', '12:30:45', '2020-01-01', ' a ', 'a: b', '#c', "it's", '"q"',
  'a\nb', 'a\n', '\n', 'a\n  b\n', '{a: b}', '[x]', '- a', '*a', '&a', '!t', '%', '@', '`', '|', '>', '?', '<<', 'a,b', 'ключ', '你好', '😀', 'a\tb', 'C:\\x', '\\', '=', 'A=b',
]; // prettier-ignore
const text = fc.oneof(fc.constantFrom(...tricky), fc.string({ maxLength: 8 }));
const filledText = text.filter((value) => value !== '' && !value.includes('\0'));
const key = filledText.filter((value) => value !== '__proto__' && /./.test(value));
const texts = (size = 3) =>
  fc.array(
    text.filter((value) => !value.includes('\0')),
    { maxLength: size },
  );
const someTexts = fc.uniqueArray(
  filledText.filter((value) => !value.includes('=')),
  { minLength: 1, maxLength: 3 },
);
const textMap = fc.dictionary(
  key,
  text.filter((value) => !value.includes('\0')),
  { maxKeys: 3 },
);
const bytes = fc.integer({ min: 1, max: 2 ** 40 });
const milliseconds = fc.oneof(fc.integer({ min: 0, max: 10 ** 8 }), fc.constantFrom(0.001, 0.5, 1500.25, 3_661_001));
const path = fc.constantFrom(
  '/a',
  '/a/b',
  '/var/lib/x',
  '/$x',
  '/a b',
  "/it's",
  '/ключ',
  '/c:d'.replace(':', '_'),
  '/etc/app.conf',
  '/run/x',
);
const port = fc.integer({ min: 1, max: 65_535 });

/** The object without what is absent. */
const given = <Value>(shape: { [Key in keyof Value]: fc.Arbitrary<Value[Key]> }) =>
  fc.record(shape, { requiredKeys: [], noNullPrototype: true });

const publishedPort = fc.record(
  {
    target: port,
    protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
    published: fc.tuple(port, port).map(([one, two]) => ({ from: Math.min(one, two), to: Math.max(one, two) })),
    hostIp: fc.constantFrom('127.0.0.1', '::1', '10.0.0.1'),
  },
  { requiredKeys: ['target', 'protocol'], noNullPrototype: true },
);

const mounts = (volumes: readonly string[]) => {
  const flags = { readOnly: fc.boolean() };
  const volume = fc.record(
    {
      kind: fc.constant('volume' as const),
      target: path,
      ...flags,
      volume: fc.constantFrom(...volumes),
      noCopy: fc.boolean(),
    },
    { requiredKeys: ['kind', 'target', 'readOnly'], noNullPrototype: true },
  );
  const bind = fc.record(
    {
      kind: fc.constant('bind' as const),
      source: fc.constantFrom('./', './a', './$a b', '/srv/x', '/srv/$y'),
      target: path,
      ...flags,
      propagation: fc.constantFrom('rslave', 'shared'),
      createHostPath: fc.boolean(),
    },
    { requiredKeys: ['kind', 'source', 'target', 'readOnly'], noNullPrototype: true },
  );
  const tmpfs = fc.record(
    { kind: fc.constant('tmpfs' as const), target: path, sizeBytes: bytes, mode: fc.integer({ min: 1, max: 0o1777 }) },
    { requiredKeys: ['kind', 'target'], noNullPrototype: true },
  );
  const short = fc.record(
    {
      kind: fc.constant('tmpfs' as const),
      target: path,
      options: fc.constantFrom('size=1m', 'mode=1777,size=5m', 'noexec'),
    },
    { requiredKeys: ['kind', 'target'], noNullPrototype: true },
  );
  const long = fc.uniqueArray(fc.oneof(volume, bind, tmpfs), { maxLength: 3, selector: (mount) => mount.target });
  const shorts = fc.uniqueArray(short, { maxLength: 2, selector: (mount) => mount.target });
  return fc
    .tuple(long, shorts)
    .map(([first, last]) => [
      ...first,
      ...last.filter(({ target }) => first.every((mount) => mount.target !== target)),
    ]);
};

const limits = given({
  memoryBytes: bytes,
  memoryReservationBytes: bytes,
  memorySwapBytes: fc.oneof(bytes, fc.constant(-1)),
  memorySwappiness: fc.integer({ min: 0, max: 100 }),
  nanoCpus: fc.integer({ min: 1, max: 64_000 }).map((thousandths) => thousandths * 1_000_000),
  cpuShares: fc.integer({ min: 2, max: 4096 }),
  cpuQuota: fc.integer({ min: 1000, max: 100_000 }),
  cpuPeriod: fc.integer({ min: 1000, max: 100_000 }),
  cpuSet: fc.constantFrom('0', '0-1', '0,1'),
  pidsLimit: fc.integer({ min: 1, max: 10_000 }),
  shmBytes: bytes,
  oomScoreAdj: fc.integer({ min: -1000, max: 1000 }),
  oomKillDisable: fc.boolean(),
  ulimits: fc.dictionary(
    fc.constantFrom('nofile', 'nproc', 'memlock'),
    fc.record({ soft: fc.integer({ min: -1, max: 9999 }), hard: fc.integer({ min: -1, max: 9999 }) }),
    { minKeys: 1 },
  ),
});

const settings = given({
  platform: fc.constantFrom('linux/amd64', 'linux/arm64'),
  annotations: textMap.filter((map) => Object.keys(map).length > 0),
  workingDir: path,
  user: filledText,
  groupAdd: someTexts,
  hostname: filledText,
  domainname: filledText,
  externalLinks: fc.constantFrom(['other'], ['other:o', 'third']),
  stopSignal: fc.constantFrom('SIGTERM', 'SIGUSR1'),
  stopGraceMs: milliseconds,
  tty: fc.boolean(),
  stdinOpen: fc.boolean(),
  init: fc.boolean(),
  readOnly: fc.boolean(),
  privileged: fc.boolean(),
  capAdd: fc.constantFrom(['NET_ADMIN'], ['ALL', 'SYS_TIME']),
  capDrop: fc.constantFrom(['ALL'], ['MKNOD', 'CHOWN']),
  securityOpt: fc.constantFrom(['no-new-privileges:true'], ['label=disable', 'seccomp=unconfined']),
  devices: fc.constantFrom(['/dev/a:/dev/b:rwm'], ['/dev/$x:/dev/x:r', '/dev/y:/dev/y:rw']),
  sysctls: textMap.filter((map) => Object.keys(map).length > 0),
  pid: fc.constant('host'),
  ipc: fc.constantFrom('host', 'shareable'),
  uts: fc.constant('host'),
  usernsMode: fc.constant('host'),
  cgroup: fc.constantFrom('host', 'private'),
  cgroupParent: filledText,
  runtime: filledText,
  dns: fc.constantFrom(['1.1.1.1'], ['8.8.8.8', '::1']),
  dnsSearch: someTexts,
  dnsOptions: someTexts,
  extraHosts: fc.constantFrom([['a', '10.0.0.1']], [['b', '::1'], ['a', 'host-gateway']]),
  logging: fc.record({ driver: filledText, options: textMap }),
  update: given({ order: fc.constantFrom('stop-first', 'start-first'), batch: fc.integer({ min: 0, max: 9 }), intervalMs: milliseconds, monitorMs: milliseconds, onFailure: fc.constantFrom('hold', 'rollback', 'continue') }).filter((update) => Object.keys(update).length > 0),
  healthcheck: fc.oneof(
    fc.constant({ test: ['NONE'] }),
    given({ test: texts().map((rest) => ['CMD', ...rest]), intervalMs: milliseconds, timeoutMs: milliseconds, startPeriodMs: milliseconds, retries: fc.integer({ min: 0, max: 99 }) }),
  ),
}); // prettier-ignore

const attachment = fc.record(
  {
    aliases: fc.oneof(fc.constant([]), someTexts),
    ipv4: fc.constant('10.9.0.5'),
    ipv6: fc.constant('fd00::5'),
    macAddress: fc.constant('02:42:ac:11:00:05'),
    priority: fc.integer({ min: 1, max: 1000 }),
  },
  { requiredKeys: ['aliases'], noNullPrototype: true },
);

const volumeNames = ['data', 'cache.v1', 'Logs'];
const networkNames = ['default', 'back', 'front-1'];
const names = ['db', 'web', 'job_1'];

const condition = fc.record({
  condition: fc.constantFrom('service_started', 'service_healthy', 'service_completed_successfully'),
  required: fc.boolean(),
  restart: fc.boolean(),
});

/** Reaches other services only of those before it, so that there is no circle. */
const serviceAt = (index: number) => {
  const before = names.slice(0, index);
  const others: fc.Arbitrary<string[]> = before.length === 0 ? fc.constant([]) : fc.subarray(before);
  return fc
    .record({
      settings,
      limits,
      image: filledText.filter((value) => value.trim() !== ''),
      pullPolicy: fc.constantFrom('always', 'missing', 'never'),
      command: fc.option(texts()),
      entrypoint: fc.option(texts()),
      environment: fc.dictionary(key, fc.option(text.filter((value) => !value.includes('\0'))), { maxKeys: 3 }),
      labels: textMap,
      ports: fc.uniqueArray(publishedPort, { maxLength: 3, selector: ({ target }) => target }),
      expose: fc.constantFrom([], ['80'], ['53/udp', '8000-8002']),
      mounts: mounts(volumeNames),
      attachments: fc.dictionary(fc.constantFrom(...networkNames), attachment, { minKeys: 1 }),
      mode: fc.constantFrom(undefined, undefined, 'host', 'none', ...before.map((name) => `service:${name}`)),
      dependsOn: fc.dictionary(fc.constantFrom(...(before.length === 0 ? ['none'] : before)), condition),
      links: others,
      shared: others,
      restart: fc.constantFrom({ policy: 'no' }, { policy: 'always' }, { policy: 'unless-stopped' }, { policy: 'on-failure' }, { policy: 'on-failure', maximumRetries: 3 }),
      replicas: fc.integer({ min: 0, max: 5 }),
      isNamed: fc.boolean(),
    })
    .map(({ settings: chosen, limits: bounds, attachments, mode, dependsOn, links, shared, isNamed, replicas, ...rest }) => {
      const needed = [...links, ...shared, ...(mode?.startsWith('service:') === true ? [mode.slice(8)] : [])];
      const implied = needed.map((name) => [name, { condition: 'service_started' as const, required: true, restart: true }]);
      const own = Object.entries(dependsOn).filter(([name]) => before.includes(name));
      return {
        ...rest,
        ...chosen,
        ...bounds,
        networks: mode === undefined ? attachments : {},
        ...(mode === undefined ? {} : { networkMode: mode }),
        dependsOn: Object.fromEntries([...implied, ...own]),
        links: links.map((service) => ({ service, alias: `${service}-alias` })),
        ...(shared.length === 0 ? {} : { volumesFrom: shared.map((service, at) => ({ service, readOnly: at === 0 })) }),
        replicas: isNamed ? 1 : replicas,
        ...(isNamed ? { containerName: `c-${index}` } : {}),
      };
    }); // prettier-ignore
};

const network = fc.oneof(
  fc.record({ external: fc.constant(true), name: filledText, labels: fc.constant({}) }),
  fc.record(
    {
      external: fc.constant(false),
      name: filledText,
      driver: fc.constantFrom('bridge', 'macvlan'),
      driverOptions: textMap.filter((map) => Object.keys(map).length > 0),
      internal: fc.boolean(),
      attachable: fc.boolean(),
      enableIpv6: fc.boolean(),
      labels: textMap,
      ipam: fc.constantFrom({ config: [{ subnet: '10.9.0.0/16', gateway: '10.9.0.1', auxAddresses: { a: '10.9.0.9' } }, { ipRange: '10.8.0.0/24' }] }, { driver: 'default', config: [] }),
    },
    { requiredKeys: ['external', 'labels'], noNullPrototype: true },
  ),
); // prettier-ignore

const volume = fc.oneof(
  fc.record({ external: fc.constant(true), name: filledText, labels: fc.constant({}) }),
  fc.record(
    { external: fc.constant(false), name: filledText, driver: filledText, driverOptions: textMap.filter((map) => Object.keys(map).length > 0), labels: textMap },
    { requiredKeys: ['external', 'labels'], noNullPrototype: true },
  ),
); // prettier-ignore

const content = (value: string): string => encodeBase64(new TextEncoder().encode(value));
const files: Readonly<Record<string, FileSpec>> = {
  'config:site': { kind: 'config', content: content('listen $port;\n# ${x}\n') },
  'config:raw': { kind: 'config', content: encodeBase64(Uint8Array.of(0, 255, 128)), fromFile: 'etc/raw.bin' },
  'secret:key': { kind: 'secret', content: content('s3cr$t'), fromVariable: 'KEY' },
  'secret:file': { kind: 'secret', content: content('x\n'), fromFile: 'secrets/file' },
};
const grants = fc.subarray(Object.keys(files)).chain((sources) =>
  fc.tuple(
    ...sources.toSorted().map((source, at) =>
      fc.record(
        { source: fc.constant(source), target: fc.constant(`/files/$${at}`), uid: fc.constant('1000'), gid: fc.constant('0'), mode: fc.integer({ min: 0, max: 0o777 }) },
        { requiredKeys: ['source', 'target'], noNullPrototype: true },
      ),
    ),
  ),
); // prettier-ignore

const spec = fc
  .record({
    services: fc.tuple(serviceAt(0), serviceAt(1), serviceAt(2)),
    count: fc.integer({ min: 1, max: 3 }),
    networks: fc.tuple(network, network, network),
    volumes: fc.tuple(volume, volume, volume),
    grants: fc.tuple(grants, grants, grants),
  })
  .map(({ services, count, networks, volumes, grants: granted }) => {
    const kept = services.slice(0, count).map((service, at) => {
      const own = granted[at] ?? [];
      return [names[at] ?? '', { ...service, files: own.length === 0 ? undefined : own }] as const;
    });
    const all = kept.map(([, service]) => service);
    const used = {
      networks: new Set(all.flatMap((service) => Object.keys(service.networks))),
      volumes: new Set(all.flatMap((service) => service.mounts.map((mount) => (mount.kind === 'volume' ? mount.volume : undefined)))),
      files: new Set(all.flatMap((service) => (service.files ?? []).map(({ source }) => source))),
    };
    const usedFiles = Object.entries(files).filter(([name]) => used.files.has(name));
    return {
      services: Object.fromEntries(kept),
      networks: Object.fromEntries(networkNames.map((name, at) => [name, networks[at] ?? { external: false, labels: {} }] as const).filter(([name]) => used.networks.has(name))),
      volumes: Object.fromEntries(volumeNames.map((name, at) => [name, volumes[at] ?? { external: false, labels: {} }] as const).filter(([name]) => used.volumes.has(name))),
      ...(usedFiles.length === 0 ? {} : { files: Object.fromEntries(usedFiles) }),
    };
  }); // prettier-ignore

test('printApplication prints any application so that it compiles to the same one', () => {
  fc.assert(
    fc.property(spec, (drawn) => {
      const application = applicationSpecSchema.parse(JSON.parse(JSON.stringify(drawn)));
      const { bundle, variables } = printApplication(application, 'app');
      const shown = bundle.files[bundle.main[0]] ?? '';
      const result = compileApplication(readBundle(bundle), { variables });
      assert.ok('spec' in result, `${JSON.stringify(result)}\n${shown}`);
      assert.deepEqual(result.spec, application, shown);
      assert.equal(result.name, 'app');
    }),
    { numRuns: 200 },
  );
});
