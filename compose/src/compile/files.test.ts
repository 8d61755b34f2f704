import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import { compileApplication } from '#compile.ts';
import { encodeBase64 } from '#values/base64.ts';
import { fileBytesMax, filesBytesMax, grantedBytesMax } from './files.ts';

type Texts = Readonly<Record<string, string>>;
const compile = (text: string, files: Texts = {}, variables: Texts = {}, binaries: Texts = {}) =>
  compileApplication(
    {
      files: new Map(Object.entries({ 'compose.yaml': text, ...files })),
      binaries: new Map(Object.entries(binaries)),
      main: ['compose.yaml'],
    },
    { variables },
  );
const specOf = (...parameters: Parameters<typeof compile>): ApplicationSpec => {
  const result = compile(...parameters);
  assert.ok('spec' in result, JSON.stringify(result));
  return result.spec;
};
const base64 = (text: string): string => encodeBase64(new TextEncoder().encode(text));

test('compileApplication takes configs and secrets from files, texts and variables', () => {
  const text = [
    'services: {web: {image: a, configs: [f, t, v], secrets: [f, b, v]}}',
    'configs: {f: {file: ./conf/a.conf}, t: {content: "port=${PORT}$$x"}, v: {environment: VALUE}, unused: {content: u}}',
    'secrets: {f: {file: key}, b: {file: bin}, v: {environment: EMPTY}}',
    '',
  ].join('\n');
  const files = { 'conf/a.conf': 'ä\n', key: 'k' };
  const { files: found } = specOf(text, files, { PORT: '80', VALUE: '$HOME', EMPTY: '' }, { bin: 'AP8=' });
  assert.deepEqual(found, {
    'config:f': { kind: 'config', content: base64('ä\n'), fromFile: 'conf/a.conf' },
    'config:t': { kind: 'config', content: base64('port=80$x') },
    'config:v': { kind: 'config', content: base64('$HOME'), fromVariable: 'VALUE' },
    'secret:f': { kind: 'secret', content: base64('k'), fromFile: 'key' },
    'secret:b': { kind: 'secret', content: 'AP8=', fromFile: 'bin' },
    'secret:v': { kind: 'secret', content: '', fromVariable: 'EMPTY' },
  });
});

test('compileApplication takes a variable of a secret from the .env of the bundle too', () => {
  const text = 'services: {web: {image: a, secrets: [s]}}\nsecrets: {s: {environment: TOKEN}}\n';
  assert.equal(specOf(text, { '.env': 'TOKEN=t\n' }).files?.['secret:s']?.content, base64('t'));
});

test('compileApplication reads files of definitions where the file that names them lies', () => {
  const spec = specOf('include: [db/compose.yaml]\n', {
    'db/compose.yaml': 'services: {db: {image: a, secrets: [s]}}\nsecrets: {s: {file: ./password}}\n',
    'db/password': 'p',
  });
  assert.deepEqual(spec.files?.['secret:s'], { kind: 'secret', content: base64('p'), fromFile: 'db/password' });
});

/** What a grant in the file becomes. */
const grants: Record<string, readonly [string, unknown]> = {
  'a config by its name': ['configs: [c]', { source: 'config:c', target: '/c' }],
  'a secret by its name': ['secrets: [s]', { source: 'secret:s', target: '/run/secrets/s' }],
  'a config at a path': ['configs: [{source: c, target: /etc//x/}]', { source: 'config:c', target: '/etc/x' }],
  'a config at a short path': ['configs: [{source: c, target: x.conf}]', { source: 'config:c', target: '/x.conf' }],
  'a secret at a short path': [
    'secrets: [{source: s, target: a/key}]',
    { source: 'secret:s', target: '/run/secrets/a/key' },
  ],
  'owner and mode': [
    'secrets: [{source: s, target: /k, uid: "103", gid: "0", mode: 0440}]',
    { source: 'secret:s', target: '/k', uid: '103', gid: '0', mode: 0o440 },
  ],
  'a mode as text': ['configs: [{source: c, mode: "0755"}]', { source: 'config:c', target: '/c', mode: 0o755 }],
};
for (const [name, [lines, grant]] of Object.entries(grants))
  test(`compileApplication grants ${name}`, () => {
    const text = `services:\n  web:\n    image: a\n    ${lines}\nconfigs: {c: {content: x}}\nsecrets: {s: {file: k}}\n`;
    assert.deepEqual(specOf(text, { k: 'k' }).services['web']?.files, [grant]);
  });

test('compileApplication lets the later of two grants on one target count', () => {
  const text =
    'services: {web: {image: a, configs: [{source: c, target: /x}], secrets: [{source: s, target: /x}]}}\nconfigs: {c: {content: x}}\nsecrets: {s: {file: k}}\n';
  const { files } = specOf(text, { k: 'k' }).services['web'] ?? {};
  assert.deepEqual(files, [{ source: 'secret:s', target: '/x' }]);
});

const codes = (...parameters: Parameters<typeof compile>): readonly string[] => {
  const result = compile(...parameters);
  return 'problems' in result ? result.problems.map(({ code }) => code) : [];
};
const definitions = (count: number, bytes: number): readonly [string, Texts, Texts, Texts] => {
  const names = Array.from({ length: count }, (_, index) => `c${index}`);
  const services = names.map((name) => `  ${name}: {image: a, configs: [${name}]}\n`).join('');
  const configs = names.map((name) => `  ${name}: {file: ${name}}\n`).join('');
  const content = encodeBase64(new Uint8Array(bytes));
  return [
    `services:\n${services}configs:\n${configs}`,
    {},
    {},
    Object.fromEntries(names.map((name) => [name, content])),
  ];
};

test('compileApplication bounds the bytes of one file, of a service and of all', () => {
  assert.deepEqual(codes(...definitions(1, fileBytesMax)), []);
  assert.deepEqual(codes(...definitions(1, fileBytesMax + 1)), ['too_large']);
  const most = Math.floor(filesBytesMax / fileBytesMax);
  assert.deepEqual(codes(...definitions(most, fileBytesMax)), []);
  assert.deepEqual(codes(...definitions(most + 1, fileBytesMax)), ['too_large']);
  const perService = Math.floor(grantedBytesMax / fileBytesMax) + 1;
  const [text, , , binaries] = definitions(perService, fileBytesMax);
  const all = Object.keys(binaries).join(', ');
  const one = `services: {web: {image: a, configs: [${all}]}}\n${text.slice(text.indexOf('configs:\n'))}`;
  assert.deepEqual(codes(one, {}, {}, binaries), ['too_large']);
});
