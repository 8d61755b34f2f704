import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeFolder } from '#testing/temporary-folder.ts';
import { applicationName, gatherBundle, type BundleRequest } from './gather-bundle.ts';

const request = (folder: string, more: Partial<BundleRequest> = {}): BundleRequest => ({
  folder,
  environment: {},
  files: [],
  envFiles: [],
  variables: [],
  profiles: [],
  name: undefined,
  ...more,
});

const web = 'services:\n  web:\n    image: web:1\n';

const gathered: Record<
  string,
  {
    files: Record<string, string | Uint8Array>;
    request?: Partial<BundleRequest>;
    sent: readonly string[];
    binaries?: Record<string, string>;
    envFiles?: readonly string[];
    main: readonly string[];
    name?: string;
    variables?: Record<string, string>;
  }
> = {
  'takes the default file and nothing else of the folder': {
    files: { 'compose.yaml': web, 'notes.txt': 'private', 'other.env': 'A=1' },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
  },
  'takes the default override after it': {
    files: { 'compose.yaml': web, 'compose.override.yaml': web },
    sent: ['compose.override.yaml', 'compose.yaml'],
    main: ['compose.yaml', 'compose.override.yaml'],
  },
  'takes the files that are named, counted from the folder of the first': {
    files: { 'deploy/a.yaml': web, 'deploy/more/b.yaml': web },
    request: { files: ['deploy/a.yaml', 'deploy/more/b.yaml'] },
    sent: ['a.yaml', 'more/b.yaml'],
    main: ['a.yaml', 'more/b.yaml'],
  },
  'takes environment files, extended files and included files with their own': {
    files: {
      'compose.yaml': `include: [part/inner.yaml]\n${web}    env_file: [a.env, {path: none.env, required: false}]\n    extends: {file: base.yaml, service: base}\n`,
      'a.env': 'A=1',
      'base.yaml': 'services:\n  base:\n    image: web:1\n    env_file: base.env\n',
      'base.env': 'B=1',
      'part/inner.yaml': 'services:\n  db:\n    image: "db:${TAG}"\n    env_file: db.env\n',
      'part/.env': 'TAG=7',
      'part/db.env': 'C=1',
    },
    sent: ['a.env', 'base.env', 'base.yaml', 'compose.yaml', 'part/.env', 'part/db.env', 'part/inner.yaml'],
    main: ['compose.yaml'],
  },
  'takes the files of configs and secrets': {
    files: {
      'compose.yaml': `${web}    configs: [site]\n    secrets: [key]\nconfigs: {site: {file: ./site.conf}}\nsecrets: {key: {file: keys/key.txt}}\n`,
      'site.conf': 'x',
      'keys/key.txt': 'y',
    },
    sent: ['compose.yaml', 'keys/key.txt', 'site.conf'],
    main: ['compose.yaml'],
  },
  'sends the variables of .env, but not the file': {
    files: { 'compose.yaml': web.replace('web:1', '"web:${TAG}"'), '.env': 'TAG=2\nOTHER=3' },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    variables: { TAG: '2', OTHER: '3' },
  },
  'sends .env where a service names it': {
    files: { 'compose.yaml': `${web}    env_file: .env\n`, '.env': 'A=1' },
    sent: ['.env', 'compose.yaml'],
    main: ['compose.yaml'],
    variables: { A: '1' },
  },
  'sends of the shell only what the files ask for, lets --var win over all, and takes --env-file in place of .env': {
    files: {
      'compose.yaml': `${web}    environment: ["A=\${FROM_SHELL}\${FROM_ENV}\${FROM_FILE}\${FROM_VAR}", BARE]\n`,
      '.env': 'FROM_SHELL=env\nFROM_ENV=env\nFROM_FILE=env\nFROM_VAR=env\nONLY_HERE=env',
      'first.env': 'FROM_SHELL=first\nFROM_ENV=first\nFROM_FILE=first\nFROM_VAR=first',
      'more.env': 'FROM_FILE=file\nFROM_VAR=file',
    },
    request: {
      envFiles: ['first.env', 'more.env'],
      environment: { FROM_SHELL: 'shell', FROM_VAR: 'shell', BARE: 'b', SECRET: 's', HOME: '/root', PATH: '/bin' },
      variables: ['FROM_VAR=var'],
    },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    variables: { FROM_SHELL: 'shell', FROM_ENV: 'first', FROM_FILE: 'file', FROM_VAR: 'var', BARE: 'b' },
  },
  'sends .env where a service names it, and that no variable is read from it where --env-file takes its place': {
    files: {
      'compose.yaml': `${web}    env_file: .env\n    hostname: "\${A:-none}-\${B:-none}"\n`,
      '.env': 'A=1',
      'b.env': 'B=2',
    },
    request: { envFiles: ['b.env'] },
    sent: ['.env', 'compose.yaml'],
    main: ['compose.yaml'],
    variables: { B: '2' },
    envFiles: [],
  },
  'says nothing of .env where --env-file names it as well': {
    files: { 'a/compose.yaml': `${web}    env_file: .env\n    hostname: "\${A}"\n`, 'a/.env': 'A=1', 'b.env': 'A=2' },
    request: { files: ['a/compose.yaml'], envFiles: ['a/.env', 'b.env'] },
    sent: ['.env', 'compose.yaml'],
    main: ['compose.yaml'],
    variables: { A: '2' },
  },
  'takes the bytes of configs and secrets that are no text': {
    files: {
      'compose.yaml': `${web}    secrets: [key]\nsecrets: {key: {file: ./keys/../key.der}}\n`,
      'key.der': Uint8Array.of(0, 255, 1),
    },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    binaries: { 'key.der': 'AP8B' },
  },
  'sends of the shell what a secret asks for': {
    files: { 'compose.yaml': `${web}    secrets: [key]\nsecrets: {key: {environment: TOKEN}}\n` },
    request: { environment: { TOKEN: 't', OTHER: 'o' } },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    variables: { TOKEN: 't' },
  },
  'takes the folder of a build but for what .dockerignore names': {
    files: {
      'compose.yaml': 'services: {web: {build: app}}',
      'notes.txt': 'private',
      'app/Dockerfile': 'FROM scratch\nCOPY . /\n',
      'app/.dockerignore': 'packages\n*.log\nDockerfile\n',
      'app/main.bin': Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff),
      'app/src/a.txt': 'a',
      'app/src/b.log': 'kept: the pattern is for the folder itself',
      'app/c.log': '',
      'app/packages/deep/x': '',
    },
    sent: ['app/.dockerignore', 'app/Dockerfile', 'app/src/a.txt', 'app/src/b.log', 'compose.yaml'],
    main: ['compose.yaml'],
    binaries: { 'app/main.bin': 'f0VMRv8=' },
  },
  'takes what an exception brings back from a folder that is ignored': {
    files: {
      'compose.yaml': 'services: {web: {build: .}}',
      Dockerfile: 'FROM scratch',
      '.dockerignore': '*\n!packages/own\n',
      'packages/own/x': '',
      'packages/other/x': '',
    },
    sent: ['.dockerignore', 'Dockerfile', 'compose.yaml', 'packages/own/x'],
    main: ['compose.yaml'],
  },
  'takes the patterns beside a Dockerfile before those of the folder': {
    files: {
      'compose.yaml': 'services: {web: {build: {context: ., dockerfile: docker/Prod}}}',
      'docker/Prod': 'FROM scratch',
      'docker/Prod.dockerignore': 'a',
      '.dockerignore': 'b',
      a: '',
      b: '',
    },
    sent: ['.dockerignore', 'b', 'compose.yaml', 'docker/Prod', 'docker/Prod.dockerignore'],
    main: ['compose.yaml'],
  },
  'takes a Dockerfile beside the folder of a build, and none for one written in the file': {
    files: {
      'compose.yaml':
        'services: {web: {build: {context: app, dockerfile: ../docker/Prod}}, two: {build: {context: b, dockerfile_inline: "FROM x"}}}',
      'app/a': '',
      'b/Dockerfile.old': '',
      'docker/Prod': 'FROM scratch',
      'docker/other': '',
    },
    sent: ['app/a', 'b/Dockerfile.old', 'compose.yaml', 'docker/Prod'],
    main: ['compose.yaml'],
  },
  'takes no files of a service whose profile is not active': {
    files: { 'compose.yaml': `${web}  tool: {build: ./none, profiles: [tools]}\n` },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
  },
  'takes files above the first Compose file when --root says so': {
    files: {
      'deploy/compose.yaml': 'services: {web: {build: {context: ../app}, env_file: ../a.env, hostname: "${TAG}"}}',
      'deploy/.env': 'TAG=t',
      '.env': 'TAG=other',
      'app/Dockerfile': 'FROM scratch',
      'a.env': 'A=1',
    },
    request: { files: ['deploy/compose.yaml'], root: '.' },
    sent: ['a.env', 'app/Dockerfile', 'deploy/compose.yaml'],
    main: ['deploy/compose.yaml'],
    name: 'deploy',
    variables: { TAG: 't' },
  },
  'calls it what the file says': {
    files: { 'compose.yaml': `name: my_shop\n${web}` },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    name: 'my-shop',
  },
  'calls it what COMPOSE_PROJECT_NAME says, which does not go along': {
    files: { 'compose.yaml': `name: shop\n${web}`, '.env': 'COMPOSE_PROJECT_NAME=other' },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    name: 'other',
    variables: {},
  },
  'calls it what it is told': {
    files: { 'compose.yaml': `name: shop\n${web}` },
    request: { name: 'mine' },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    name: 'mine',
  },
  'calls it what its folder is called': {
    files: { 'The Shop/compose.yaml': web },
    request: { files: ['The Shop/compose.yaml'] },
    sent: ['compose.yaml'],
    main: ['compose.yaml'],
    name: 'theshop',
  },
};

