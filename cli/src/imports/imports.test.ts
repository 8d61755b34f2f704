import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ForeignContainer } from '@berth/contract/imports.ts';
import { runBerth } from '#testing/run-berth.ts';
import { sampleOperation } from '#testing/sample-operation.ts';

const foreign = (id: string, name: string, more: Partial<ForeignContainer> = {}): ForeignContainer => ({
  id,
  name,
  image: 'web:1',
  state: 'running',
  createdAt: '2026-01-01T12:00:00.000Z',
  host: 'h1',
  ...more,
});
const items = [
  foreign('aaaaaa1111112222', 'old_web_1', { project: 'old', service: 'web' }),
  foreign('aaaaaa3333334444', 'old_web_2', { project: 'old', service: 'web' }),
  foreign('bbbbbb5555556666', 'cache'),
];
const accepted = {
  operation: sampleOperation({ kind: 'import', state: 'succeeded', finishedAt: '2026-01-01T12:00:01.000Z' }),
};
const written = { files: { 'compose.yaml': 'services: {}\n' }, main: ['compose.yaml'] };
const preview = {
  problems: [],
  bundle: written,
  variables: {},
  matches: [
    { container: 'aaaaaa1111112222', name: 'old_web_1', service: 'web', slot: 0, differences: [] },
    {
      container: 'aaaaaa3333334444',
      name: 'old_web_2',
      service: 'web',
      slot: 1,
      differences: [{ path: 'image', runs: 'web:1', file: 'web:2' }],
    },
  ],
};

const run = (t: TestContext, words: readonly string[], answer: object = preview) =>
  runBerth(t, ['import', ...words], {
    answers: {
      'GET /imports/containers': { items },
      'POST /imports/preview': answer,
      'POST /imports': accepted,
    },
    files: { 'compose.yaml': 'services:\n  web:\n    image: "web:${TAG}"\n    profiles: [a]\n' },
  });

test('import list shows what is not Berth’s, by project', async (t) => {
  const { out } = await run(t, ['list']);
  assert.match(
    out,
    /^COMPOSE PROJECT +SERVICE +CONTAINER .*\nold +web +old_web_1 +web:1 +running .* h1 +aaaaaa111111\n/,
  );
  const { asked } = await run(t, ['list', '--host', 'h1']);
  assert.equal(asked[0]?.query, 'host=h1');
});

const chosen: Record<string, { words: readonly string[]; containers: readonly string[] }> = {
  'all of a project': { words: ['--from', 'old'], containers: ['aaaaaa1111112222', 'aaaaaa3333334444'] },
  'one by name': { words: ['cache'], containers: ['bbbbbb5555556666'] },
  'one by the beginning of its id': { words: ['aaaaaa33'], containers: ['aaaaaa3333334444'] },
  'both, each once': {
    words: ['old_web_1', 'cache', '--from', 'old'],
    containers: ['aaaaaa1111112222', 'aaaaaa3333334444', 'bbbbbb5555556666'],
  },
};
for (const [name, { words, containers }] of Object.entries(chosen))
  test(`import run takes ${name}`, async (t) => {
    const { code, out, err, asked } = await run(t, ['run', 'shop', ...words]);
    assert.equal(code, 0, err);
    assert.match(out, /done: Import of shop/);
    assert.deepEqual(asked.find(({ what }) => what === 'POST /imports')?.body, { name: 'shop', containers });
  });

test('import run sends the files that are named, with variables and profiles', async (t) => {
  const words = ['run', 'shop', 'cache', '-f', 'compose.yaml', '--var', 'TAG=1', '--profile', 'a', '--host', 'h1'];
  const { code, err, asked } = await run(t, words);
  assert.equal(code, 0, err);
  const sent = asked.find(({ what }) => what === 'POST /imports');
  const { bundle, ...rest } = JSON.parse(sent?.text ?? '{}') as { bundle?: { main: string[] } };
  assert.deepEqual(bundle?.main, ['compose.yaml']);
  assert.deepEqual(rest, {
    name: 'shop',
    host: 'h1',
    containers: ['bbbbbb5555556666'],
    variables: { TAG: '1' },
    profiles: ['a'],
  });
});

const wrong: Record<string, { words: readonly string[]; code: number }> = {
  'no containers': { words: ['run', 'shop'], code: 2 },
  'a container nobody knows': { words: ['run', 'shop', 'none'], code: 4 },
  'an id that fits several': { words: ['run', 'shop', 'aaaaaa'], code: 2 },
  'a project nobody knows': { words: ['preview', 'shop', '--from', 'none'], code: 4 },
  'a name that is none': { words: ['run', 'No', 'cache', '-f', 'compose.yaml'], code: 2 },
};
for (const [name, { words, code }] of Object.entries(wrong))
  test(`import refuses ${name} with ${code}`, async (t) => {
    const ran = await run(t, words);
    assert.equal(ran.code, code, ran.err);
    assert.deepEqual(
      ran.asked.filter(({ what }) => what.startsWith('POST')),
      [],
    );
  });

test('import preview shows what becomes what, where it differs, and the file that is written', async (t) => {
  const { code, out } = await run(t, ['preview', 'shop', '--from', 'old']);
  assert.equal(code, 0);
  assert.match(out, /old_web_1 +web\/1 +as the files say\nold_web_2 +web\/2 +another way\n/);
  assert.match(out, /\n {2}old_web_2: image is web:1, in the files web:2\n/);
  assert.match(out, /Written from what runs, compose\.yaml:\nservices: \{\}\n$/);
});

test('import preview ends with 1 for what is refused', async (t) => {
  const problems = [{ severity: 'error', code: 'conflict', message: 'There is an application shop already' }];
  const { code, err } = await run(t, ['preview', 'shop', 'cache'], { ...preview, problems });
  assert.equal(code, 1);
  assert.match(err, /shop already/);
});
