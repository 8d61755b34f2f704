// Reads what a person chose or dropped: files and whole folders, as text where they are text, else as bytes.
import { base64Of } from '#util/base64.ts';
import { fileBytesMaximum } from './draft.ts';
import { belowFolder, isLeftOut, type ReadFile } from './upload.ts';

export type FoundFile = { readonly path: string; readonly file: File };
export type Found = { readonly files: readonly FoundFile[]; readonly isFolder: boolean };

export const filesMaximum = 2_000;
/** As base64 it still fits into what the server takes. */
export const allBytesMaximum = 23 * 1024 * 1024;
/** A folder's entries come in portions; more portions than this make more files than may be. */
const portionsMaximum = 100;

/** Too many, or too much; the page has the words. */
export class UploadError extends Error {
  readonly is: 'too_many' | 'too_much';
  constructor(is: UploadError['is']) {
    super(is);
    this.name = 'UploadError';
    this.is = is;
  }
}

/** From a file field; with `webkitdirectory` the browser gives paths that begin with the folder's name. */
export const foundInField = (files: readonly File[]): Found => {
  const isFolder = files.some((file) => file.webkitRelativePath !== '');
  return {
    isFolder,
    files: files
      .map((file) => ({ path: isFolder ? belowFolder(file.webkitRelativePath) : file.name, file }))
      .filter(({ path }) => !isLeftOut(path)),
  };
};

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });

const portionOf = (reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> =>
  new Promise((resolve, reject) => {
    reader.readEntries(resolve, reject);
  });

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const walk = async (entry: FileSystemEntry, path: string, found: FoundFile[]): Promise<void> => {
  if (isLeftOut(path)) return;
  if (found.length > filesMaximum) throw new UploadError('too_many');
  if (isFile(entry)) found.push({ path, file: await fileOf(entry) });
  if (!isDirectory(entry)) return;
  const reader = entry.createReader();
  for (let portion = 0; portion < portionsMaximum; portion += 1) {
    const entries = await portionOf(reader);
    if (entries.length === 0) return;
    for (const inner of entries) await walk(inner, path === '' ? inner.name : `${path}/${inner.name}`, found);
  }
};

/** From a drop. A single folder is taken for the folder of the application; its own name is left out. */
export const foundInDrop = async (entries: readonly FileSystemEntry[]): Promise<Found> => {
  const isFolder = entries.length === 1 && entries.every((entry) => entry.isDirectory);
  const files: FoundFile[] = [];
  for (const entry of entries) await walk(entry, isFolder ? '' : entry.name, files);
  return { files, isFolder };
};

const textOf = (bytes: Uint8Array): string | undefined => {
  if (bytes.length > fileBytesMaximum) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not UTF-8, so not text; it goes along as bytes.
    return undefined;
  }
};

export const readFiles = async (found: Found): Promise<readonly ReadFile[]> => {
  if (found.files.length > filesMaximum) throw new UploadError('too_many');
  if (found.files.reduce((sum, { file }) => sum + file.size, 0) > allBytesMaximum) throw new UploadError('too_much');
  const read: ReadFile[] = [];
  for (const { path, file } of found.files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = textOf(bytes);
    read.push(text === undefined ? { name: path, bytes: base64Of(bytes) } : { name: path, text });
  }
  return read;
};
