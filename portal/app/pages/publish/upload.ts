// Files and folders from a person's machine become files of the draft. Pure; reading them is the browser's part.
import { readEnvText } from '#util/env-text.ts';
import { addBinary, addFile, addVariables, changeFile, removeFile, type Draft } from './draft.ts';

/** A file that was read: text, or base64 of what is no text. */
export type ReadFile = { readonly name: string } & ({ readonly text: string } | { readonly bytes: string });

const composeName = /^(docker-)?compose(\.override)?\.ya?ml$/i;

/** The history of a folder is no part of what runs. */
export const isLeftOut = (path: string): boolean => path.split('/').includes('.git');

/** Paths below the folder that was given: the folder's own name is not part of them. */
export const belowFolder = (path: string): string => path.slice(path.indexOf('/') + 1);

/**
 * Adds what was read. Of a folder, only what has the name of a Compose file, at its top, is one, and its `.env` gives
 * variables, as `docker compose` would have it; an empty file that the page began with makes room.
 */
export const addUpload = (draft: Draft, files: readonly ReadFile[], isFolder: boolean): Draft => {
  let next = draft;
  for (const file of files)
    next = 'text' in file ? addFile(next, file.name, file.text) : addBinary(next, file.name, file.bytes);
  if (!isFolder) return next;
  const added = new Set(files.map(({ name }) => name));
  const hasCompose = files.some(({ name }) => composeName.test(name));
  for (const file of next.files)
    if (hasCompose && added.has(file.name))
      next = changeFile(next, file.id, { isCompose: composeName.test(file.name) });
    else if (hasCompose && file.text === '' && file.bytes === undefined) next = removeFile(next, file.id);
  const env = files.find(({ name }) => name === '.env');
  return env === undefined || !('text' in env) ? next : addVariables(next, readEnvText(env.text).entries);
};
