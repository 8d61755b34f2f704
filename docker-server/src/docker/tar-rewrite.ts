// A tar archive written anew, entry by entry: only files and folders, under clean relative names, within limits. What the
// engine or a container put into it, or a caller, is never passed on as it is.
import { once } from 'node:events';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { extract, pack, type Header, type Pack } from 'tar-stream';
import { PlatformError } from '@berth/common/platform-error.ts';

export interface TarLimits {
  readonly entries: number;
  readonly bytes: number;
}

export interface TarCount {
  files: number;
  bytes: number;
}

/** `strict`: links, devices and odd names are refused; else left out. */
export const rewriteTar = (
  source: Readable,
  rules: { readonly strict: boolean; readonly limits: TarLimits },
): { readonly archive: Readable; readonly count: TarCount } => {
  const packer = pack();
  const count: TarCount = { files: 0, bytes: 0 };
  void copyEntries(source, packer, count, rules).then(
    () => packer.finalize(),
    (thrown: unknown) => packer.destroy(thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
  return { archive: Readable.from(packer, { objectMode: false }), count };
};

const copyEntries = async (
  source: Readable,
  packer: Pack,
  count: TarCount,
  { strict, limits }: { readonly strict: boolean; readonly limits: TarLimits },
): Promise<void> => {
  const extractor = extract();
  source.once('error', (thrown) => extractor.destroy(thrown));
  packer.once('close', () => {
    extractor.destroy();
    source.destroy();
  });
  source.pipe(extractor);
  let entries = 0;
  for await (const entry of extractor) {
    entries += 1;
    if (entries > limits.entries)
      throw new PlatformError('too_large', `The archive holds more than ${limits.entries} entries`);
    const { header } = entry;
    const name = cleanName(header.name);
    const isPlain = header.type === 'file' || header.type === 'contiguous-file' || header.type === 'directory';
    if (name === undefined || !isPlain) {
      if (strict) throw refusal(header, name === undefined);
      entry.resume();
      continue;
    }
    const isFolder = header.type === 'directory';
    const size = isFolder ? 0 : header.size;
    count.bytes += size;
    if (count.bytes > limits.bytes)
      throw new PlatformError('too_large', `The files are larger than ${limits.bytes} bytes together`);
    if (!isFolder) count.files += 1;
    await copyEntry(entry, packer, freshHeader(header, name, isFolder, size));
  }
};

const copyEntry = async (entry: AsyncIterable<unknown>, packer: Pack, header: FreshHeader): Promise<void> => {
  const { promise: written, resolve, reject } = Promise.withResolvers<void>();
  const target = packer.entry(header, (thrown) => (thrown ? reject(thrown) : resolve()));
  const givenUp = () => reject(new PlatformError('unavailable', 'The archive was given up'));
  packer.once('close', givenUp);
  // Looked at below, unless copying fails first.
  written.catch(() => undefined);
  for await (const piece of entry)
    if (header.type === 'file' && !target.write(piece)) await Promise.race([once(target, 'drain'), written]);
  target.end(undefined);
  await written;
  packer.off('close', givenUp);
};

const refusal = (header: Header, isOddName: boolean): PlatformError =>
  new PlatformError(
    'invalid_request',
    isOddName
      ? `The archive holds the name ${JSON.stringify(header.name.slice(0, 200))}, which is no clean relative path`
      : `The archive holds ${JSON.stringify(header.name.slice(0, 200))}, which is neither a file nor a folder`,
  );

/** A relative path without `..`; undefined for anything else. */
export const cleanName = (name: string): string | undefined => {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (name === '' || name.length > 4096 || /[\u0000-\u001f\u007f\\]/.test(name) || name.startsWith('/'))
    return undefined;
  if (name.split('/').includes('..')) return undefined;
  return posix.normalize(name).replace(/\/$/, '');
};

interface FreshHeader {
  readonly name: string;
  readonly type: 'file' | 'directory';
  readonly size: number;
  readonly mode: number;
  readonly mtime: Date;
  readonly uid: number;
  readonly gid: number;
}

/** Built anew: no owner names, no extended attributes, no set-user-id bits. */
const freshHeader = (header: Header, name: string, isFolder: boolean, size: number): FreshHeader => ({
  name: isFolder ? `${name}/` : name,
  type: isFolder ? 'directory' : 'file',
  size,
  mode: header.mode & 0o777,
  mtime: header.mtime,
  uid: header.uid,
  gid: header.gid,
});
