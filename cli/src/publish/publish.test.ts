import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Preview } from '@berth/contract/applications.ts';
import { refusal, runBerth, type Asked } from '#testing/run-berth.ts';
import { sampleOperation } from '#testing/sample-operation.ts';

const files = { 'compose.yaml': 'services:\n  web:\n    image: web:1\n' };
const accepted = { operation: sampleOperation({ state: 'succeeded', finishedAt: '2026-01-01T12:00:01.000Z' }) };
const nothing: Preview = { problems: [], losses: [], steps: [], unchanged: 0, services: [] };
const web = { name: 'web', image: 'web:1', replicas: 1 };
const loss = { kind: 'service_removed' as const, name: 'db', message: 'db is removed' };
const changes = (more: Partial<Preview> = {}): Preview => ({
  ...nothing,
  services: [{ ...web, change: 'changed' }],
  ...more,
});

const publish = async (
  t: TestContext,
  words: readonly string[],
  given: { preview?: unknown; publish?: unknown; answer?: string; files?: Record<string, string | Uint8Array> } = {},
) => {
  const questions: string[] = [];
  const { answer } = given;
  const ask = (question: string): Promise<string> => {
    questions.push(question);
    return Promise.resolve(answer ?? '');
  };
  const ran = await runBerth(t, ['publish', 'shop', ...words], {
    files: given.files ?? files,
    answers: {
      'POST /applications/preview': given.preview ?? nothing,
      'POST /applications': given.publish ?? accepted,
    },
    ...(answer === undefined ? {} : { machine: { canAsk: true, isTerminal: true, ask } }),
  });
  const published = ran.asked.filter(({ what }) => what === 'POST /applications').map(({ body }: Asked) => body);
  return { ...ran, questions, published };
};

test('publish sends the files, the variables and the note', async (t) => {
  const { code, err, published } = await publish(t, ['--var', 'A=1', '--note', 'why']);
  assert.equal(code, 0, err);
  assert.deepEqual(published, [
    { name: 'shop', bundle: { files, main: ['compose.yaml'] }, variables: { A: '1' }, note: 'why' },
  ]);
});

test('publish lets no variable come from the .env of a service where --env-file takes its place', async (t) => {
  const text = "services: {web: {image: web:1, env_file: .env, hostname: '${X:-default}', user: '${Y}'}}";
  const folder = { 'compose.yaml': text, '.env': 'X=plain\nY=1', other: 'Y=2' };
  const { code, err, published } = await publish(t, ['--env-file', 'other'], { files: folder });
  assert.equal(code, 0, err);
  const sent = { files: { 'compose.yaml': text, '.env': folder['.env'] }, main: ['compose.yaml'], envFiles: [] };
  assert.deepEqual(published, [{ name: 'shop', bundle: sent, variables: { Y: '2' } }]);
});

test('publish sends what is no text as base64', async (t) => {
  const built = {
    'compose.yaml': 'services: {web: {build: .}}',
    Dockerfile: 'FROM web:1',
    logo: Uint8Array.of(255, 0),
  };
  const { code, err, published } = await publish(t, [], { files: built });
  assert.equal(code, 0, err);
  const [sent] = published as { bundle: { files: object; binaries: object } }[];
  assert.deepEqual(sent?.bundle.binaries, { logo: '/wA=' });
  assert.deepEqual(Object.keys(sent.bundle.files).toSorted(), ['Dockerfile', 'compose.yaml']);
});

test('publish --dry-run --json prints the problems of files that are wrong here, and asks no server', async (t) => {
  const wrong = { 'compose.yaml': 'services:\n  web:\n    imag: web:1\n' };
  const { code, out, err, asked } = await publish(t, ['--dry-run', '--json'], { files: wrong });
  const { problems, ...rest } = JSON.parse(out) as Preview;
  assert.deepEqual([code, err, asked], [1, '', []]);
  assert.deepEqual(rest, { losses: [], steps: [], unchanged: 0, services: [] });
  assert.deepEqual(
    problems.map(({ severity, file, line, column }) => [severity, file, line, column]),
    [['error', 'compose.yaml', 3, 5]],
  );
});