for (const [name, row] of Object.entries(gathered))
  test(`gatherBundle ${name}`, (t) => {
    const { name: found, bundle, variables } = gatherBundle(request(makeFolder(t, row.files), row.request));
    assert.deepEqual(Object.keys(bundle.files).toSorted(), row.sent);
    assert.deepEqual(bundle.binaries, row.binaries);
    assert.deepEqual(bundle.envFiles, row.envFiles);
    assert.deepEqual(bundle.main, row.main);
    if (row.name !== undefined) assert.equal(found, row.name);
    assert.deepEqual(variables, row.variables ?? {});
  });

const refuse = (
  t: TestContext,
  files: Record<string, string | Uint8Array>,
  more: Partial<BundleRequest> = {},
): PlatformError => {
  let thrown: unknown;
  try {
    gatherBundle(request(makeFolder(t, files), more));
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof PlatformError, `refused, but: ${String(thrown)}`);
  return thrown;
};

const refused: Record<
  string,
  { files: Record<string, string | Uint8Array>; request?: Partial<BundleRequest>; code: string; says: RegExp }
> = {
  'refuses a folder without a Compose file': { files: {}, code: 'invalid_request', says: /No Compose file/ },
  'refuses a file that is not there': {
    files: {},
    request: { files: ['a.yaml'] },
    code: 'invalid_request',
    says: /no file a\.yaml/,
  },
  'refuses a second file outside of the folder of the first': {
    files: { 'in/a.yaml': web, 'b.yaml': web },
    request: { files: ['in/a.yaml', 'b.yaml'] },
    code: 'invalid_request',
    says: /\.\.\/b\.yaml lies outside/,
  },
  'refuses a path that leads out, at its place': {
    files: { 'compose.yaml': `${web}    env_file: ../out.env\n` },
    code: 'invalid_compose',
    says: /^compose\.yaml:4:15 outside_bundle/,
  },
  'refuses an absolute path': {
    files: { 'compose.yaml': `${web}    env_file: /etc/hostname\n` },
    code: 'invalid_compose',
    says: /^compose\.yaml:4:15 outside_bundle/,
  },
  'refuses a file that is missing, at the place that names it': {
    files: { 'compose.yaml': `${web}    env_file: none.env\n` },
    code: 'invalid_compose',
    says: /^compose\.yaml:4:15 file_missing/,
  },
  'refuses a variable that nobody sets': {
    files: { 'compose.yaml': `${web}    hostname: \${NOBODY}\n` },
    code: 'invalid_compose',
    says: /^compose\.yaml:4:15 unset_variable/,
  },
  'refuses a malformed .env at its line': {
    files: { 'compose.yaml': web, '.env': 'A=1\nB="open\n' },
    code: 'invalid_compose',
    says: /^\.env:2:1 env_file_syntax/,
  },
  'refuses a config that is too large, at the place that names it': {
    files: {
      'compose.yaml': `${web}    configs: [c]\nconfigs: {c: {file: big.bin}}\n`,
      'big.bin': 'x'.repeat(600_000),
    },
    code: 'invalid_compose',
    says: /^compose\.yaml:5:21 too_large/,
  },
  'refuses a config that is missing, at the place that names it': {
    files: { 'compose.yaml': `${web}    configs: [c]\nconfigs: {c: {file: none.conf}}\n` },
    code: 'invalid_compose',
    says: /^compose\.yaml:5:21 file_missing/,
  },
  'refuses a secret outside of the folder': {
    files: { 'compose.yaml': `${web}    secrets: [c]\nsecrets: {c: {file: ../key}}\n` },
    code: 'invalid_compose',
    says: /^compose\.yaml:5:21 outside_bundle/,
  },
  'refuses an environment file that is no text': {
    files: { 'compose.yaml': `${web}    env_file: a.env\n`, 'a.env': Uint8Array.of(0x41, 0x3d, 0xff) },
    code: 'invalid_compose',
    says: /^a\.env not_text/,
  },
  'refuses one file that is more than the server takes': {
    files: { 'compose.yaml': 'services: {web: {build: .}}', Dockerfile: 'FROM x', big: new Uint8Array(12_582_913) },
    code: 'invalid_compose',
    says: /^big too_large/,
  },
  'refuses a folder to build from that is not there': {
    files: { 'compose.yaml': 'services: {web: {build: ./none}}' },
    code: 'invalid_compose',
    says: /^compose\.yaml:1:25 file_missing/,
  },
  'refuses a folder to build from without its Dockerfile': {
    files: { 'compose.yaml': 'services: {web: {build: ./app}}', 'app/a': '' },
    code: 'invalid_compose',
    says: /^compose\.yaml:1:25 file_missing/,
  },
  'refuses a folder to build from that lies outside': {
    files: { 'compose.yaml': 'services: {web: {build: ../}}' },
    code: 'invalid_compose',
    says: /^compose\.yaml:1:25 outside_bundle/,
  },
  'refuses an address to build from': {
    files: { 'compose.yaml': 'services: {web: {build: "https://example.com/a.git"}}' },
    code: 'invalid_compose',
    says: /^compose\.yaml:1:25 remote_file/,
  },
  'refuses more files to build from than are allowed': {
    files: {
      'compose.yaml': 'services: {web: {build: .}}',
      Dockerfile: 'FROM x',
      ...Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`many/${index}`, ''])),
    },
    code: 'invalid_compose',
    says: /^compose\.yaml:1:25 too_much_to_build/,
  },
  'refuses more bytes to build from than are allowed': {
    files: {
      'compose.yaml': 'services: {web: {build: .}}',
      Dockerfile: 'FROM x',
      a: new Uint8Array(12_000_000),
      b: new Uint8Array(12_000_000),
    },
    code: 'invalid_compose',
    says: /^compose\.yaml:1:25 too_much_to_build/,
  },
  'refuses files that together are more than the server takes': {
    files: {
      'compose.yaml': 'services: {one: {build: a}, two: {build: b}}',
      'a/Dockerfile': 'FROM x',
      'b/Dockerfile': 'FROM x',
      'a/a': new Uint8Array(10_000_000),
      'a/b': new Uint8Array(10_000_000),
      'b/a': new Uint8Array(10_000_000),
      'b/b': new Uint8Array(10_000_000),
    },
    code: 'too_large',
    says: /38\.1 MiB; the server takes 32\.0 MiB/,
  },
  'refuses a --root that does not hold the files': {
    files: { 'a/compose.yaml': web, 'b/x': '' },
    request: { files: ['a/compose.yaml'], root: 'b' },
    code: 'invalid_request',
    says: /\.\.\/a\/compose\.yaml lies outside/,
  },
  'refuses a --var without a value that the shell does not give either': {
    files: { 'compose.yaml': web },
    request: { variables: ['NOBODY'] },
    code: 'invalid_request',
    says: /NOBODY=VALUE/,
  },
  'refuses a --var whose name is none': {
    files: { 'compose.yaml': web },
    request: { variables: ['1x=2'] },
    code: 'invalid_request',
    says: /letters, digits/,
  },
  'refuses standard input': {
    files: {},
    request: { files: ['-'] },
    code: 'invalid_request',
    says: /not from standard input/,
  },
};

