import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { canonicalJson } from '#orchestration/standalone/canonical-json.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import {
  aNetwork,
  aService,
  applicationId,
  aSpec,
  environmentId,
  foreign,
  noon,
  otherApplicationId,
  ownerOfContainer,
  up,
} from '#testing/applications.ts';
import { checkHost, compilePublication, placed } from './check-publication.ts';

const check = (containers: readonly ObservedContainer[], id: string | undefined, scale = {}) =>
  checkHost(
    { id, name: 'shop', environment: environmentId, spec: aSpec({ web: aService() }), scale },
    {
      name: 'alpha',
      observation: { observedAt: noon, containers: [...containers], networks: [], volumes: [] },
      listeners: [],
    },
    [],
  ).map(({ code, path, message }) => ({ code, path, message }));

const taken = (message: string) => [{ code: 'name_taken', path: 'services.web', message }];

test('checkHost finds a foreign container of a name that is needed, also on the first publish', () => {
  for (const id of [applicationId, undefined])
    assert.deepEqual(
      check([foreign('berth-shop-web-1')], id),
      taken('Host alpha has a container called berth-shop-web-1 which is not Berth’s'),
    );
});

test('checkHost finds a container of another application whose name comes to the same', () => {
  const owner = ownerOfContainer('shop-web', 0, { application: otherApplicationId, applicationName: 'my' });
  for (const id of [applicationId, undefined])
    assert.deepEqual(
      check([up('web', 0, { owner })], id),
      taken('The container name berth-shop-web-1 belongs to the service shop-web of the application my'),
    );
});

test('checkHost is content with containers of the application itself, and with names it does not need', () => {
  assert.deepEqual(check([up('web'), foreign('berth-shop-web-2')], applicationId), []);
  assert.deepEqual(check([foreign('berth-shop-web-2')], applicationId, { web: 2 }).length, 1);
});

const publication = (text: string, more = {}) => ({
  name: 'shop',
  bundle: { files: { 'compose.yaml': text }, main: ['compose.yaml'] },
  ...more,
});

test('compilePublication gives the spec of right files, with their variables filled in', () => {
  const compiled = compilePublication(
    publication('services:\n  web:\n    image: sim/web:${TAG}\n', { variables: { TAG: '7' } }),
  );
  assert.ok('spec' in compiled, JSON.stringify(compiled));
  assert.equal(compiled.spec.services['web']?.image, 'sim/web:7');
});

test('compilePublication reads variables from .env, or from the files that are named in its place', () => {
  const bundle = {
    files: {
      'compose.yaml': 'services:\n  web:\n    image: sim/web:1\n    hostname: ${X:-default}\n    env_file: .env\n',
      '.env': 'X=plain\n',
      'a.env': 'X=a\n',
      'b.env': 'X=b\n',
    },
    main: ['compose.yaml'],
  };
  const hostname = (more: object, variables = {}) => {
    const compiled = compilePublication({ name: 'shop', bundle: { ...bundle, ...more }, variables });
    assert.ok('spec' in compiled, JSON.stringify(compiled));
    assert.deepEqual(compiled.spec.services['web']?.environment, { X: 'plain' }, 'env_file is read all the same');
    return compiled.spec.services['web']?.hostname;
  };
  assert.equal(hostname({}), 'plain');
  assert.equal(hostname({ envFiles: [] }), 'default');
  assert.equal(hostname({ envFiles: ['a.env', 'b.env'] }), 'b');
  assert.equal(hostname({ envFiles: ['a.env'] }, { X: 'given' }), 'given');
  const gone = compilePublication({ name: 'shop', bundle: { ...bundle, envFiles: ['c.env'] } });
  assert.deepEqual('problems' in gone ? gone.problems.map(({ code, file }) => [code, file]) : [], [
    ['file_missing', 'c.env'],
  ]);
});

test('compilePublication says where a file is wrong, and takes no variable from the server', () => {
  const wrong = compilePublication(publication('services:\n  web:\n    imag: x\n'));
  assert.ok('problems' in wrong);
  assert.deepEqual([wrong.problems[0]?.file, wrong.problems[0]?.line], ['compose.yaml', 3]);
  const leak = compilePublication(publication('services:\n  web:\n    image: x:${PATH}\n'));
  assert.ok('problems' in leak);
  assert.match(leak.problems[0]?.message ?? '', /PATH/);
});

