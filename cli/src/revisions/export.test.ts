import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseArgs } from 'node:util';
import { gatherBundle } from '#publish/gather-bundle.ts';
import { runBerth } from '#testing/run-berth.ts';

const web = 'services:\n  web:\n    image: web:1\n    hostname: "${NAME:-none}"\n';
const exported = (more: object = {}) => ({
  name: 'shop',
  revision: 4,
  bundle: { files: { 'compose.yaml': web }, main: ['compose.yaml'] },
  variables: {},
  profiles: [],
  ...more,
});
const run = (t: TestContext, answer: object, words: readonly string[]) =>
  runBerth(t, ['export', 'shop', ...words], { answers: { 'GET /applications/shop/export': answer } });

test('export prints a single file as it is', async (t) => {
  const { code, out, asked } = await run(t, exported(), []);
  assert.deepEqual([code, out, asked[0]?.query], [0, web, 'form=files']);
  const resolved = await run(t, exported(), ['--resolved', '--revision', '2']);
  assert.equal(resolved.asked[0]?.query, 'form=resolved&revision=2');
});

test('export prints nothing that would be less than all of it', async (t) => {
  const more = [
    { variables: { NAME: 'x' } },
    { profiles: ['tools'] },
    { bundle: { files: { 'compose.yaml': web, 'a.env': '' }, main: ['compose.yaml'] } },
    { bundle: { files: { 'compose.yaml': web }, binaries: { key: 'AAE=' }, main: ['compose.yaml'] } },
  ];
  for (const part of more) {
    const { code, out, err } = await run(t, exported(part), []);
    assert.deepEqual([code, out], [2, ''], JSON.stringify(part));
    assert.match(err, /--to FOLDER/);
    assert.deepEqual(JSON.parse((await run(t, exported(part), ['--json'])).out), exported(part));
  }
});

const hard = {
  PLAIN: 'a-b/c:1',
  EMPTY: '',
  BLANKS: '  a # b  ',
  QUOTES: `it's "so"`,
  DOLLARS: '$HOME ${X} $$',
  SLASHES: 'a\\b\\n\\',
  LINES: 'one\ntwo\r\nthree',
  SCRIPT: '世界 `x`',
};

const trips: Record<string, object> = {
  'its files alone': {},
  'variables of every kind': { variables: hard },
  'bytes, folders and several Compose files': {
    bundle: {
      files: { 'a.yaml': web, 'more/b.yaml': 'services:\n  web:\n    secrets: [key]\nsecrets: {key: {file: ./key}}\n' },
      binaries: { key: '/wA=' },
      main: ['a.yaml', 'more/b.yaml'],
    },
  },
  'a Compose file below its folder': {
    bundle: {
      files: { 'deploy/compose.yaml': `${web}    env_file: ../a.env\n`, 'a.env': 'A=1\n' },
      main: ['deploy/compose.yaml'],
    },
    variables: { NAME: 'x' },
  },
  'a .env of its own, over which the variables go': {
    bundle: {
      files: { 'compose.yaml': `${web}    env_file: .env\n`, '.env': 'NAME=file\nA=1\n' },
      main: ['compose.yaml'],
    },
    variables: { NAME: 'variable', A: '1' },
  },
  'a .env of its own that no variable comes from': {
    bundle: {
      files: { 'compose.yaml': `${web}    env_file: .env\n`, '.env': 'NAME=file\n' },
      main: ['compose.yaml'],
      envFiles: [],
    },
  },
  'a .env of its own that no variable comes from, beside variables': {
    bundle: {
      files: { 'compose.yaml': `${web}    env_file: .env\n`, '.env': 'NAME=file\n' },
      main: ['compose.yaml'],
      envFiles: [],
    },
    variables: { NAME: 'variable' },
  },
  profiles: {
    bundle: {
      files: { 'compose.yaml': `${web}    profiles: [a]\n    env_file: x\n`, x: '' },
      main: ['compose.yaml'],
    },
    profiles: ['a'],
  },
};
for (const [name, more] of Object.entries(trips))
  test(`export --to writes what publishes to the same: ${name}`, async (t) => {
    const answer = exported(more);
    const { code, out, err, folder } = await run(t, answer, ['--to', 'out put']);
    assert.equal(code, 0, err);
    assert.match(out, /^Revision 4 of shop is in out put: \d files\. Publish it with:\n {2}berth publish shop -f /);
    const line = out.trim().split('\n').at(-1)?.replace('berth publish ', '') ?? '';
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const { values } = parseArgs({
      args: words.slice(1),
      options: {
        file: { type: 'string', short: 'f', multiple: true },
        'env-file': { type: 'string', multiple: true },
        profile: { type: 'string', multiple: true },
        root: { type: 'string' },
      },
    });
    const again = gatherBundle({
      folder,
      environment: {},
      name: words[0],
      files: values.file ?? [],
      envFiles: values['env-file'] ?? [],
      profiles: values.profile ?? [],
      variables: [],
      root: values.root,
    });
    assert.deepEqual(again.bundle, answer.bundle);
    assert.deepEqual(again.variables, answer.variables);
    assert.deepEqual(values.profile ?? [], answer.profiles);
    for (const file of readdirSync(join(folder, 'out put'), { recursive: true, withFileTypes: true }))
      if (file.isFile()) assert.equal(statSync(join(file.parentPath, file.name)).mode & 0o777, 0o600);
  });

