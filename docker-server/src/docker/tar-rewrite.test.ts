import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { extract, pack } from 'tar-stream';
import { cleanName, rewriteTar } from './tar-rewrite.ts';

const limits = { entries: 10, bytes: 1_000_000 };
type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { text?: string };

const tarOf = (entries: readonly Entry[]): Readable => {
  const packer = pack();
  for (const { text, ...header } of entries) packer.entry(header, text ?? '');
  packer.finalize();
  return Readable.from(packer);
};

const read = async (archive: Readable) => {
  const extractor = extract();
  archive.on('error', (thrown) => extractor.destroy(thrown));
  archive.pipe(extractor);
  const files = [];
  for await (const entry of extractor) {
    let text = '';
    for await (const piece of entry) text += String(piece);
    files.push({ name: entry.header.name, type: entry.header.type, mode: entry.header.mode, text });
  }
  return files;
};

test('rewriteTar writes plain files and folders anew, without special bits', async () => {
  const text = 'x'.repeat(200_000);
  const source = tarOf([
    { name: './a/', type: 'directory', mode: 0o7777 },
    { name: './a/b', mode: 0o4755, text },
    { name: 'empty' },
  ]);
  const { archive, count } = rewriteTar(source, { strict: true, limits });
  assert.deepEqual(await read(archive), [
    { name: 'a/', type: 'directory', mode: 0o777, text: '' },
    { name: 'a/b', type: 'file', mode: 0o755, text },
    { name: 'empty', type: 'file', mode: 0o644, text: '' },
  ]);
  assert.deepEqual(count, { files: 2, bytes: 200_000 });
});

test('rewriteTar leaves links and devices out when it reads', async () => {
  const source = tarOf([
    { name: 'link', type: 'symlink', linkname: '/etc' },
    { name: 'dev', type: 'character-device' },
    { name: '../up', text: 'x' },
    { name: 'good', text: 'y' },
  ]);
  const names = (await read(rewriteTar(source, { strict: false, limits }).archive)).map((file) => file.name);
  assert.deepEqual(names, ['good']);
});

const refused: Record<string, { entries: Entry[]; code: string }> = {
  'a symbolic link': { entries: [{ name: 'l', type: 'symlink', linkname: 'x' }], code: 'invalid_request' },
  'a hard link': { entries: [{ name: 'l', type: 'link', linkname: 'x' }], code: 'invalid_request' },
  'a pipe': { entries: [{ name: 'l', type: 'fifo' }], code: 'invalid_request' },
  'a way up': { entries: [{ name: 'a/../../b', text: 'x' }], code: 'invalid_request' },
  'too many entries': {
    entries: Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` })),
    code: 'too_large',
  },
  'too many bytes': { entries: [{ name: 'big', text: 'x'.repeat(1_000_001) }], code: 'too_large' },
};
for (const [name, { entries, code }] of Object.entries(refused))
  test(`rewriteTar refuses ${name}`, () =>
    assert.rejects(read(rewriteTar(tarOf(entries), { strict: true, limits }).archive), { code }));

const names: Record<string, string | undefined> = {
  a: 'a',
  './a//b/': 'a/b',
  '.': '.',
  './': '.',
  '/a': undefined,
  '..': undefined,
  'a/..': undefined,
  '': undefined,
  'a\nb': undefined,
  'a\\b': undefined,
  'a..b': 'a..b',
};
for (const [name, clean] of Object.entries(names))
  test(`cleanName makes ${JSON.stringify(name)} ${JSON.stringify(clean)}`, () => assert.equal(cleanName(name), clean));
