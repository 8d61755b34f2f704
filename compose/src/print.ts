// The model as `docker compose config` prints it: long forms, `$` of values (keys are never filled) as `$$`, so that
// the output reads back to the same model, and paths made absolute where the caller says where the files lie.
import { Document, isScalar, visit } from 'yaml';
import type { Scalar as YamlScalar } from 'yaml';
import { nameResources } from './canonical/tree.ts';
import { cleanPath } from './load/paths.ts';
import type { ComposeModel } from './resolve.ts';
import type { Node, Path } from './tree/node.ts';
import { get, textOf } from './tree/node.ts';
import { readPlainScalar } from './values/plain-scalar.ts';

export type PrintOptions = {
  readonly format: 'json' | 'yaml';
  /** Absolute path of the bundle's root. Absent: paths stay relative to it. */
  readonly baseDirectory?: string;
};

export const printModel = (model: ComposeModel, options: PrintOptions): string => {
  const plain = plainModel(model, options.baseDirectory);
  return options.format === 'json' ? `${JSON.stringify(plain, undefined, 2)}\n` : yamlText(plain);
};

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** The model as plain values, as they would be parsed from the printed text. */
export const plainModel = (model: ComposeModel, baseDirectory?: string): Plain => {
  const root = toPlain(nameResources(model.root, model.name), [], baseDirectory);
  const sections = typeof root === 'object' && root !== null && !Array.isArray(root) ? root : {};
  const first = { name: model.name, services: {} };
  return Object.assign(Object.create(null), first, sections, { name: model.name });
};

const toPlain = (node: Node, path: Path, given: string | undefined): Plain => {
  const base = isPlainDevice(node, path) ? undefined : given;
  if (node.kind === 'list') return node.items.map((item, index) => toPlain(item, [...path, index], base));
  if (node.kind === 'map') {
    const result: Record<string, Plain> = Object.create(null);
    for (const [key, { value }] of node.entries)
      if (!isNothing(path, key, value)) result[key] = toPlain(value, [...path, key], base);
    return result;
  }
  const { value } = node;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return value;
  return escapeDollars(base !== undefined && isPath(path, value) ? absolute(base, value) : value);
};

/** The device of a volume is a path of ours only where the volume is a bind mount in other words. */
const isPlainDevice = (node: Node, path: Path): boolean =>
  path.length === 3 && path[0] === 'volumes' && path[2] === 'driver_opts' && textOf(get(node, 'o')) !== 'bind';

/** Limits and pauses of nought are none. Compose does not print them. */
const noughts = new RegExp(
  `^services\\.(?:${[
    'cpu_(?:count|percent|period|quota|rt_period|rt_runtime|shares)',
    'cpus|mem_limit|mem_reservation|memswap_limit|oom_score_adj|pids_limit|shm_size',
    'deploy\\.(?:update|rollback)_config\\.(?:delay|monitor|max_failure_ratio)',
    'deploy\\.resources\\.(?:limits|reservations)\\.cpus',
  ].join('|')})$`,
);

const isNought = (value: unknown): boolean => value === 0 || value === '0' || value === '0s';

const isNothing = (path: Path, key: string, node: Node): boolean => {
  if (node.kind !== 'scalar' || path[0] !== 'services' || !isNought(node.value)) return false;
  return noughts.test(['services', ...path.slice(2), key].join('.'));
};

const escapeDollars = (text: string): string => text.replaceAll('$', '$$$$');

const absolute = (base: string, path: string): string => (/^[/~]/.test(path) ? path : cleanPath(`${base}/${path}`));

const pathKeys: readonly string[] = [
  'services.*.volumes.*.source',
  'services.*.build.context',
  'services.*.build.additional_contexts.*',
  'services.*.develop.watch.*.path',
  'secrets.*.file',
  'configs.*.file',
  'volumes.*.driver_opts.device',
];

const isPath = (path: Path, text: string): boolean => {
  if (!/^\.{1,2}(?:\/|$)/.test(text)) return false;
  return pathKeys.some((pattern) => {
    const parts = pattern.split('.');
    return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index]);
  });
};

/** Words some YAML readers take for booleans. */
const reservedWords = /^(?:y|yes|n|no|on|off|<<|=)$/i;

/** YAML that any reader of YAML reads back as these very values. */
export const yamlText = (plain: Plain): string => {
  const document = new Document(plain, { version: '1.2', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => quoteIfNeeded(node),
    Pair: (_key, pair) => {
      if (isScalar(pair.key)) quoteIfNeeded(pair.key);
    },
  });
  return document.toString({ lineWidth: 0, minContentWidth: 0 });
};

const quoteIfNeeded = (node: YamlScalar): void => {
  if (typeof node.value !== 'string' || node.value.includes('\n')) return;
  const read = readPlainScalar(node.value);
  const isOther = read.value !== node.value || read.isDate === true || reservedWords.test(node.value);
  if (isOther || /^[\d.+-]/.test(node.value)) node.type = 'QUOTE_DOUBLE';
};
