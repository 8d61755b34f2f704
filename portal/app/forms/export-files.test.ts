import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import { keptFile, type Export } from './export-files.ts';

const exported = (change: Partial<Export> = {}): Export => ({
  name: 'shop',
  revision: 3,
  bundle: { files: { 'compose.yaml': 'services: {}\n', 'conf/a.conf': 'x' }, main: ['compose.yaml'] },
  variables: {},
  profiles: [],
  ...change,
});
const unpack = (content: string | Uint8Array): Record<string, Uint8Array> => {
  assert.ok(content instanceof Uint8Array);
  return unzipSync(content);
};

test('keptFile of the resolved form is the one YAML file', () => {
  const file = keptFile('resolved', exported());
  assert.equal(file.name, 'shop-revision-3.yaml');
  assert.equal(file.content, 'services: {}\n');
});

test('keptFile of the form as published holds text, bytes, variables and profiles', () => {
  const bundle = { ...exported().bundle, binaries: { 'logo.png': Buffer.from([0, 255, 1]).toString('base64') } };
  const file = keptFile('files', exported({ bundle, variables: { TAG: '1' }, profiles: ['a', 'b'] }));
  assert.equal(file.name, 'shop-revision-3.zip');
  const files = unpack(file.content);
  assert.deepEqual(Object.keys(files).sort(), ['.env', 'compose.yaml', 'conf/a.conf', 'logo.png']);
  assert.deepEqual([...(files['logo.png'] ?? [])], [0, 255, 1]);
  assert.equal(strFromU8(files['.env'] ?? new Uint8Array()), 'TAG=1\nCOMPOSE_PROFILES=a,b\n');
});

test('keptFile leaves a .env of the bundle as it is', () => {
  const bundle = { files: { 'compose.yaml': '', '.env': 'A=own\n' }, main: ['compose.yaml'] };
  const files = unpack(keptFile('files', exported({ bundle, variables: { A: 'given' } })).content);
  assert.equal(strFromU8(files['.env'] ?? new Uint8Array()), 'A=own\n');
});
