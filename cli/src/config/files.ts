// Finds the Compose files a person means and reads them from disk: the one place of the product where a Compose file
// may name other files anywhere, because it is the person's own machine.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readDotenv } from '@berth/compose/interpolation/dotenv.ts';

/** In the order Compose looks; the first found in a folder counts. */
const defaultNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** Bytes beyond which a file is not read: the library refuses far smaller ones, and says so. */
const readBytesMax = 16 * 1024 * 1024;

export type ReadFile = (path: string) => Uint8Array | undefined;

/** undefined when there is no such file; folders and devices are no files. */
export const readFromDisk: ReadFile = (path) => {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > readBytesMax) return undefined;
  return readFileSync(path);
};

/** The files of a folder by name, read when asked for; `-` is what came on standard input. */
export const diskFiles = (folder: string, standardInput: () => Uint8Array): { get: ReadFile } => ({
  get: (name) => {
    if (name.includes('\0')) return undefined;
    if (name === '-') return standardInput();
    return readFromDisk(isAbsolute(name) ? name : join(folder, name));
  },
});

export type Found = {
  /** Names relative to the working folder, or absolute. */
  readonly main: readonly string[];
  readonly directory: string;
};

export type FindOptions = {
  readonly folder: string;
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly projectDirectory: string | undefined;
};

/** `-f` files, else those of COMPOSE_FILE, else the default ones of this folder or one above it. */
export const findFiles = (options: FindOptions): Found | undefined => {
  const named = options.files.length > 0 ? options.files : filesOfVariable(options);
  if (named.length > 0) {
    const [first = '.'] = named;
    return { main: named, directory: options.projectDirectory ?? (first === '-' ? '.' : dirname(first)) };
  }
  for (let folder = options.folder; ; folder = dirname(folder)) {
    const main = defaultNames.find((name) => isFile(join(folder, name)));
    if (main !== undefined) {
      const override = overrideNames.find((name) => isFile(join(folder, name)));
      const prefix = folder === options.folder ? '' : `${folder}/`;
      const names = override === undefined ? [main] : [main, override];
      return {
        main: names.map((name) => prefix + name),
        directory: options.projectDirectory ?? (prefix === '' ? '.' : folder),
      };
    }
    if (dirname(folder) === folder) return undefined;
  }
};

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** COMPOSE_FILE of the environment or of `.env`, split at COMPOSE_PATH_SEPARATOR. */
const filesOfVariable = (options: FindOptions): readonly string[] => {
  const values = new Map<string, string>();
  const files = options.envFiles.length > 0 ? options.envFiles : [join(options.projectDirectory ?? '.', '.env')];
  for (const file of files) {
    const content = readFromDisk(resolve(options.folder, file));
    if (content === undefined) continue;
    const lookup = (name: string): string | undefined => options.environment[name];
    const ignore = (): void => {};
    const read = { lookup, isRaw: false, fault: ignore, unset: ignore, produced: { characters: 0 } };
    for (const [name, value] of readDotenv(new TextDecoder().decode(content), read)) values.set(name, value);
  }
  const find = (name: string): string => options.environment[name] ?? values.get(name) ?? '';
  const separator = find('COMPOSE_PATH_SEPARATOR') || ':';
  return find('COMPOSE_FILE')
    .split(separator)
    .filter((name) => name !== '');
};
