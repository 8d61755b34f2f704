import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { DescribedContainer, Observation } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import { checkImport, presentImport, type Facts } from './import-check.ts';

const service = (more: Partial<ServiceSpec> = {}): ServiceSpec => ({
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
  ...more,
});

const container = (
  name: string,
  more: Partial<Omit<DescribedContainer, 'service'>> & { service?: Partial<ServiceSpec> } = {},
): DescribedContainer => ({
  id: name.padEnd(64, '0'),
  name,
  image: more.service?.image ?? 'web:1',
  imageId: 'sha256:web',
  state: 'running',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...more,
  service: service(more.service),
});

const composed = (key: string, number: number, more: Partial<ServiceSpec> = {}): DescribedContainer => {
  const { networkMode: _, ...rest } = service({
    networks: { shop_default: { aliases: [key] } },
    ...more,
  });
  return {
    ...container(`shop_${key}_${number}`, { project: 'shop', projectService: key, projectNumber: number }),
    image: rest.image,
    service: rest,
  };
};

const nothing: Observation = { observedAt: '2026-01-01T00:00:00.000Z', containers: [], networks: [], volumes: [] };
const facts = (containers: readonly DescribedContainer[], observation: Partial<Observation> = {}): Facts => ({
  application: 'app_1' as Id<'application'>,
  environment: 'env_1' as Id<'environment'>,
  settings: { policyProfile: 'baseline', bindRoots: [] },
  host: 'host-1',
  containers,
  observation: { ...nothing, ...observation },
  others: [],
});
const check = (containers: readonly DescribedContainer[], files?: string, observation: Partial<Observation> = {}) => {
  const wish = { name: 'shop', containers: containers.map(({ id }) => id) };
  const bundle = files === undefined ? {} : { bundle: { files: { 'compose.yaml': files }, main: ['compose.yaml'] } };
  return checkImport({ ...wish, ...bundle }, facts(containers, observation));
};
const codes = ({ problems }: ReturnType<typeof check>): string[] => problems.map(({ code }) => code);
const placesOf = ({ made }: ReturnType<typeof check>): string[] =>
  (made?.places ?? []).map((place) => `${place.container.name} is ${place.service} ${place.slot}`);

test('checkImport writes a file that says what a project runs, with its networks and volumes', () => {
  const checked = check([
    composed('web', 2, { ports: [{ target: 80, protocol: 'tcp', published: { from: 8082, to: 8082 } }] }),
    composed('web', 1, { ports: [{ target: 80, protocol: 'tcp', published: { from: 8081, to: 8081 } }] }),
    composed('db', 1, {
      image: 'db:1',
      environment: { PASSWORD: 'a $dollar and "quotes"' },
      mounts: [{ kind: 'volume', volume: 'shop_data', target: '/data', readOnly: false }],
      restart: { policy: 'always' },
    }),
  ]);
  assert.deepEqual(codes(checked), []);
  assert.deepEqual(placesOf(checked).sort(), ['shop_db_1 is db 0', 'shop_web_1 is web 0', 'shop_web_2 is web 1']);
  const { made } = checked;
  assert.deepEqual(made?.takenOver, { networks: { default: 'shop_default' }, volumes: { data: 'shop_data' } });
  assert.deepEqual(
    [made?.spec.networks['default']?.engineName, made?.spec.volumes['data']?.engineName],
    ['shop_default', 'shop_data'],
  );
  assert.equal(made?.spec.services['db']?.environment['PASSWORD'], 'a $dollar and "quotes"');
  assert.deepEqual(made?.spec.services['web']?.ports, [
    { target: 80, protocol: 'tcp', published: { from: 8081, to: 8082 } },
  ]);
  assert.equal(made?.spec.services['web']?.replicas, 2);
  const differing = presentImport(checked).matches.flatMap(({ differences }) => differences.map(({ path }) => path));
  assert.deepEqual([...new Set(differing)], ['services.web.ports'], 'each of several has one port of the range');
});

