// What somebody is about to publish, while they write it. Pure; the API's shape is made at the end.
import { namePattern } from '@berth/contract/names.ts';
import type { Publication, UpgradeSettings } from '@berth/contract/applications.ts';

export type DraftFile = {
  readonly id: number;
  readonly name: string;
  readonly text: string;
  readonly isCompose: boolean;
  /** Base64 of a file that is no text; its `text` is empty then. */
  readonly bytes?: string;
};
export type DraftVariable = { readonly id: number; readonly name: string; readonly value: string };
export type Draft = {
  readonly name: string;
  readonly note: string;
  readonly files: readonly DraftFile[];
  readonly variables: readonly DraftVariable[];
  readonly profiles: readonly string[];
  /** How containers are to be replaced, over what the files say. */
  readonly upgrade: UpgradeSettings;
  /** For the next file or variable; ids keep tabs and rows the same while their names change. */
  readonly nextId: number;
};

export const fileBytesMaximum = 262_144;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export type DraftContent = {
  readonly files: Readonly<Record<string, string>>;
  /** Name → base64. */
  readonly binaries?: Readonly<Record<string, string>> | undefined;
  readonly main: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
};

/** Compose files first, in the order they are merged, then the others by name. */
export const draftOf = (name: string, content: DraftContent): Draft => {
  const binaries = content.binaries ?? {};
  const others = [...Object.keys(content.files), ...Object.keys(binaries)].filter(
    (file) => !content.main.includes(file),
  );
  const names = [...content.main, ...others.sort()];
  const files = names.map((file, id) => ({
    id,
    name: file,
    text: content.files[file] ?? '',
    isCompose: content.main.includes(file),
    ...(binaries[file] === undefined ? {} : { bytes: binaries[file] }),
  }));
  const variables = Object.entries(content.variables ?? {}).map(([variable, value], index) => ({
    id: files.length + index,
    name: variable,
    value,
  }));
  return {
    name,
    note: '',
    files,
    variables,
    profiles: content.profiles ?? [],
    upgrade: {},
    nextId: files.length + variables.length,
  };
};

export const emptyDraft: Draft = draftOf('', {
  files: { 'docker-compose.yml': '' },
  main: ['docker-compose.yml'],
});

/** A file of that name is overwritten. */
export const addFile = (draft: Draft, name: string, text: string): Draft =>
  putFile(draft, { name, text, isCompose: /\.ya?ml$/i.test(name) });

/** The same for a file that is no text. */
export const addBinary = (draft: Draft, name: string, bytes: string): Draft =>
  putFile(draft, { name, text: '', isCompose: false, bytes });

const putFile = (draft: Draft, file: Omit<DraftFile, 'id'>): Draft => {
  const known = draft.files.find(({ name }) => name === file.name);
  if (known === undefined)
    return { ...draft, files: [...draft.files, { id: draft.nextId, ...file }], nextId: draft.nextId + 1 };
  // Whether a file is a Compose file was the person's choice; that it is no text is not.
  const put = { id: known.id, ...file, isCompose: file.bytes === undefined && known.isCompose };
  return { ...draft, files: draft.files.map((one) => (one.id === known.id ? put : one)) };
};

export const changeFile = (draft: Draft, id: number, change: Partial<Omit<DraftFile, 'id'>>): Draft => ({
  ...draft,
  files: draft.files.map((file) => (file.id === id ? { ...file, ...change } : file)),
});

export const removeFile = (draft: Draft, id: number): Draft => ({
  ...draft,
  files: draft.files.filter((file) => file.id !== id),
});

/** One place to the left (-1) or right (1); at the edge it stays. */
export const moveFile = (draft: Draft, id: number, by: -1 | 1): Draft => {
  const from = draft.files.findIndex((file) => file.id === id);
  const moved = draft.files[from];
  const neighbour = draft.files[from + by];
  if (moved === undefined || neighbour === undefined) return draft;
  const files = [...draft.files];
  files[from] = neighbour;
  files[from + by] = moved;
  return { ...draft, files };
};

/** Why a file cannot have this name. */
export const fileNameProblem = (draft: Draft, name: string, id?: number): 'bad' | 'taken' | undefined => {
  const parts = name.split('/');
  const isBad =
    name.length > 255 || /[\\\p{Cc}]/u.test(name) || parts.some((part) => part === '' || part === '.' || part === '..');
  if (isBad) return 'bad';
  return draft.files.some((file) => file.name === name && file.id !== id) ? 'taken' : undefined;
};

export const addVariables = (draft: Draft, entries: readonly (readonly [string, string])[]): Draft => {
  let next = draft;
  for (const [name, value] of entries) {
    const known = name === '' ? undefined : next.variables.find((variable) => variable.name === name);
    next =
      known === undefined
        ? { ...next, variables: [...next.variables, { id: next.nextId, name, value }], nextId: next.nextId + 1 }
        : changeVariable(next, known.id, { value });
  }
  return next;
};

export const changeVariable = (draft: Draft, id: number, change: Partial<Omit<DraftVariable, 'id'>>): Draft => ({
  ...draft,
  variables: draft.variables.map((variable) => (variable.id === id ? { ...variable, ...change } : variable)),
});

export const removeVariable = (draft: Draft, id: number): Draft => ({
  ...draft,
  variables: draft.variables.filter((variable) => variable.id !== id),
});

/** An empty row is no mistake; it is simply not sent. */
export const isVariableNameBad = (variable: DraftVariable): boolean =>
  variable.name === '' ? variable.value !== '' : !variableName.test(variable.name);

export type Missing = 'name' | 'compose' | 'text' | 'variables';

/** What is still missing before a server need be asked. */
export const missingIn = (draft: Draft): Missing | undefined => {
  const compose = draft.files.filter((file) => file.isCompose);
  if (compose.length === 0) return 'compose';
  if (compose.every((file) => file.text.trim() === '')) return 'text';
  if (!namePattern.test(draft.name)) return 'name';
  return draft.variables.some(isVariableNameBad) ? 'variables' : undefined;
};

const isSet = ({ all, services }: UpgradeSettings): boolean =>
  all !== undefined || Object.keys(services ?? {}).length > 0;

export const publicationOf = (draft: Draft, acceptLosses = false): Publication => {
  const text = draft.files.filter((file) => file.bytes === undefined);
  const binaries = draft.files.flatMap(({ name, bytes }) => (bytes === undefined ? [] : [[name, bytes] as const]));
  const named = draft.variables.filter((variable) => variable.name !== '');
  const note = draft.note.trim();
  return {
    name: draft.name,
    bundle: {
      files: Object.fromEntries(text.map((file) => [file.name, file.text])),
      ...(binaries.length === 0 ? {} : { binaries: Object.fromEntries(binaries) }),
      main: draft.files.filter((file) => file.isCompose).map((file) => file.name),
    },
    variables: Object.fromEntries(named.map((variable) => [variable.name, variable.value])),
    ...(draft.profiles.length === 0 ? {} : { profiles: [...draft.profiles] }),
    ...(note === '' ? {} : { note }),
    ...(isSet(draft.upgrade) ? { upgrade: draft.upgrade } : {}),
    ...(acceptLosses ? { acceptLosses } : {}),
  };
};
