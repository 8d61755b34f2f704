import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runConfig } from './config.ts';

type Run = { code: number; out: string; err: string };

const berth = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'berth');
let root = '';
before(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'berth-config-')));
});
after(() => rmSync(root, { recursive: true, force: true }));

const write = (name: string, files: Readonly<Record<string, string>>): string => {
  const folder = join(root, name, 'app');
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
};

type Flags = Partial<Parameters<typeof runConfig>[1]>;

const run = async (
  folder: string,
  flags: Flags = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> => {
  const result: Run = { code: 0, out: '', err: '' };
  const machine = {
    folder,
    environment: { HOME: '/home/someone', ...environment },
    out: (text: string) => void (result.out += text),
    err: (text: string) => void (result.err += text),
  };
  result.code = await runConfig(machine, { file: [], envFile: [], profile: [], format: 'json', ...flags });
  return result;
};

const imageOf = (result: Run): unknown => JSON.parse(result.out).services.web.image;

const one = 'services: {web: {image: one}}\n';
const two = 'services: {web: {image: two}}\n';

test('runConfig finds the default files in the order of Compose, and the override beside them', async () => {
  assert.equal(imageOf(await run(write('order', { 'compose.yaml': one, 'docker-compose.yml': two }))), 'one');
  const files = { 'docker-compose.yml': one, 'docker-compose.override.yml': 'services: {web: {user: u}}\n' };
  assert.equal(JSON.parse((await run(write('override', files))).out).services.web.user, 'u');
  const explicit = await run(write('explicit', files), { file: ['docker-compose.yml'] });
  assert.equal(JSON.parse(explicit.out).services.web.user, undefined);
});

test('runConfig looks for files in the folders above', async () => {
  const folder = write('above', {
    'compose.yaml': 'services: {web: {image: one, volumes: ["./d:/d"]}}\n',
    'a/b/x.txt': '',
  });
  const result = await run(join(folder, 'a', 'b'));
  assert.equal(JSON.parse(result.out).services.web.volumes[0].source, join(folder, 'd'));
});

test('runConfig says so when there is no file', async () => {
  const result = await run(write('none', { 'readme.txt': 'x' }));
  assert.equal(result.code, 1);
  assert.match(result.err, /No Compose file/);
});

test('runConfig reads COMPOSE_FILE from the caller and from .env', async () => {
  const files = { 'a.yaml': one, 'b.yaml': 'services: {web: {user: u}}\n', '.env': 'COMPOSE_FILE=a.yaml:b.yaml\n' };
  assert.equal(JSON.parse((await run(write('variable', files))).out).services.web.user, 'u');
  assert.equal(
    JSON.parse((await run(write('variable2', files), {}, { COMPOSE_FILE: 'a.yaml' })).out).services.web.user,
    undefined,
  );
});

test('runConfig prefers the caller to --env-file, and that to .env', async () => {
  const files = { 'compose.yaml': 'services: {web: {image: "a:${T}"}}\n', '.env': 'T=1\n', 'my.env': 'T=2\n' };
  const folder = write('variables', files);
  assert.equal(imageOf(await run(folder)), 'a:1');
  assert.equal(imageOf(await run(folder, { envFile: ['my.env'] })), 'a:2');
  assert.equal(imageOf(await run(folder, { envFile: ['my.env'] }, { T: '3' })), 'a:3');
});

test('runConfig takes the name from the flag, the variable, the file or the folder', async () => {
  const folder = write('names', { 'compose.yaml': one, 'named.yaml': `name: filed\n${one}` });
  const nameOf = async (flags: Flags, environment = {}): Promise<unknown> =>
    JSON.parse((await run(folder, flags, environment)).out).name;
  assert.equal(await nameOf({}), 'app');
  assert.equal(await nameOf({ file: ['named.yaml'] }), 'filed');
  assert.equal(await nameOf({ file: ['named.yaml'] }, { COMPOSE_PROJECT_NAME: 'varied' }), 'varied');
  assert.equal(
    await nameOf({ file: ['named.yaml'], projectName: 'flagged' }, { COMPOSE_PROJECT_NAME: 'varied' }),
    'flagged',
  );
  assert.equal((await run(folder, { projectName: 'No Good' })).code, 1);
});

test('runConfig reads files outside the folder, because the machine is the caller’s own', async () => {
  const folder = write('outside', {
    'compose.yaml': 'services: {web: {extends: {file: ../shared/base.yaml, service: base}}}\n',
    '../shared/base.yaml': 'services: {base: {image: one, env_file: a.env}}\n',
    '../shared/a.env': 'A=1\n',
  });
  assert.deepEqual(JSON.parse((await run(folder)).out).services.web.environment, { A: '1' });
});

test('runConfig accepts what publishing refuses, and says so', async () => {
  const result = await run(
    write('notes', { 'compose.yaml': 'services:\n  web:\n    image: one\n    use_api_socket: true\n' }),
  );
  assert.equal(result.code, 0);
  assert.match(result.err, /^compose\.yaml:4:5: note: publishing refuses this: "use_api_socket"/m);
});

test('runConfig prints each problem with file, line and column', async () => {
  const result = await run(write('wrong', { 'compose.yaml': 'services:\n  web:\n    imag: one\n' }));
  assert.equal(result.code, 1);
  assert.equal(result.out, '');
  assert.match(
    result.err,
    /^compose\.yaml:3:5: The key "imag" in "web" is not one of Compose\. Did you mean "image"\?$/m,
  );
});

test('runConfig refuses a folder and a missing file by name', async () => {
  const folder = write('folder', { 'compose.yaml/x': '' });
  assert.match((await run(folder, { file: ['compose.yaml'] })).err, /cannot be read/);
  assert.match((await run(folder, { file: ['nope.yaml'] })).err, /nope\.yaml/);
});

const execute = (
  folder: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> =>
  new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: root, ...environment } };
    execFile(berth, ['config', ...parameters], options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });

test('berth config prints YAML, exits with 1 on a refusal, and never shows a stack trace', async () => {
  const good = write('program', { 'compose.yaml': 'services: {web: {image: "a:${T}", ports: ["80:80"]}}\n' });
  const accepted = await execute(good, [], { T: '5' });
  assert.equal(accepted.code, 0, accepted.err);
  assert.match(accepted.out, /image: a:5/);
  const refused = await execute(good, ['-f', 'nope.yaml']);
  assert.equal(refused.code, 1);
  assert.doesNotMatch(refused.err, /^\s+at /m);
  const bomb = await execute(write('bomb', { 'compose.yaml': '['.repeat(830) }), []);
  assert.equal(bomb.code, 1);
  assert.match(bomb.err, /^compose\.yaml:1:64: /m);
  const profiles = await execute(
    write('profiles', { 'a.yaml': 'services: {web: {image: a}, db: {image: b, profiles: [x]}}\n' }),
    ['-f', 'a.yaml', '--profile', 'x', '--format', 'json', '-p', 'named'],
  );
  assert.deepEqual(Object.keys(JSON.parse(profiles.out).services), ['web', 'db']);
  assert.equal(JSON.parse(profiles.out).name, 'named');
});
