import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Build } from '@berth/contract/application-spec.ts';
import { contextBytesMax, contextFiles, contextFilesMax } from '#build-context.ts';
import type { Bundle } from '#bundle.ts';
import { compileApplication } from '#compile.ts';
import { encodeBase64 } from '#values/base64.ts';
import { buildsMax } from './build.ts';

type Files = Readonly<Record<string, string>>;
const bundleOf = (text: string, files: Files = { Dockerfile: 'FROM scratch\n' }, binaries: Files = {}): Bundle => ({
  files: new Map(Object.entries({ 'compose.yaml': text, ...files })),
  binaries: new Map(Object.entries(binaries)),
  main: ['compose.yaml'],
});
const compile = (bundle: Bundle, variables: Files = {}) =>
  compileApplication(bundle, { variables, projectName: 'shop' });
const serviceOf = (bundle: Bundle, variables: Files = {}) => {
  const result = compile(bundle, variables);
  assert.ok('spec' in result, JSON.stringify(result));
  const web = result.spec.services['web'];
  assert.ok(web?.build !== undefined);
  return { ...web, build: web.build, warnings: result.warnings };
};
const webOf = (build: string) => `services: {web: {build: ${build}}}\n`;
const buildOf = (build: string, files?: Files, variables: Files = {}): Omit<Build, 'hash'> => {
  const { hash, ...rest } = serviceOf(bundleOf(webOf(build), files), variables).build;
  assert.match(hash, /^[0-9a-f]{64}$/);
  return rest;
};

const plain = { context: '.', dockerfile: 'Dockerfile', args: {}, labels: {} };
const table: Record<string, { build: string; files?: Files; variables?: Files; spec: Partial<Omit<Build, 'hash'>> }> = {
  'a folder': { build: './app', files: { 'app/Dockerfile': 'FROM scratch' }, spec: { context: 'app' } },
  'the folder of the file': { build: '.', spec: {} },
  'another Dockerfile': {
    build: '{context: a, dockerfile: docker/Prod}',
    files: { 'a/docker/Prod': 'FROM scratch' },
    spec: { context: 'a', dockerfile: 'docker/Prod' },
  },
  'arguments as a list, one from a variable, one unset': {
    build: '{args: [A=1, B, C]}',
    variables: { B: 'from outside' },
    spec: { args: { A: '1', B: 'from outside' } },
  },
  'arguments and labels as mappings': {
    build: '{args: {A: 1, B: true}, labels: {a.b: c}}',
    spec: { args: { A: '1', B: 'true' }, labels: { 'a.b': 'c' } },
  },
  'stage, network, memory, hosts and cache': {
    build:
      '{target: prod, network: none, shm_size: 64m, extra_hosts: ["a:1.2.3.4"], no_cache: true, pull: true, privileged: false}',
    spec: {
      target: 'prod',
      network: 'none',
      shmBytes: 67_108_864,
      extraHosts: [['a', '1.2.3.4']],
      noCache: true,
      pull: true,
    },
  },
  'the usual network and stages built anew': {
    build: '{network: default, no_cache_filter: test, tags: [a], cache_from: [b], platforms: [linux/amd64]}',
    spec: { noCache: true },
  },
};
for (const [name, row] of Object.entries(table))
  test(`compileApplication builds with ${name}`, () =>
    assert.deepEqual(buildOf(row.build, row.files, row.variables), { ...plain, ...row.spec }));

test('compileApplication carries a Dockerfile that is written in place, or lies beside the folder, as text', () => {
  const { dockerfile: _, ...rest } = plain;
  assert.deepEqual(buildOf('{dockerfile_inline: "FROM $$X"}', {}), { ...rest, dockerfileInline: 'FROM $X' });
  const files = { 'app/a': 'x', 'docker/Dockerfile': 'FROM scratch\n' };
  assert.deepEqual(buildOf('{context: app, dockerfile: ../docker/Dockerfile}', files), {
    ...rest,
    context: 'app',
    dockerfileInline: 'FROM scratch\n',
  });
});

test('compileApplication names the image by what goes into it, and says so of a name in the file', () => {
  const text = 'services:\n  web:\n    image: mine:1\n    build: .\n    pull_policy: build\n';
  const { image, build, pullPolicy, warnings } = serviceOf(bundleOf(text));
  assert.equal(image, `berth-build/shop-web:${build.hash.slice(0, 32)}`);
  assert.equal(pullPolicy, 'missing');
  assert.deepEqual(
    warnings.map(({ path, line, column }) => [path, line, column]),
    [['services.web.image', 3, 12]],
  );
});

test('compileApplication makes a name of an image of any name of a service', () => {
  const result = compile(bundleOf('services: {My__Web.x-: {build: .}}\n'));
  assert.ok('spec' in result, JSON.stringify(result));
  assert.match(result.spec.services['My__Web.x-']?.image ?? '', /^berth-build\/shop-my-web-x:[0-9a-f]{32}$/);
});

