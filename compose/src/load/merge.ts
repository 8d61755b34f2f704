// Puts a later file over an earlier one (and a service over the one it extends) by Compose's rules: mappings go key by
// key, lists are appended, and the keys below have rules of their own. `!reset` removes, `!override` replaces.
import type { Entry, MapNode, Node, Path } from '#tree/node.ts';
import { get, isNull, kindText, list, map, mapValues, scalar, scalarText, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';

type Rule = (report: Report, base: Node, over: Node, path: Path) => Node;
type RuleTree = { readonly rule?: Rule; readonly children: ReadonlyMap<string, RuleTree> };

/** `base` with `over` on top; the place of each value is that of the file it comes from. */
export const mergeTrees = (report: Report, base: Node, over: Node): Node => merge(report, base, over, [], ruleTree);

/** A service on top of the one it extends. */
export const mergeService = (report: Report, base: Node, over: Node, path: Path): Node =>
  merge(report, base, over, path, ruleTree.children.get('services')?.children.get('*'));

/** Takes out what `!reset` marks and forgets the marks, once nothing is left to merge with. */
export const applyTags = (node: Node): Node | undefined => {
  if (node.tag === 'reset') return undefined;
  const plain = node.tag === undefined ? node : untagged(node);
  if (plain.kind === 'map') return mapValues(plain, (value) => applyTags(value));
  if (plain.kind === 'scalar') return plain;
  return { ...plain, items: plain.items.map(applyTags).filter((item) => item !== undefined) };
};

const untagged = (node: Node): Node => {
  const { tag: _, ...rest } = node;
  return rest;
};

const merge = (report: Report, base: Node, over: Node, path: Path, tree: RuleTree | undefined): Node => {
  if (over.tag === 'reset' || over.tag === 'override' || base.tag === 'reset') return over;
  if (tree?.rule !== undefined) return tree.rule(report, base, over, path);
  if (isNull(over)) return base;
  if (isNull(base)) return over;
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(report, base, over, path, tree);
  if (base.kind === 'list' && over.kind === 'list') return { ...over, items: [...base.items, ...over.items] };
  if (base.kind === 'scalar' && over.kind === 'scalar') return over;
  return conflict(report, base, over, path);
};

const conflict = (report: Report, base: Node, over: Node, path: Path): Node => {
  const where = `${base.place.file}:${base.place.line}`;
  const message = `"${path.at(-1)}" is ${kindText(over)} here and ${kindText(base)} in ${where}. Use the same form in both.`;
  report.error(over.place, path, 'merge_conflict', message);
  return over;
};

const mergeMaps = (report: Report, base: MapNode, over: MapNode, path: Path, tree: RuleTree | undefined): MapNode => {
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const old = base.entries.get(key);
    const inner = tree?.children.get(key) ?? tree?.children.get('*');
    if (old === undefined) entries.set(key, entry);
    else entries.set(key, { place: entry.place, value: merge(report, old.value, entry.value, [...path, key], inner) });
  }
  return { ...over, entries };
};

/** The later value whole, even when it is empty. */
const replace: Rule = (_report, _base, over) => over;

/** `KEY=value` lists and mappings mix; both become lists, and doubles are folded afterwards. */
const byKey: Rule = (_report, base, over) => {
  if (isNull(over)) return base;
  if (isNull(base)) return over;
  const removed = over.kind === 'map' ? [...over.entries].filter(([, { value }]) => value.tag === 'reset') : [];
  const names = new Set(removed.map(([key]) => key));
  const kept = asPairs(base).filter((item) => !names.has(textOf(item)?.split('=', 1)[0] ?? ''));
  return list([...kept, ...asPairs(over)], over.place);
};

const asPairs = (node: Node): readonly Node[] => {
  if (node.kind === 'scalar') return [node];
  if (node.kind === 'list') return node.items;
  return [...node.entries].flatMap(([key, { value }]) => pairsOf(key, value));
};

const pairsOf = (key: string, value: Node): readonly Node[] => {
  if (value.tag === 'reset') return [];
  if (value.kind === 'list') return value.items.flatMap((item) => pairsOf(key, item));
  if (value.kind === 'map') return [value];
  const text = value.value === null ? key : `${key}=${scalarText(value)}`;
  return [scalar(text, value.place)];
};