test('publish --dry-run prints the plan, ends with 1 for what is refused, and publishes nothing', async (t) => {
  const problem = { severity: 'error' as const, code: 'port_taken', message: 'Port 80 is taken' };
  const good = await publish(t, ['--dry-run'], { preview: changes({ losses: [loss] }) });
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, /~ {2}web {6}changed[^]*take away:\n {2}db is removed\nIt needs --accept-losses/);
  const bad = await publish(t, ['--dry-run'], { preview: changes({ problems: [problem] }) });
  assert.equal(bad.code, 1);
  assert.match(bad.err, /Port 80 is taken/);
  assert.deepEqual([...good.published, ...bad.published], []);
});

const asks: Record<
  string,
  {
    words?: string[];
    preview?: Preview;
    answer: string;
    questions: string[];
    accepts: boolean | undefined;
    code: number;
  }
> = {
  'asks nobody about what only adds': {
    preview: { ...nothing, services: [{ ...web, change: 'added' }] },
    answer: '',
    questions: [],
    accepts: undefined,
    code: 0,
  },
  'asks before it replaces what runs': {
    preview: changes(),
    answer: 'y',
    questions: ['Go on? [y/N] '],
    accepts: undefined,
    code: 0,
  },
  'asks before something is lost, and says to the server that it was seen': {
    preview: changes({ losses: [loss] }),
    answer: 'yes',
    questions: ['Go on, and lose this? [y/N] '],
    accepts: true,
    code: 0,
  },
  'does not ask with --yes': {
    words: ['--yes'],
    preview: changes(),
    answer: '',
    questions: [],
    accepts: undefined,
    code: 0,
  },
  'does not ask with --accept-losses': {
    words: ['--accept-losses'],
    preview: changes({ losses: [loss] }),
    answer: '',
    questions: [],
    accepts: true,
    code: 0,
  },
};
for (const [name, row] of Object.entries(asks))
  test(`publish on a terminal ${name}`, async (t) => {
    const ran = await publish(t, row.words ?? [], row);
    assert.deepEqual([ran.code, ran.questions], [row.code, row.questions], ran.err);
    assert.deepEqual(
      ran.published.map((body) => (body as { acceptLosses?: boolean }).acceptLosses),
      [row.accepts],
    );
    if (row.questions.length > 0) assert.match(ran.out, /~ {2}web {6}changed/);
  });

test('publish on a terminal does nothing without a yes', async (t) => {
  const { code, err, published } = await publish(t, [], { preview: changes(), answer: '' });
  assert.deepEqual([code, published], [1, []]);
  assert.match(err, /Nothing was done/);
});

test('publish in a script is refused where something is lost, and says which flag goes on', async (t) => {
  const { code, err, asked } = await publish(t, [], { publish: refusal(409, 'needs_confirmation', 'db is removed') });
  assert.equal(code, 1);
  assert.match(err, /db is removed\. .*--accept-losses goes on/);
  assert.deepEqual(
    asked.map(({ what }) => what),
    ['POST /applications'],
  );
});

test('rollback on a terminal asks as a publish does', async (t) => {
  const answers = {
    'POST /applications/shop/revisions/3/preview': changes({ losses: [loss] }),
    'POST /applications/shop/revisions/3/roll-back': accepted,
  };
  const ask = (): Promise<string> => Promise.resolve('y');
  const { code, err, asked } = await runBerth(t, ['rollback', 'shop', '3'], {
    answers,
    machine: { canAsk: true, isTerminal: true, ask },
  });
  assert.equal(code, 0, err);
  assert.deepEqual(asked[1]?.body, { acceptLosses: true });
});
