// Whole models side by side, for tests and tools: what means nothing is dropped on both sides, and the rest must be equal.
import { printModel } from '#print.ts';
import type { ComposeModel } from '#resolve.ts';
import { resolveModel } from '#resolve.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const readJson = (text: string): Json => JSON.parse(text);

/** Where a model lies, two folders below the root, so that paths may go up. */
export const modelFolder = '/above/over/app';

/** A model as comparable data. `root`: what stands before the model's folder in its paths. */
export const foldModel = (printed: Json, root: string): Json => fold(printed, [], root) ?? {};

export const foldOurs = (model: ComposeModel): Json =>
  foldModel(readJson(printModel(model, { format: 'json', baseDirectory: modelFolder })), '');

/** What another program printed as a Compose file, read again by us; undefined: we cannot read it. */
export const foldAsFile = (text: string, project: string, root: string): Json | undefined => {
  const main = `${root}${modelFolder}/printed.yaml`;
  const result = resolveModel(
    { files: new Map([[main, text]]), main: [main] },
    { variables: { COMPOSE_PROJECT_NAME: project }, profiles: ['*'], outside: 'read' },
  );
  if ('problems' in result) return undefined;
  return foldModel(readJson(printModel(result.model, { format: 'json', baseDirectory: root + modelFolder })), root);
};

const fold = (value: Json, path: readonly string[], root: string): Json | undefined => {
  if (typeof value === 'string') return foldText(value, path, root);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const items = value.map((item) => fold(item, [...path, '*'], root) ?? null);
    return path.at(-1) === 'extra_hosts' ? items.map(String).toSorted() : items;
  }
  if (path.at(-1) === 'healthcheck' && isList(value['test'] ?? null) && JSON.stringify(value['test']) === '["NONE"]')
    return { disable: true };
  const kept: Record<string, Json> = {};
  for (const key of Object.keys(value).toSorted()) {
    if (key.startsWith('x-')) continue;
    const at = [...path, key.replaceAll('$$', '$')];
    const item = fold(value[key] ?? null, at, root);
    if (item !== undefined && !isNothing(item, at)) kept[key.replaceAll('$$', '$')] = item;
  }
  return kept;
};

const foldText = (text: string, path: readonly string[], root: string): string => {
  if (path[2] === 'volumes_from') return text.replace(/^service:|:rw$/g, '');
  return root !== '' && (text === root || text.startsWith(`${root}/`)) ? text.slice(root.length) || '/' : text;
};

export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** A variable without a value is to be unset, and a network without settings is joined; elsewhere null and {} say nothing. */
const isNothing = (value: Json, path: readonly string[]): boolean => {
  const isOfService = path[0] === 'services' && path.length === 3;
  if (path[0] === 'services' && path.length === 4 && (path[2] === 'environment' || path[2] === 'networks'))
    return false;
  if (value === null) return true;
  if (isOfService && (value === '' || (value === false && path[2] !== 'init'))) return true;
  if (isOfService && isList(value) && value.length === 0) return path[2] !== 'command' && path[2] !== 'entrypoint';
  if (path.at(-2) === 'healthcheck' && path.at(-1) === 'disable' && value === false) return true;
  if (isOfService && path[2] === 'mem_swappiness' && value === '0') return true;
  return typeof value === 'object' && !isList(value) && Object.keys(value).length === 0 && path.length > 2;
};

/** The first place where two models differ, in words. */
export const firstDifference = (theirs: Json | undefined, ours: Json | undefined, at = ''): string | undefined => {
  if (JSON.stringify(theirs) === JSON.stringify(ours)) return undefined;
  const isMapping = (value: Json | undefined): value is { readonly [key: string]: Json } =>
    typeof value === 'object' && value !== null && !isList(value);
  if (isMapping(theirs) && isMapping(ours)) {
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
      const found = firstDifference(theirs[key], ours[key], at === '' ? key : `${at}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (
    theirs !== undefined &&
    ours !== undefined &&
    theirs !== null &&
    ours !== null &&
    Array.isArray(theirs) &&
    Array.isArray(ours)
  )
    for (let index = 0; index < Math.max(theirs.length, ours.length); index += 1) {
      const found = firstDifference(theirs[index], ours[index], `${at}[${index}]`);
      if (found !== undefined) return found;
    }
  const shown = (value: Json | undefined): string =>
    value === undefined ? 'nothing' : (JSON.stringify(value) ?? '').slice(0, 120);
  return `${at}: they say ${shown(theirs)}, we say ${shown(ours)}`;
};