test('compileApplication builds what the first Compose format builds', () => {
  const files = { 'app/Docker': 'FROM scratch' };
  const result = compile(bundleOf('web:\n  build: ./app\n  dockerfile: Docker\n', files));
  assert.ok('spec' in result, JSON.stringify(result));
  assert.equal(result.spec.services['web']?.build?.dockerfile, 'Docker');
});

const base = { Dockerfile: 'FROM scratch', 'a.txt': 'a', 'node_modules/x.js': 'x', '.dockerignore': 'node_modules\n' };
const hashOf = (build: string, files: Files, binaries: Files = {}, rest = '') =>
  serviceOf(bundleOf(`${webOf(build)}${rest}`, files, binaries)).build.hash;

test('the hash of a build changes with everything that goes in, and with nothing else', () => {
  const first = hashOf('{args: {A: 1, B: 2}}', base);
  const other: Record<string, string> = {
    file: hashOf('{args: {A: 1, B: 2}}', { ...base, 'a.txt': 'b' }),
    'new file': hashOf('{args: {A: 1, B: 2}}', { ...base, b: '' }),
    'name of a file': hashOf('{args: {A: 1, B: 2}}', { ...base, 'a.txt': '', b: 'a' }),
    binary: hashOf('{args: {A: 1, B: 2}}', base, { b: encodeBase64(Uint8Array.of(0, 255)) }),
    argument: hashOf('{args: {A: 1, B: 3}}', base),
    target: hashOf('{args: {A: 1, B: 2}, target: x}', base),
    label: hashOf('{args: {A: 1, B: 2}, labels: {a: b}}', base),
  };
  assert.equal(new Set([first, ...Object.values(other)]).size, Object.keys(other).length + 1);
  const same = {
    'order of arguments': hashOf('{args: {B: 2, A: 1}}', base),
    'ignored file': hashOf('{args: {A: 1, B: 2}}', { ...base, 'node_modules/y.js': 'y' }),
    'the Compose file': hashOf('{args: {A: 1, B: 2}}', base, {}, 'x-note: more\n'),
  };
  for (const [name, hash] of Object.entries(same)) assert.equal(hash, first, name);
});

test('contextFiles gives what is built from, by its path in the folder, as base64', () => {
  const bundle = bundleOf(
    webOf('{context: app, dockerfile: sub/Dockerfile}'),
    { 'app/sub/Dockerfile': 'FROM scratch', 'app/a': 'ä', 'app/b.log': 'l', 'app/.dockerignore': '*\n!a\n', top: 't' },
    { 'app/a.bin': 'AP8=', 'ap/x': 'AP8=' },
  );
  const files = (bundles: Bundle) => contextFiles(bundles, serviceOf(bundle).build);
  assert.deepEqual(files(bundle), {
    '.dockerignore': encodeBase64(new TextEncoder().encode('*\n!a\n')),
    a: 'w6Q=',
    'sub/Dockerfile': encodeBase64(new TextEncoder().encode('FROM scratch')),
  });
  const own = new Map([...bundle.files, ['app/sub/Dockerfile.dockerignore', '*.log']]);
  assert.deepEqual(Object.keys(files({ ...bundle, files: own })), [
    '.dockerignore',
    'a',
    'a.bin',
    'sub/Dockerfile',
    'sub/Dockerfile.dockerignore',
  ]);
});

const firstProblem = (bundle: Bundle): string => {
  const result = compile(bundle);
  const [problem] = 'problems' in result ? result.problems : [];
  return `${problem?.code}: ${problem?.message}`;
};

test('compileApplication bounds the files of a build, their bytes and the builds', () => {
  const many = Object.fromEntries(Array.from({ length: contextFilesMax }, (_, index) => [`f${index}`, '']));
  assert.match(firstProblem(bundleOf(webOf('.'), { Dockerfile: '', ...many })), /^too_much_to_build: .*2001 files/);
  const large = encodeBase64(new Uint8Array(contextBytesMax / 2));
  const text = firstProblem(bundleOf(webOf('.'), { Dockerfile: 'F' }, { a: large, b: large }));
  assert.match(text, /^too_much_to_build: .*\.dockerignore/);
  const services = Array.from({ length: buildsMax + 1 }, (_, index) => `  s${index}: {build: .}\n`);
  assert.match(firstProblem(bundleOf(`services:\n${services.join('')}`)), /^too_much_to_build: More than 100/);
});

test('compileApplication refuses names of files that lead out of a build', () => {
  for (const name of ['../x', '/x', 'a/../../x', 'a//b', './a', 'a\\b'])
    assert.match(firstProblem(bundleOf(webOf('.'), { Dockerfile: '', [name]: '' })), /^outside_bundle/, name);
});

test('compileApplication stops at a .dockerignore made to be slow', () => {
  const files = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`${'a'.repeat(200)}${index}`, '']));
  const ignore = `${'**a'.repeat(60)}b\n`.repeat(100);
  assert.match(firstProblem(bundleOf(webOf('.'), { Dockerfile: '', ...files, '.dockerignore': ignore })), /^too_much_/);
});
