// Files out of and into a container, as tar archives that are written anew on the way.
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomUUID } from 'node:crypto';
import { PlatformError } from '@berth/common/platform-error.ts';
import { requireContainer, type Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { asReadable } from './modem.ts';
import { rewriteTar, type TarCount } from './tar-rewrite.ts';
import { engineLimits } from './time-limits.ts';

const mebibyte = 1024 * 1024;
const readLimits = { entries: 100_000, bytes: 4096 * mebibyte };
const writeLimits = { entries: 10_000, bytes: 64 * mebibyte };
/** Headers and padding come on top of the files. */
const archiveMaximumBytes = writeLimits.bytes + writeLimits.entries * 1024;

export const readFiles = async (
  engine: Engine,
  caller: Caller,
  container: string,
  path: string,
  signal: AbortSignal,
): Promise<Readable> => {
  const { id } = await requireContainer(engine, caller, container);
  refuseKernelPath(path);
  const stream = asReadable(
    await askEngine<unknown>(
      () => engine.docker(engineLimits.files).getContainer(id).getArchive({ path, abortSignal: signal }),
      {
        404: () => {
          throw new PlatformError('not_found', `There is no ${path} in the container`);
        },
      },
    ),
  );
  return rewriteTar(stream, { strict: false, limits: readLimits }).archive;
};

// Not files of the container, and endless or secret.
const refuseKernelPath = (path: string): void => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!path.startsWith('/') || parts.includes('..'))
    throw new PlatformError('invalid_request', 'The path must be absolute, without ..');
  if (['proc', 'sys', 'dev'].includes(parts[0] ?? ''))
    throw new PlatformError('not_found', `There is no ${path} in the container`);
};

export interface FilesToWrite {
  readonly container: string;
  readonly path: string;
  readonly archive: Readable;
  readonly temporaryFolder: string;
  readonly signal: AbortSignal;
}

/** The whole archive is judged before the first byte reaches the container. */
export const writeFiles = async (engine: Engine, caller: Caller, wish: FilesToWrite): Promise<TarCount> => {
  const { id } = await requireContainer(engine, caller, wish.container);
  refuseKernelPath(wish.path);
  await requireStopped(engine, id);
  await requirePlace(engine, id, wish.path);
  const file = join(wish.temporaryFolder, `upload-${randomUUID()}.tar`);
  try {
    const { archive, count } = rewriteTar(limited(wish.archive), { strict: true, limits: writeLimits });
    await pipeline(archive, createWriteStream(file, { mode: 0o600 }), { signal: wish.signal });
    await requireStopped(engine, id);
    await askEngine<unknown>(
      () =>
        engine
          .docker(engineLimits.files)
          .getContainer(id)
          .putArchive(createReadStream(file), { path: wish.path, noOverwriteDirNonDir: 'true' }),
      {
        404: () => {
          throw new PlatformError('not_found', `There is no folder ${wish.path} in the container`);
        },
      },
    );
    return count;
  } catch (thrown) {
    throw isTarError(thrown) ? new PlatformError('invalid_request', 'The body is no tar archive', {}, thrown) : thrown;
  } finally {
    await rm(file, { force: true });
  }
};

// Asked before, because an engine that refuses in the middle of an archive cuts the connection before it is heard.
const requirePlace = async (engine: Engine, id: string, path: string): Promise<void> => {
  const container = engine.docker(engineLimits.question).getContainer(id);
  const answer = await askEngine<unknown, undefined>(() => container.infoArchive({ path }), { 404: () => undefined });
  if (answer === undefined) throw new PlatformError('not_found', `There is no folder ${path} in the container`);
  asReadable(answer).destroy();
};

// A running program could swap a folder for a link while the engine writes into it.
const requireStopped = async (engine: Engine, id: string): Promise<void> => {
  const { State } = await askEngine(() => engine.docker(engineLimits.question).getContainer(id).inspect());
  if (State.Running || State.Restarting)
    throw new PlatformError('wrong_state', 'Files can be written only while the container does not run');
};

const limited = (source: Readable): Readable => {
  let bytes = 0;
  source.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > archiveMaximumBytes)
      source.destroy(new PlatformError('too_large', `The archive is larger than ${archiveMaximumBytes} bytes`));
  });
  return source;
};

const isTarError = (thrown: unknown): boolean =>
  thrown instanceof Error && /invalid tar|unexpected end of data/i.test(thrown.message);