test('checkImport takes single containers by their names, and their links and shared networks with them', () => {
  const checked = check([
    container('front', { service: { externalLinks: ['store:db'] } }),
    container('store', { service: { image: 'db:1' } }),
    container('side', { service: { networkMode: `container:${'front'.padEnd(64, '0')}` } }),
  ]);
  assert.deepEqual(placesOf(checked).sort(), ['front is front 0', 'side is side 0', 'store is store 0']);
  assert.deepEqual(
    codes(checked),
    ['needless_value', 'apart_on_bridge'],
    'links are names on the application’s network',
  );
  assert.match(checked.problems.at(-1)?.message ?? '', /The services front, store run on the default bridge/);
  const services = checked.made?.spec.services;
  assert.deepEqual(services?.['front']?.links, [{ service: 'store', alias: 'db' }]);
  assert.equal(services?.['side']?.networkMode, 'service:front');
});

const ofBridge = { runs: 'the default bridge of the engine', file: 'default, which it joins when it is made anew' };

test('checkImport gives what runs on the bridge of the engine the network of the application', () => {
  const checked = check([container('front'), composed('web', 1)]);
  assert.deepEqual(codes(checked), []);
  const { made } = checked;
  assert.deepEqual(made?.takenOver.networks, { default: 'shop_default' });
  const alone = check([container('front')]);
  assert.deepEqual(codes(alone), []);
  assert.deepEqual(alone.made?.takenOver.networks, {}, 'the bridge itself is nobody’s');
  assert.deepEqual(alone.made?.spec.services['front']?.networks, { default: { aliases: [] } });
  assert.doesNotMatch(alone.publication.bundle.files['compose.yaml'] ?? '', /bridge/);
  for (const preview of [checked, alone].map(presentImport))
    assert.deepEqual(
      preview.matches.flatMap(({ differences }) => differences),
      [{ path: 'services.front.networks', ...ofBridge }],
    );
});

test('checkImport reads files that ask for the bridge of the engine', () => {
  const cases: Record<string, readonly [string, string[]]> = {
    'the first format': ["web:\n  image: 'web:1'\n", []],
    'the first format, in so many words': ["web:\n  image: 'web:1'\n  net: bridge\n", []],
    'a later one': ["services:\n  web: {image: 'web:1', network_mode: bridge}\n", ['needless_value']],
    'one that does not': ["services:\n  web: {image: 'web:1'}\n", []],
  };
  for (const [format, [text, warnings]] of Object.entries(cases)) {
    const checked = check([{ ...container('web'), project: 'shop', projectService: 'web', projectNumber: 1 }], text);
    assert.deepEqual(codes(checked), warnings, format);
    assert.deepEqual(
      presentImport(checked).matches.flatMap(({ differences }) => differences),
      [{ path: 'services.web.networks', ...ofBridge }],
      format,
    );
  }
});

test('checkImport gives an anonymous volume a name in the file', () => {
  const volume = 'e'.repeat(64);
  const checked = check([
    container('db', { service: { mounts: [{ kind: 'volume', volume, target: '/data', readOnly: false }] } }),
  ]);
  assert.deepEqual(checked.made?.takenOver.volumes, { 'db-data': volume });
});

const files = `services:
  web: {image: 'web:1', ports: ['8080:80'], environment: {A: '1'}}
  db: {image: 'db:1', volumes: ['data:/data', '/cache']}
volumes: {data: {}}
`;

test('checkImport matches containers to the services of files', () => {
  const cases: Record<string, readonly [DescribedContainer[], string[]]> = {
    'by what Docker Compose wrote': [
      [composed('web', 3), composed('web', 7)],
      ['shop_web_3 is web 0', 'shop_web_7 is web 1'],
    ],
    'by name': [[container('my-web-1', { service: { image: 'other' } })], ['my-web-1 is web 0']],
    'by image': [[container('something', { service: { image: 'db:1' } })], ['something is db 0']],
    'not at all': [[container('something', { service: { image: 'other:1' } })], []],
  };
  for (const [how, [containers, places]] of Object.entries(cases)) {
    const checked = check(containers, files);
    assert.deepEqual(placesOf(checked), places, how);
    assert.equal(codes(checked).includes('no_service'), places.length === 0, how);
  }
});