for (const [name, row] of Object.entries(refused))
  test(`gatherBundle ${name}`, (t) => {
    const { code, message, problems } = refuse(t, row.files, row.request);
    const [problem] = problems;
    const place = [problem?.file, problem?.line, problem?.column].filter((part) => part !== undefined).join(':');
    assert.equal(code, row.code);
    assert.match(problem === undefined ? message : `${place} ${problem.code}`, row.says);
  });

test('gatherBundle does not follow a symbolic link out of the folder', (t) => {
  const outside = makeFolder(t, { 'secret.env': 'PASSWORD=hush' });
  const folder = makeFolder(t, { 'compose.yaml': `${web}    env_file: link.env\n` });
  symlinkSync(join(outside, 'secret.env'), join(folder, 'link.env'));
  assert.throws(
    () => gatherBundle(request(folder)),
    (thrown) => thrown instanceof PlatformError && thrown.problems[0]?.file === 'link.env',
  );
});

test('gatherBundle follows a symbolic link inside the folder', (t) => {
  const folder = makeFolder(t, { 'compose.yaml': `${web}    env_file: link.env\n`, 'real.env': 'A=1' });
  symlinkSync('real.env', join(folder, 'link.env'));
  assert.equal(gatherBundle(request(folder)).bundle.files['link.env'], 'A=1');
});