test('checkHost misses external networks and volumes that are not of this environment', () => {
  const spec = {
    ...aSpec({ web: aService() }),
    networks: { front: { external: true, name: 'edge', labels: {} } },
    volumes: { data: { external: true, labels: {} } },
  };
  const owner = { application: otherApplicationId, applicationName: 'other', key: 'edge' };
  const find = (environment: string) =>
    checkHost(
      { id: undefined, name: 'shop', environment: environmentId, spec, scale: {} },
      {
        name: 'alpha',
        observation: {
          observedAt: noon,
          containers: [],
          networks: [
            { id: 'n1', name: 'berth_edge', driver: 'bridge', createdAt: noon, owner: { ...owner, environment } },
          ],
          volumes: [{ name: 'berth_data', driver: 'local', owner: { ...owner, environment } }],
        },
        listeners: [],
      },
      [],
    ).map(({ code, path }) => `${code} ${path}`);
  assert.deepEqual(find(environmentId), []);
  assert.deepEqual(find('env_another'), ['network_not_found networks.front', 'volume_not_found volumes.data']);
});

test('checkHost lets no network be made anew that others are on', () => {
  const before = { external: false, name: 'edge', labels: {} };
  const find = (network: object, guests: readonly ObservedContainer[], id: typeof applicationId | undefined) =>
    checkHost(
      {
        id,
        name: 'shop',
        environment: environmentId,
        spec: {
          ...aSpec({ web: aService({ networks: { edge: { aliases: [] } } }) }),
          networks: { edge: { ...before, ...network } },
        },
        scale: {},
      },
      {
        name: 'alpha',
        observation: {
          observedAt: noon,
          containers: [up('web', 0, { networks: ['berth_edge'] }), ...guests],
          networks: [aNetwork('berth_edge', { specHash: sha256(canonicalJson(before)) })],
          volumes: [],
        },
        listeners: [],
      },
      [],
    ).flatMap(({ code, message, path }) => (code === 'network_in_use' ? [`${path}: ${message}`] : []));
  const other = up('x', 0, {
    owner: ownerOfContainer('x', 0, { application: otherApplicationId, applicationName: 'other' }),
    networks: ['berth_edge'],
  });
  const stranger = foreign('stranger', { networks: ['berth_edge'] });
  const words = (who: string) => [
    `networks.edge: The network edge cannot be made anew with other settings while ${who} is on it`,
  ];
  assert.deepEqual(find({ internal: true }, [other], applicationId), words('the application other'));
  assert.deepEqual(
    find({ internal: true }, [stranger], applicationId),
    words('the container stranger, which is not Berth’s'),
  );
  assert.deepEqual(find({ internal: true }, [], applicationId), []);
  assert.deepEqual(find({}, [other], applicationId), [], 'it is as it was');
  assert.deepEqual(find({ internal: true }, [other], undefined), [], 'it is another application’s to define');
});

test('placed says where in the files a problem of the spec stands, unless it is known', () => {
  const compiled = compilePublication(publication('services:\n  web:\n    image: x\n    privileged: true\n'));
  assert.ok('spec' in compiled);
  const problem = { severity: 'error', code: 'privileged', message: 'm', path: 'services.web.privileged' } as const;
  assert.deepEqual(placed(problem, compiled.placeOf), { ...problem, file: 'compose.yaml', line: 4, column: 5 });
  assert.deepEqual(placed({ ...problem, file: 'x' }, compiled.placeOf), { ...problem, file: 'x' });
  assert.deepEqual(placed({ ...problem, path: 'nothing' }, compiled.placeOf), { ...problem, path: 'nothing' });
  assert.deepEqual(placed(problem, undefined), problem);
});

test('compilePublication carries files that are no text', () => {
  const text = 'services: {web: {image: x, secrets: [key]}}\nsecrets: {key: {file: key.bin}}\n';
  const { bundle, ...rest } = publication(text);
  const compiled = compilePublication({ ...rest, bundle: { ...bundle, binaries: { 'key.bin': 'AP8=' } } });
  assert.ok('spec' in compiled);
  assert.equal(compiled.spec.files?.['secret:key']?.content, 'AP8=');
});