const hostPairs: Rule = (report, base, over, path) => {
  const merged = byKey(report, base, over, path);
  if (merged.kind !== 'list') return merged;
  const seen = new Set<string>();
  const items = merged.items.filter((item) => {
    const text = textOf(item);
    if (text === undefined) return true;
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
  return { ...merged, items };
};

const namesToMap = (node: Node, value: (name: Node) => Node): Node => {
  if (node.kind !== 'list') return node;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    const name = textOf(item);
    if (name === undefined) return node;
    entries.set(name, { place: item.place, value: value(item) });
  }
  return map(entries, node.place);
};

const mapRule =
  (value: (name: Node) => Node, children: () => RuleTree | undefined): Rule =>
  (report, base, over, path) => {
    if (isNull(over)) return base;
    const [left, right] = [namesToMap(base, value), namesToMap(over, value)];
    if (isNull(left)) return right;
    if (left.kind === 'map' && right.kind === 'map') return mergeMaps(report, left, right, path, children());
    return conflict(report, base, over, path);
  };

export const startedCondition = (name: Node): Node => {
  const condition = scalar('service_started', name.place);
  const required = scalar(true, name.place);
  const entries = new Map([
    ['condition', { place: name.place, value: condition }],
    ['required', { place: name.place, value: required }],
  ]);
  return map(entries, name.place);
};

const logging: Rule = (report, base, over, path) => {
  if (isNull(over)) return base;
  if (base.kind !== 'map' || over.kind !== 'map') return isNull(base) ? over : conflict(report, base, over, path);
  const drivers = [textOf(get(base, 'driver')), textOf(get(over, 'driver'))];
  const isSame = drivers[0] === drivers[1] || drivers[0] === undefined || drivers[1] === undefined;
  return isSame ? mergeMaps(report, base, over, path, undefined) : over;
};

const contextMap = (node: Node): Node =>
  textOf(node) === undefined ? node : map(new Map([['context', { place: node.place, value: node }]]), node.place);

const build: Rule = (report, base, over, path) => {
  if (isNull(over)) return base;
  const [left, right] = [contextMap(base), contextMap(over)];
  if (left.kind !== 'map' || right.kind !== 'map') return isNull(base) ? over : conflict(report, base, over, path);
  return mergeMaps(report, left, right, path, buildTree);
};

const ipamConfig: Rule = (report, base, over, path) => {
  if (isNull(over)) return base;
  if (base.kind !== 'list' || over.kind !== 'list') return isNull(base) ? over : conflict(report, base, over, path);
  const items = [...base.items];
  for (const item of over.items) {
    const subnet = textOf(get(item, 'subnet'));
    const at = items.findIndex((other) => textOf(get(other, 'subnet')) === subnet);
    const old = items[at];
    if (old === undefined) items.push(item);
    else items[at] = merge(report, old, item, [...path, at], undefined);
  }
  return { ...over, items };
};

const limit: Rule = (report, base, over, path) => {
  if (isNull(over)) return base;
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(report, base, over, path, undefined);
  return over;
};

const leaf = (rule: Rule): RuleTree => ({ rule, children: new Map() });
const branch = (children: Readonly<Record<string, RuleTree>>): RuleTree => ({
  children: new Map(Object.entries(children)),
});

const buildTree: RuleTree = branch({
  args: leaf(byKey),
  additional_contexts: leaf(byKey),
  labels: leaf(byKey),
  ssh: leaf(byKey),
  extra_hosts: leaf(hostPairs),
  ulimits: branch({ '*': leaf(limit) }),
});

const serviceTree: RuleTree = branch({
  annotations: leaf(byKey),
  build: leaf(build),
  command: leaf(replace),
  depends_on: leaf(mapRule(startedCondition, () => undefined)),
  deploy: branch({ labels: leaf(byKey) }),
  dns: leaf(byKey),
  dns_opt: leaf(byKey),
  dns_search: leaf(byKey),
  entrypoint: leaf(replace),
  env_file: leaf(byKey),
  environment: leaf(byKey),
  extra_hosts: leaf(hostPairs),
  healthcheck: branch({ test: leaf(replace) }),
  label_file: leaf(byKey),
  labels: leaf(byKey),
  logging: leaf(logging),
  models: leaf(
    mapRule(
      (name) => map(new Map(), name.place),
      () => undefined,
    ),
  ),
  networks: leaf(
    mapRule(
      (name) => scalar(null, name.place),
      () => undefined,
    ),
  ),
  sysctls: leaf(byKey),
  tmpfs: leaf(byKey),
  ulimits: branch({ '*': leaf(limit) }),
});

const ruleTree: RuleTree = branch({
  services: branch({ '*': serviceTree }),
  networks: branch({ '*': branch({ labels: leaf(byKey), ipam: branch({ config: leaf(ipamConfig) }) }) }),
  volumes: branch({ '*': branch({ labels: leaf(byKey) }) }),
});
