import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parseCases } from './conformance/cases.ts';
import { plainModel, printModel } from './print.ts';
import type { ComposeModel } from './resolve.ts';
import { resolveModel } from './resolve.ts';

const resolveText = (text: string, variables: Readonly<Record<string, string>> = {}) =>
  resolveModel({ files: new Map([['compose.yaml', text]]), main: ['compose.yaml'] }, { variables, profiles: ['*'] });

const modelOf = (text: string): ComposeModel => {
  const result = resolveText(text);
  assert.ok('model' in result, 'problems' in result ? result.problems.map(({ message }) => message).join('\n') : '');
  return result.model;
};

const folder = join(dirname(fileURLToPath(import.meta.url)), 'conformance', 'cases');
const cases = readdirSync(folder).flatMap((name) => parseCases(readFileSync(join(folder, name), 'utf8')));

const mapInside = (value: unknown, change: (item: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, change(item)]));
};

const plain = (model: ComposeModel): unknown => JSON.parse(JSON.stringify(plainModel(model)));

test('printModel prints what resolves to the same model, for every conformance case', () => {
  let count = 0;
  for (const row of cases) {
    const bundle = { files: new Map(Object.entries(row.files)), main: row.use };
    const result = resolveModel(bundle, { variables: row.env, profiles: ['*'], outside: 'read' });
    if ('problems' in result) continue;
    count += 1;
    for (const format of ['json', 'yaml'] as const) {
      const again = modelOf(printModel(result.model, { format }));
      assert.deepEqual(plain(again), plain(result.model), `${row.id} as ${format}`);
    }
  }
  assert.ok(count > 250, `${count} cases were printed`);
});

const word = fc.constantFrom(
  'a',
  'b1',
  'c-d',
  'yes',
  'on',
  '0o7',
  '1_0',
  '22:22',
  '~',
  '2020-01-01',
  '$x',
  'é',
  ' ',
  '#',
  ': ',
  '- ',
);
const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(''));
const key = fc.constantFrom('A', 'b.c', 'yes', 'k k', 'n', '12', 'null');

test('printModel keeps any text of variables, labels and commands', () => {
  const values = fc.record({
    environment: fc.dictionary(key, text),
    labels: fc.dictionary(key, text),
    command: fc.array(text, { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(values, (service) => {
      const file = JSON.stringify({ services: { web: { image: 'img', ...service } } }).replaceAll('$', '$$$$');
      const first = modelOf(file);
      const printed: unknown = JSON.parse(printModel(first, { format: 'json' }));
      const found: unknown = Reflect.get(Reflect.get(Object(printed), 'services'), 'web');
      const doubled = (value: unknown): unknown =>
        typeof value === 'string' ? value.replaceAll('$', '$$$$') : mapInside(value, doubled);
      for (const [name, value] of Object.entries(service)) {
        const wanted: unknown = JSON.parse(JSON.stringify(doubled(value)));
        if (Object.keys(Object(wanted)).length > 0) assert.deepEqual(Reflect.get(Object(found), name), wanted);
      }
      assert.deepEqual(plain(modelOf(printModel(first, { format: 'yaml' }))), plain(first));
    }),
    { numRuns: 200 },
  );
});

test('resolveModel answers with a model or with problems, whatever the text', () => {
  const piece = fc.constantFrom(
    'services:',
    '\n',
    '  ',
    'web:',
    ' ',
    'image: a',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a ',
    '*a',
    '<<: ',
    '${',
    '!!x ',
    '|',
    '#',
    ':',
    'x-a: ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const result = resolveText(pieces.join(''));
      if ('model' in result) return;
      assert.ok(result.problems.some(({ severity }) => severity === 'error'));
      for (const problem of result.problems) assert.ok(problem.message.length > 0 && problem.file !== '');
    }),
    { numRuns: 2000 },
  );
});

test('resolveModel lists all that is wrong with a file, each at its place', () => {
  const result = resolveText('services:\n  web:\n    imagee: a\n    ports: 80\n    user: 5\n');
  assert.ok('problems' in result);
  assert.deepEqual(
    result.problems.map(({ code, line, column, path }) => [code, line, column, path]),
    [
      ['unknown_key', 3, 5, 'services.web.imagee'],
      ['wrong_type', 4, 12, 'services.web.ports'],
      ['wrong_type', 5, 11, 'services.web.user'],
    ],
  );
});

test('resolveModel takes variables from the caller only, and never from this process', () => {
  process.env['BERTH_TEST_LEAK'] = 'leaked';
  const result = resolveText(
    'services: {web: {image: img, environment: {A: "${BERTH_TEST_LEAK}", B: "$PATH", C: }}}\n',
    { C: 'c' },
  );
  delete process.env['BERTH_TEST_LEAK'];
  assert.ok('model' in result);
  assert.equal(result.warnings.filter(({ code }) => code === 'unset_variable').length, 2);
  assert.ok(!printModel(result.model, { format: 'json' }).includes('leaked'));
});

test('resolveModel reads .env of the bundle under the variables of the caller', () => {
  const files = new Map([
    ['compose.yaml', 'services: {web: {image: "img:$T-$U"}}\n'],
    ['.env', 'T=file\nU=file\n'],
  ]);
  const result = resolveModel({ files, main: ['compose.yaml'] }, { variables: { U: 'caller' } });
  assert.ok('model' in result);
  assert.ok(printModel(result.model, { format: 'json' }).includes('img:file-caller'));
});

test('resolveModel warns of what Compose accepts and people regret', () => {
  const expected: Record<string, string> = {
    'command: "a && b"': 'shell_syntax',
    'network_mode: host\n    ports: ["80:80"]': 'needless_value',
    'ports: ["::1:80:80"]': 'ambiguous_value',
    'restart: sometimes': 'ambiguous_value',
    'expose: ["abc"]': 'ambiguous_value',
    'volumes: ["./a:/b:foo"]': 'needless_value',
    'environment: {A: "x$"}': 'ambiguous_value',
  };
  for (const [body, code] of Object.entries(expected)) {
    const result = resolveText(`services:\n  web:\n    image: img\n    ${body}\n`);
    assert.ok('model' in result, body);
    assert.deepEqual(
      result.warnings.map((warning) => warning.code),
      [code],
      body,
    );
    assert.ok((result.warnings[0]?.line ?? 0) >= 4, body);
  }
  const twice = resolveText('services:\n  a: {image: i, ports: ["80:80"]}\n  b: {image: i, ports: ["80:80"]}\n');
  assert.ok('model' in twice && twice.warnings.some(({ code }) => code === 'duplicate_port'));
});
