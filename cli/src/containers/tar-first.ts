// Looks at the head of a tar archive: one plain file comes out as itself, anything else as the archive.
import { PlatformError } from '@berth/common/platform-error.ts';

const blockBytes = 512;
// Names and attributes come before the entry itself; more than this is no archive of ours.
const extrasBytesMaximum = 1024 * 1024;

export type Opened =
  | { readonly kind: 'file'; readonly content: AsyncGenerator<Uint8Array> }
  | { readonly kind: 'archive'; readonly content: AsyncGenerator<Uint8Array> };

/** `asArchive`: never unpack. */
export const openTar = async (source: AsyncIterable<Uint8Array>, asArchive: boolean): Promise<Opened> => {
  const reader = makeReader(source);
  if (asArchive) return { kind: 'archive', content: reader.all() };
  let at = 0;
  let longSize: number | undefined;
  for (;;) {
    const header = await reader.peek(at, blockBytes);
    const type = header[156] ?? 0;
    const size = longSize ?? readSize(header);
    at += blockBytes;
    if (!isExtra(type)) {
      if (isPlainFile(type)) return { kind: 'file', content: reader.part(at, size) };
      return { kind: 'archive', content: reader.all() };
    }
    if (size > extrasBytesMaximum) throw broken();
    const extra = Buffer.from(await reader.peek(at, size)).toString();
    const told = /(?:^|\n)\d+ size=(\d+)\n/.exec(extra)?.[1];
    if (told !== undefined) longSize = Number(told);
    at += Math.ceil(size / blockBytes) * blockBytes;
    if (at > extrasBytesMaximum) throw broken();
  }
};

const code = (character: string): number => character.charCodeAt(0);
const isExtra = (type: number): boolean => ['x', 'g', 'L', 'K'].map(code).includes(type);
const isPlainFile = (type: number): boolean => type === 0 || type === code('0') || type === code('7');

const readSize = (header: Uint8Array): number => {
  const field = header.subarray(124, 136);
  const first = field[0] ?? 0;
  // The high bit marks a binary number, for more than 8 GiB.
  if ((first & 0x80) !== 0) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
  const text = Buffer.from(field).toString('latin1').replace(/\0.*$/s, '').trim();
  if (!/^[0-7]+$/.test(text)) throw broken();
  return Number.parseInt(text, 8);
};

const broken = (): PlatformError => new PlatformError('host_unreachable', 'The answer broke off or is no archive');

/** Reads ahead without losing anything. */
const makeReader = (source: AsyncIterable<Uint8Array>) => {
  const chunks = source[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  const fill = async (bytes: number): Promise<boolean> => {
    while (held.length < bytes) {
      const next = await chunks.next();
      if (next.done === true) return false;
      held = Buffer.concat([held, next.value]);
    }
    return true;
  };
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  };
  return {
    peek: async (at: number, bytes: number): Promise<Uint8Array> => {
      if (!(await fill(at + bytes))) throw broken();
      return held.subarray(at, at + bytes);
    },
    all: async function* (): AsyncGenerator<Uint8Array> {
      yield held;
      yield* rest();
    },
    part: async function* (at: number, bytes: number): AsyncGenerator<Uint8Array> {
      const first = held.subarray(at, at + bytes);
      yield first;
      let left = bytes - first.length;
      if (left > 0)
        for await (const chunk of rest()) {
          yield chunk.subarray(0, left);
          left -= Math.min(left, chunk.length);
          if (left === 0) break;
        }
      if (left > 0) throw broken();
    },
  };
};