test('checkImport tells field by field where a container is not what the files say', () => {
  const checked = check(
    [
      composed('web', 1, { image: 'web:0', environment: { A: '2', B: '3' }, restart: { policy: 'always' } }),
      composed('db', 1, {
        image: 'db:1',
        mounts: [
          { kind: 'volume', volume: 'shop_data', target: '/data', readOnly: true },
          { kind: 'volume', volume: 'f'.repeat(64), target: '/cache', readOnly: false },
        ],
      }),
    ],
    files,
  );
  const [web, db] = presentImport(checked).matches;
  assert.deepEqual(web?.differences, [
    { path: 'services.web.environment.A', runs: '2', file: '1' },
    { path: 'services.web.environment.B', runs: '3', file: '' },
    { path: 'services.web.image', runs: 'web:0', file: 'web:1' },
    { path: 'services.web.ports', runs: '', file: '8080:80/tcp' },
    { path: 'services.web.restart', runs: '{"policy":"always"}', file: '{"policy":"no"}' },
  ]);
  assert.deepEqual(
    db?.differences.map(({ path, file }) => [path, file]),
    [
      ['services.db.volumes./cache', 'volume without a name'],
      ['services.db.volumes./data', 'volume data'],
    ],
  );
  assert.deepEqual(codes(checked), ['volume_left_behind']);
  assert.deepEqual(checked.made?.images, { 'web:1': { id: 'sha256:web' }, 'db:1': { id: 'sha256:web' } });
});

test('checkImport says what stands against it', () => {
  const owner = { environment: 'env_1', application: 'app_2', applicationName: 'other', key: 'x' };
  const network = { id: 'n', name: 'shop_default', driver: 'bridge', owner, createdAt: nothing.observedAt };
  const cases: Record<string, { checked: ReturnType<typeof check>; code: string; refusal: string }> = {
    'a container that is privileged, although the file does not say it': {
      checked: check([composed('web', 1, { privileged: true })], files),
      code: 'privileged',
      refusal: 'policy_violation',
    },
    'two images of one name': {
      checked: check([composed('web', 1), { ...composed('web', 2), imageId: 'sha256:older' }], files),
      code: 'different_images',
      refusal: 'impossible_plan',
    },
    'a network of another application': {
      checked: check([composed('web', 1)], files, { networks: [network] }),
      code: 'name_taken',
      refusal: 'impossible_plan',
    },
    'files that are none': {
      checked: check([composed('web', 1)], 'services: 1'),
      code: '',
      refusal: 'invalid_compose',
    },
    'a namespace of a container that is left out': {
      checked: check([container('side', { service: { networkMode: 'container:abc' } })]),
      code: 'container_left_out',
      refusal: 'invalid_compose',
    },
  };
  for (const [what, { checked, code, refusal }] of Object.entries(cases)) {
    assert.ok(
      checked.problems.some(({ severity }) => severity === 'error'),
      what,
    );
    assert.equal(checked.refusal, refusal, what);
    if (code !== '') assert.ok(codes(checked).includes(code), `${what}: ${codes(checked).join(', ')}`);
  }
  const wish = { name: 'shop', containers: ['gone'] };
  assert.deepEqual(
    checkImport(wish, facts([]))
      .problems.map(({ code }) => code)
      .slice(0, 1),
    ['container_not_found'],
  );
});

test('checkImport counts what runs, and says what is to be started', () => {
  const checked = check([composed('web', 1), composed('web', 2)], files);
  assert.deepEqual(checked.made?.scale, { web: 2 });
  assert.ok(codes(checked).includes('service_not_running'));
});

test('checkImport finds no obstacle in the ports and names of what is taken over', () => {
  const web = composed('web', 1, { ports: [{ target: 80, protocol: 'tcp', published: { from: 8080, to: 8080 } }] });
  const observed = {
    id: web.id,
    name: web.name,
    image: 'web:1',
    imageId: 'sha256:web',
    state: 'running',
    health: 'none',
    ports: [{ target: 80, protocol: 'tcp', hostIp: '0.0.0.0', hostPort: 8080 }],
    networks: [],
    createdAt: nothing.observedAt,
    restarts: 0,
  } as const;
  const observation = { containers: [{ ...observed, ports: [...observed.ports], networks: [] }] };
  assert.deepEqual(codes(check([web], files, observation)), ['service_not_running']);
  const stranger = { ...observed, ports: [...observed.ports], networks: [], id: 'b'.repeat(64), name: 'stranger' };
  assert.ok(codes(check([web], files, { containers: [stranger] })).length > 1);
});
