// Lists in which a later item takes the place of an earlier one with the same identity: `A=1` and `A=2`, two mounts on
// one target. Compose folds them before it checks the file, so the schema never sees the doubles.
import type { ListNode, Node } from '#tree/node.ts';
import { get, mapValues, numberOf, scalarText, textOf } from '#tree/node.ts';
import { volumeTarget } from '#values/volume-text.ts';

type Identity = (item: Node) => string | undefined;

const scalarIdentity: Identity = (item) =>
  item.kind === 'scalar' && item.value !== null ? scalarText(item) : undefined;

const keyIdentity: Identity = (item) => {
  const text = scalarIdentity(item);
  return text?.split('=', 1)[0];
};

const portIdentity: Identity = (item) => {
  if (item.kind !== 'map') return scalarIdentity(item);
  const target = scalarIdentity(get(item, 'target') ?? item);
  if (target === undefined) return undefined;
  const published = get(item, 'published');
  const shown = published === undefined ? '' : scalarIdentity(published);
  const host = textOf(get(item, 'host_ip')) ?? '0.0.0.0';
  return `${host}:${shown}:${target}/${textOf(get(item, 'protocol')) ?? 'tcp'}`;
};

const volumeIdentity: Identity = (item) => {
  const text = textOf(item);
  return text === undefined ? textOf(get(item, 'target')) : volumeTarget(text);
};

const deviceIdentity: Identity = (item) => {
  const text = textOf(item);
  if (text === undefined) return textOf(get(item, 'target')) ?? textOf(get(item, 'source'));
  const parts = text.split(':');
  return parts[1] ?? parts[0];
};

const grantIdentity =
  (folder: string): Identity =>
  (item) => {
    const source = textOf(item) ?? textOf(get(item, 'source'));
    const target = textOf(get(item, 'target'));
    if (source === undefined) return undefined;
    if (target === undefined) return `${folder}/${source}`;
    return target.startsWith('/') ? target : `${folder}/${target}`;
  };

const exposeIdentity: Identity = (item) => {
  const number = numberOf(item);
  return number === undefined ? scalarIdentity(item) : String(number);
};

const envFileIdentity: Identity = (item) => textOf(item) ?? textOf(get(item, 'path'));

const rules: readonly (readonly [string, Identity])[] = [
  ['networks.*.labels', keyIdentity],
  ['networks.*.ipam.options', keyIdentity],
  ['volumes.*.labels', keyIdentity],
  ['services.*.annotations', keyIdentity],
  ['services.*.build.args', keyIdentity],
  ['services.*.build.additional_contexts', keyIdentity],
  ['services.*.build.tags', keyIdentity],
  ['services.*.build.labels', keyIdentity],
  ['services.*.cap_add', keyIdentity],
  ['services.*.cap_drop', keyIdentity],
  ['services.*.configs', grantIdentity('')],
  ['services.*.deploy.labels', keyIdentity],
  ['services.*.devices', deviceIdentity],
  ['services.*.dns', keyIdentity],
  ['services.*.dns_opt', keyIdentity],
  ['services.*.dns_search', keyIdentity],
  ['services.*.environment', keyIdentity],
  ['services.*.env_file', envFileIdentity],
  ['services.*.expose', exposeIdentity],
  ['services.*.labels', keyIdentity],
  ['services.*.links', keyIdentity],
  ['services.*.networks.*.aliases', keyIdentity],
  ['services.*.networks.*.link_local_ips', keyIdentity],
  ['services.*.ports', portIdentity],
  ['services.*.profiles', keyIdentity],
  ['services.*.secrets', grantIdentity('/run/secrets')],
  ['services.*.sysctls', keyIdentity],
  ['services.*.tmpfs', keyIdentity],
  ['services.*.volumes', volumeIdentity],
];

type RuleTree = { readonly identity?: Identity; readonly children: ReadonlyMap<string, RuleTree> };
type Growing = { identity?: Identity; readonly children: Map<string, Growing> };

const grow = (): RuleTree => {
  const root: Growing = { children: new Map() };
  for (const [pattern, identity] of rules) {
    let current = root;
    for (const part of pattern.split('.')) {
      const next: Growing = current.children.get(part) ?? { children: new Map() };
      current.children.set(part, next);
      current = next;
    }
    current.identity = identity;
  }
  return root;
};

const ruleTree = grow();

/** The tree with every such list folded. Items without an identity are left for the schema to judge. */
export const foldDoubles = (node: Node): Node => walk(node, ruleTree);

const walk = (node: Node, tree: RuleTree): Node => {
  if (node.kind === 'list') return tree.identity === undefined ? node : foldList(node, tree.identity);
  if (node.kind !== 'map' || tree.children.size === 0) return node;
  const any = tree.children.get('*');
  return mapValues(node, (value, key) => {
    const child = tree.children.get(key) ?? any;
    return child === undefined ? value : walk(value, child);
  });
};

const foldList = (node: ListNode, identity: Identity): ListNode => {
  const kept: Node[] = [];
  const positions = new Map<string, number>();
  for (const item of node.items) {
    const name = identity(item);
    const position = name === undefined ? undefined : positions.get(name);
    if (position !== undefined) {
      kept[position] = item;
      continue;
    }
    if (name !== undefined) positions.set(name, kept.length);
    kept.push(item);
  }
  return kept.length === node.items.length ? node : { ...node, items: kept };
};
