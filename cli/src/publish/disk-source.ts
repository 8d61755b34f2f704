// The files below one folder of this disk, read when asked for and kept for sending. Nothing outside of the folder is
// read, also not through a symbolic link: what is read here is sent away.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Problem } from '@berth/compose/bundle.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { bytesText } from '#output/words.ts';

export type DiskSource = {
  /** For what the reader of Compose files names; what is no text is refused. */
  readonly text: (name: string) => string | undefined;
  /** For configs, secrets and builds: goes along as it is. undefined when there is no such file, or it was refused. */
  readonly take: (name: string) => string | Uint8Array | undefined;
  /** Why files that are there cannot go along. */
  readonly refused: readonly Problem[];
  readonly files: () => Record<string, string>;
  /** As base64. */
  readonly binaries: () => Record<string, string>;
};

/** What the server takes as one text; longer ones go as bytes. */
const textCharactersMax = 262_144;
/** What it takes as bytes, before base64 makes four of three. */
const fileBytesMax = 12 * 1024 * 1024;
/** What it takes in all. */
export const bundleBytesMax = 32 * 1024 * 1024;
const nameCharactersMax = 255;

export const makeDiskSource = (root: string): DiskSource => {
  const texts = new Map<string, string>();
  const binaries = new Map<string, Uint8Array>();
  const refused = new Map<string, Problem>();
  const realRoot = realpathSync(root);
  let total = 0;
  const reject = (file: string, code: Problem['code'], message: string): undefined => {
    refused.set(`${file} ${code}`, { severity: 'error', code, message, file });
  };
  const read = (name: string): Uint8Array | undefined => {
    if (name.includes('\0') || name.startsWith('/') || name.split('/').includes('..')) return undefined;
    const path = join(root, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !stat.isFile()) return undefined;
    if (!isBelow(realRoot, realpathSync(path)))
      return reject(name, 'outside_bundle', 'This is a link to a file outside the folder. Put a copy in its place');
    if (name.length > nameCharactersMax) return reject(name, 'bad_name', 'The path of this file is too long');
    if (stat.size > fileBytesMax) return reject(name, 'too_large', tooLarge(stat.size));
    total += stat.size;
    if (total > bundleBytesMax) throw new PlatformError('too_large', tooMuch(total));
    return readFileSync(path);
  };
  const text = (name: string): string | undefined => {
    const known = texts.get(name);
    if (known !== undefined) return known;
    const bytes = read(name);
    if (bytes === undefined) return undefined;
    const decoded = decode(bytes);
    if (decoded === undefined) return reject(name, 'not_text', 'This file is not UTF-8 text');
    if (decoded.length > textCharactersMax) return reject(name, 'too_large', 'This file is too large to be published');
    texts.set(name, decoded);
    return decoded;
  };
  const take = (name: string): string | Uint8Array | undefined => {
    const known = texts.get(name) ?? binaries.get(name);
    if (known !== undefined) return known;
    const bytes = read(name);
    if (bytes === undefined) return undefined;
    const decoded = decode(bytes);
    if (decoded === undefined || decoded.length > textCharactersMax) binaries.set(name, bytes);
    else texts.set(name, decoded);
    return decoded ?? bytes;
  };
  return {
    text,
    take,
    get refused() {
      return [...refused.values()];
    },
    files: () => Object.fromEntries(texts),
    binaries: () =>
      Object.fromEntries([...binaries].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')])),
  };
};

const tooLarge = (bytes: number): string =>
  `This file has ${bytesText(bytes)}; ${bytesText(fileBytesMax)} are allowed. Put it into an image or a volume, or list it in .dockerignore`;

/** The sentence for a bundle that is more than the server takes. */
export const tooMuch = (bytes: number): string =>
  `The files that would go along have ${bytesText(bytes)}; the server takes ${bytesText(bundleBytesMax)}. List in .dockerignore what a build does not need, or build the image elsewhere`;

const isBelow = (root: string, path: string): boolean => path.startsWith(root.endsWith(sep) ? root : root + sep);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};
