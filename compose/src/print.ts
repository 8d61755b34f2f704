// The model as `docker compose config` prints it: long forms, `$` of values (keys are never filled) as `$$`, so that
// the output reads back to the same model, and paths made absolute where the caller says where the files lie.
import { nameResources } from './canonical/tree.ts';
import { cleanPath } from './load/paths.ts';
import type { Plain } from './printing/yaml-text.ts';
import { yamlText } from './printing/yaml-text.ts';
import type { ComposeModel } from './resolve-with.ts';
import type { Node, Path } from './tree/node.ts';
import { get, textOf } from './tree/node.ts';

export type PrintOptions = {
  readonly format: 'json' | 'yaml';
  /** Absolute path of the bundle's root. Absent: paths stay relative to it. */
  readonly baseDirectory?: string;
};

export const printModel = (model: ComposeModel, options: PrintOptions): string => {
  const plain = plainModel(model, options.baseDirectory);
  return options.format === 'json' ? `${JSON.stringify(plain, undefined, 2)}\n` : yamlText(plain);
};

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

/** Limits, pauses and ranks of nought are none. Compose does not print them. */
const noughts = new RegExp(
  `^services\\.(?:${[
    'cpu_(?:count|percent|period|quota|rt_period|rt_runtime|shares)',
    'cpus|mem_limit|mem_reservation|memswap_limit|oom_score_adj|pids_limit|(?:build\\.)?shm_size',
    'deploy\\.(?:update|rollback)_config\\.(?:delay|monitor|max_failure_ratio)',
    'deploy\\.resources\\.(?:limits|reservations)\\.(?:cpus|memory|pids)',
    'deploy\\.placement\\.max_replicas_per_node',
    'networks\\.[^.]+\\.(?:gw_)?priority',
    'volumes\\.\\d+\\.tmpfs\\.(?:size|mode)',
  ].join('|')})$`,
);

/** Switches that are off unless they are on. */
const switches: ReadonlySet<string> = new Set(
  `attachable initial_sync internal no_cache nocopy oom_kill_disable privileged pull read_only restart stdin_open
  tty`.split(/\s+/),
);

/** Mappings with keys of the user's own, in which no text is a text like others. */
const openMappings: ReadonlySet<string | number | undefined> = new Set(
  `additional_contexts annotations args aux_addresses driver_opts environment labels options storage_opt sysctls`.split(
    ' ',
  ),
);

const meaningfulEmpties: readonly string[] = ['command', 'entrypoint', 'context'];

/** What says no more than its absence would: Compose does not print it. */
const isNothing = (path: Path, key: string, node: Node): boolean => {
  if (node.kind === 'map' || path.length < 2 || [...path, key].some(isExtra)) return false;
  if (node.kind === 'list') return node.items.length === 0 && !meaningfulEmpties.includes(key);
  const { value } = node;
  if (value === '') return !openMappings.has(path.at(-1)) && !meaningfulEmpties.includes(key);
  if (value === false) return switches.has(key) && !openMappings.has(path.at(-1));
  if (path[0] !== 'services' || (value !== 0 && value !== '0' && value !== '0s')) return false;
  return noughts.test(['services', ...path.slice(2), key].join('.'));
};

const isExtra = (part: string | number): boolean => typeof part === 'string' && part.startsWith('x-');

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
