// Files that containers are given (configs and secrets): kept in the state folder, because a container must find them again
// after a restart of the host, and mounted from there read-only. A folder for each container, gone with it. The bytes are
// nowhere else: not in labels, not in errors.
import { chmodSync, chownSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { readdirSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { ContainerSpec } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';

export type FileToKeep = NonNullable<ContainerSpec['files']>[number];

export interface KeptFolder {
  readonly path: string;
  /** Of each file, in the order given. */
  readonly files: readonly string[];
}

const filesMaximum = 200;
const bytesMaximum = 12 * 1024 * 1024;
const environmentPattern = /^[\w-]{1,100}$/;

export class ContainerFiles {
  readonly #root: string | undefined;
  /** Folders whose container is being made, or may be. */
  readonly #underWay = new Set<string>();

  /** `root` undefined: no container can be given files. */
  constructor(root: string | undefined) {
    this.#root = root;
  }

  /** Writes them to a folder of their own. It is safe from sweeps until `settle` is called. */
  keep(environment: string, files: readonly FileToKeep[]): KeptFolder {
    if (this.#root === undefined || !environmentPattern.test(environment))
      throw new PlatformError('wrong_state', 'This Docker Server has no place for files of containers');
    const bytes = files.reduce((sum, file) => sum + file.content.length, 0);
    if (files.length > filesMaximum || bytes > (bytesMaximum * 4) / 3)
      throw new PlatformError('too_large', 'A container is given too many files, or too large ones');
    const path = join(this.#root, environment, randomUUID());
    this.#underWay.add(path);
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      for (const [index, file] of files.entries()) writeFile(join(path, String(index)), file);
      syncFolder(path);
      syncFolder(dirname(path));
    } catch (thrown) {
      this.drop(path);
      throw asFileError(thrown);
    }
    return { path, files: files.map((_, index) => join(path, String(index))) };
  }

  /** Makes good what is missing of the files of a container that exists, told by where they are mounted from. */
  restore(mounts: readonly { readonly source: string; readonly target: string }[], files: readonly FileToKeep[]): void {
    for (const { source, target } of mounts) {
      const file = files.find((candidate) => candidate.target === target);
      if (file === undefined || !this.#isOurs(source) || existsSync(source)) continue;
      try {
        mkdirSync(dirname(source), { recursive: true, mode: 0o700 });
        writeFile(source, file);
      } catch (thrown) {
        throw asFileError(thrown);
      }
    }
  }

  /** The container is made: a sweep sees it. */
  settle(path: string): void {
    this.#underWay.delete(path);
  }

  /** The container is not made, or gone. */
  drop(path: string): void {
    rmSync(path, { recursive: true, force: true });
    this.#underWay.delete(path);
  }

  /** Folders that a list of containers which begins now would name, if they are of use. */
  known(): readonly string[] {
    const root = this.#root;
    if (root === undefined) return [];
    return namesIn(root)
      .flatMap((environment) => namesIn(join(root, environment)).map((name) => join(root, environment, name)))
      .filter((path) => !this.#underWay.has(path));
  }

  /** Removes those of the `known` from which nothing is mounted. `sources`: of all mounts of all containers. */
  sweep(known: readonly string[], sources: ReadonlySet<string>): void {
    if (known.length === 0) return;
    const used = new Set([...sources].map((source) => dirname(source)));
    for (const path of known) if (!used.has(path)) this.drop(path);
  }

  #isOurs(source: string): boolean {
    return this.#root !== undefined && source.startsWith(`${this.#root}/`);
  }
}

const permissionBits = 0o7777;
const readableByAll = 0o004;

const writeFile = (path: string, file: FileToKeep): void => {
  const descriptor = openSync(path, 'w', 0o600);
  try {
    const bytes = Buffer.from(file.content, 'base64');
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    giveTo(path, file);
    chmodSync(path, file.mode & permissionBits);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const giveTo = (path: string, { uid, gid, mode }: FileToKeep): void => {
  try {
    chownSync(path, uid, gid);
  } catch (thrown) {
    const isForbidden = thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
    // A Docker Server that is not root can still give a file that all may read.
    if (!isForbidden || (mode & readableByAll) === 0) throw thrown;
  }
};

/** Without the bytes, whatever went wrong. */
const asFileError = (thrown: unknown): unknown => {
  if (thrown instanceof PlatformError || !(thrown instanceof Error) || !('code' in thrown)) return thrown;
  const isFull = thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT';
  return new PlatformError(
    isFull ? 'no_space' : 'engine_refused',
    `The files of the container cannot be written on the host (${String(thrown.code)})`,
  );
};

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR'))
      return [];
    throw thrown;
  }
};

const syncFolder = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
