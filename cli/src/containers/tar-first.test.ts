import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { makeFolder } from '#testing/temporary-folder.ts';
import { openTar } from './tar-first.ts';

const archive = (folder: string, ...options: readonly string[]): Buffer =>
  execFileSync('tar', ['-C', folder, '-c', ...options], { maxBuffer: 64 * 1024 * 1024 });

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const content = async (source: AsyncIterable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(source));

const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251));
const makeFile = (t: TestContext, name: string): string => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, name), bytes);
  return folder;
};

for (const format of ['ustar', 'gnu', 'pax'])
  for (const size of [1, 511, 1_000_000])
    test(`openTar gives one file of a ${format} archive as itself, in pieces of ${size} bytes`, async (t) => {
      const name = format === 'ustar' ? 'a.bin' : `${'long'.repeat(40)}.bin`;
      const tar = archive(makeFile(t, name), '--format', format, name);
      const opened = await openTar(inPieces(tar, size), false);
      assert.equal(opened.kind, 'file');
      assert.deepEqual(await content(opened.content), bytes);
    });

test('openTar gives a folder as the archive it is', async (t) => {
  const folder = makeFile(t, 'a.bin');
  mkdirSync(join(folder, 'sub'));
  const tar = archive(folder, '.');
  const opened = await openTar(inPieces(tar, 700), false);
  assert.equal(opened.kind, 'archive');
  assert.deepEqual(await content(opened.content), tar);
});

test('openTar keeps the archive of a link, which has no content', async (t) => {
  const folder = makeFolder(t);
  symlinkSync('nowhere', join(folder, 'link'));
  assert.equal((await openTar(inPieces(archive(folder, 'link'), 512), false)).kind, 'archive');
});

test('openTar keeps the archive of a file when told so', async (t) => {
  const tar = archive(makeFile(t, 'a.bin'), 'a.bin');
  const opened = await openTar(inPieces(tar, 512), true);
  assert.deepEqual(await content(opened.content), tar);
});

test('openTar gives an empty file', async (t) => {
  const tar = archive(makeFolder(t, { empty: '' }), 'empty');
  const opened = await openTar(inPieces(tar, 512), false);
  assert.equal(opened.kind, 'file');
  assert.equal((await content(opened.content)).length, 0);
});

test('openTar does not take an archive that broke off for a whole file', async (t) => {
  const tar = archive(makeFile(t, 'a.bin'), 'a.bin').subarray(0, 2000);
  const opened = await openTar(inPieces(tar, 512), false);
  await assert.rejects(content(opened.content), PlatformError);
});

test('openTar refuses what is no archive', async () => {
  await assert.rejects(openTar(inPieces(Buffer.from('x'.repeat(600)), 512), false), PlatformError);
});