test('export --to names the files that variables come from, and the variables over them', async (t) => {
  const files = { 'compose.yaml': web, '.env': 'NAME=env\n', 'a.env': 'NAME=a\n' };
  const bundle = { files, main: ['compose.yaml'], envFiles: ['a.env'] };
  const alone = await run(t, exported({ bundle }), ['--to', 'to']);
  assert.match(alone.out, /compose\.yaml --env-file to\/a\.env$/m);
  const { out } = await run(t, exported({ bundle, variables: { NAME: 'v' } }), ['--to', 'to']);
  assert.match(out, /compose\.yaml --env-file to\/a\.env --env-file to\/variables\.env$/m);
});

test('export writes into no folder that holds something, unless it is forced', async (t) => {
  const once = async (words: readonly string[]) => {
    const answers = { 'GET /applications/shop/export': exported() };
    return runBerth(t, ['export', 'shop', '--to', 'full', ...words], {
      answers,
      files: { 'full/compose.yaml': 'mine' },
    });
  };
  const refused = await once([]);
  assert.equal(refused.code, 2);
  assert.equal(readFileSync(join(refused.folder, 'full/compose.yaml'), 'utf8'), 'mine');
  const forced = await once(['--force', '--json']);
  assert.equal(readFileSync(join(forced.folder, 'full/compose.yaml'), 'utf8'), web);
  assert.deepEqual(JSON.parse(forced.out), {
    folder: join(forced.folder, 'full'),
    files: ['compose.yaml'],
    publish: 'berth publish shop -f full/compose.yaml',
    name: 'shop',
    revision: 4,
  });
});

for (const name of ['../out', '/out', 'a/../../out', 'a//b', './a', 'a\\b'])
  test(`export writes no file called ${name}`, async (t) => {
    const answer = exported({ bundle: { files: { [name]: 'x' }, main: [name] } });
    const { code, folder } = await run(t, answer, ['--to', 'to']);
    assert.deepEqual([code, readdirSync(folder)], [1, []]);
  });

test('export --to takes a folder that is there and empty', async (t) => {
  const answers = { 'GET /applications/shop/export': exported() };
  const { folder } = await runBerth(t, ['apps'], {});
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'beside'), '');
  const { code, err } = await runBerth(t, ['export', 'shop', '--to', join(folder, 'empty')], { answers });
  assert.equal(code, 0, err);
});
