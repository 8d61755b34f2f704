// `berth download`: a file of a container as itself, a folder as a tar archive. What broke off leaves no half file.
import { createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';
import { printJson } from '#output/table.ts';
import { bytesText } from '#output/words.ts';
import { findPlace, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { findContainer } from './find-containers.ts';
import { openTar } from './tar-first.ts';

export type DownloadFlags = PlaceFlags & { readonly output?: string; readonly archive?: boolean };

export const download = async (machine: Machine, source: string, flags: DownloadFlags): Promise<number> => {
  const { named, path } = readSource(source);
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const { id } = await findContainer(session, place, named);
  const { body } = await session.client.open('readFiles', { params: { ...place, container: id }, query: { path } });
  if (body === null) throw new PlatformError('unavailable', 'The server sent nothing');
  const { kind, content } = await openTar(body, flags.archive === true);
  if (flags.output === '-') {
    await pipeline(content, process.stdout, { end: false });
    return 0;
  }
  const file = chooseFile(machine.folder, flags.output, basename(path), kind);
  const bytes = await writeWhole(file, content);
  if (flags.json === true) printJson(machine, { file, bytes, kind });
  else machine.out(`${relative(machine.folder, file)}  ${bytesText(bytes)}\n`);
  return 0;
};

/** `CONTAINER:PATH`; only the first colon parts them. */
export const readSource = (text: string): { named: string; path: string } => {
  const colon = text.indexOf(':');
  const [named, path] = [text.slice(0, Math.max(colon, 0)), text.slice(colon + 1)];
  if (named === '' || path === '')
    throw new PlatformError(
      'invalid_request',
      `"${text}" names no file. Write CONTAINER:PATH, as in APP/SERVICE:/etc/hosts`,
    );
  return { named, path };
};

const chooseFile = (folder: string, output: string | undefined, name: string, kind: 'file' | 'archive'): string => {
  const base = name === '' || name === '.' || name === '..' ? 'files' : name;
  const own = kind === 'archive' ? `${base}.tar` : base;
  if (output !== undefined) {
    const file = resolve(folder, output);
    return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true ? join(file, own) : file;
  }
  const file = join(folder, own);
  if (existsSync(file)) throw new PlatformError('conflict', `${own} exists here already. Say where to with -o`);
  return file;
};

const writeWhole = async (file: string, content: AsyncIterable<Uint8Array>): Promise<number> => {
  const part = `${file}.${process.pid}.part`;
  const output = createWriteStream(part, { flags: 'wx' });
  try {
    await pipeline(content, output);
    renameSync(part, file);
    return output.bytesWritten;
  } catch (thrown) {
    rmSync(part, { force: true });
    if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && thrown.code.startsWith('E'))
      throw new PlatformError('wrong_state', `${file} cannot be written: ${thrown.message}`, {}, thrown);
    throw thrown;
  }
};
