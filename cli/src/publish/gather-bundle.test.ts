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
    files: Record<string, string>;
    request?: Partial<BundleRequest>;
    sent: readonly string[];
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
    const bundle = gatherBundle(request(makeFolder(t, row.files), row.request));
    assert.deepEqual(Object.keys(bundle.files).toSorted(), row.sent);
    assert.deepEqual(bundle.main, row.main);
    if (row.name !== undefined) assert.equal(bundle.name, row.name);
    assert.deepEqual(bundle.variables, row.variables ?? {});
  });

const refuse = (t: TestContext, files: Record<string, string>, more: Partial<BundleRequest> = {}): PlatformError => {
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
  { files: Record<string, string>; request?: Partial<BundleRequest>; code: string; says: RegExp }
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
  'refuses a file that is no text': {
    files: {
      'compose.yaml': `${web}    configs: [c]\nconfigs: {c: {file: big.bin}}\n`,
      'big.bin': 'x'.repeat(262_145),
    },
    code: 'invalid_compose',
    says: /^big\.bin too_large/,
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
  assert.equal(gatherBundle(request(folder)).files['link.env'], 'A=1');
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