test('gatherBundle sends a copy of what a link in the folder of a build leads to, and refuses links out and to folders', (t) => {
  const outside = makeFolder(t, { secret: 'hush' });
  const folder = makeFolder(t, {
    'compose.yaml': 'services: {web: {build: app}}',
    'app/Dockerfile': 'FROM scratch',
    'shared.txt': 'shared',
  });
  symlinkSync('../shared.txt', join(folder, 'app/link'));
  assert.equal(gatherBundle(request(folder)).bundle.files['app/link'], 'shared');
  symlinkSync(join(outside, 'secret'), join(folder, 'app/out'));
  symlinkSync('..', join(folder, 'app/up'));
  assert.throws(
    () => gatherBundle(request(folder)),
    ({ problems }: PlatformError) => {
      assert.deepEqual(
        problems.map(({ code, file }) => [code, file]),
        [
          ['outside_bundle', 'app/out'],
          ['file_missing', 'compose.yaml'],
        ],
      );
      return true;
    },
  );
});

test('gatherBundle takes --var NAME from the shell', (t) => {
  const folder = makeFolder(t, { 'compose.yaml': web });
  const bundle = gatherBundle(request(folder, { variables: ['NAME'], environment: { NAME: 'x' } }));
  assert.deepEqual(bundle.variables, { NAME: 'x' });
});

const names: readonly (readonly [string, string])[] = [
  ['shop', 'shop'],
  ['my_shop_', 'my-shop'],
  ['__x', 'x'],
  [`${'a'.repeat(39)}-b`, 'a'.repeat(39)],
];
for (const [from, to] of names)
  test(`applicationName makes ${to} of ${from}`, () => assert.equal(applicationName(from), to));
