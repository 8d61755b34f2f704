// Names that must exist: services, networks, volumes, secrets, configs and models a service refers to; and circles
// among dependencies, which would never start.
import { impliedReferences } from '#model/dependencies.ts';
import type { MapNode, Node, Path } from '#tree/node.ts';
import { entriesOf, get, itemsOf, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';

export type Checked = {
  readonly report: Report;
  /** The whole tree with the active services only. */
  readonly root: MapNode;
  /** The same with everything that was declared, used or not. */
  readonly declared: MapNode;
  /** Services left out because none of their profiles is active. */
  readonly inactive: ReadonlySet<string>;
};

export const checkReferences = (checked: Checked, name: string, service: Node): void => {
  const path: Path = ['services', name];
  checkDependencies(checked, service, path);
  for (const { service: other, node, key } of impliedReferences(service))
    checkService(checked, other, node, [...path, key]);
  checkNetworks(checked, service, path);
  checkVolumes(checked, service, path);
  checkGrants(checked, service, path);
  for (const [context, { value }] of entriesOf(get(service, 'build', 'additional_contexts'))) {
    const other = /^service:(.*)$/.exec(textOf(value) ?? '')?.[1];
    if (other !== undefined) checkService(checked, other, value, [...path, 'build', 'additional_contexts', context]);
  }
  for (const [model, { place }] of entriesOf(get(service, 'models'))) {
    if (get(checked.root, 'models', model) !== undefined) continue;
    const message = `The model "${model}" is not declared. Add it under the top-level "models:".`;
    checked.report.error(place, [...path, 'models', model], 'undefined_model', message);
  }
};

const checkService = ({ report, root, inactive }: Checked, other: string, node: Node, path: Path): void => {
  if (get(root, 'services', other) !== undefined) return;
  if (inactive.has(other)) {
    const message = `The service "${other}" is needed, and none of its profiles is active. Activate one, or remove the need.`;
    report.error(node.place, path, 'inactive_service', message);
    return;
  }
  const message = `There is no service "${other}". Add it, or correct the name.`;
  report.error(node.place, path, 'undefined_service', message);
};

const checkDependencies = (checked: Checked, service: Node, path: Path): void => {
  for (const [other, { value, place }] of entriesOf(get(service, 'depends_on'))) {
    const required = get(value, 'required');
    const isOptional = required?.kind === 'scalar' && required.value === false;
    if (isOptional && checked.inactive.has(other)) continue;
    checkService(checked, other, { ...value, place }, [...path, 'depends_on', other]);
  }
};

const checkNetworks = ({ report, root }: Checked, service: Node, path: Path): void => {
  for (const [network, { place }] of entriesOf(get(service, 'networks'))) {
    if (network === 'default' || get(root, 'networks', network) !== undefined) continue;
    const message = `The network "${network}" is not declared. Add it under the top-level "networks:".`;
    report.error(place, [...path, 'networks', network], 'undefined_network', message);
  }
};

const checkVolumes = ({ report, root }: Checked, service: Node, path: Path): void => {
  for (const [index, volume] of itemsOf(get(service, 'volumes')).entries()) {
    const source = textOf(get(volume, 'source'));
    if (textOf(get(volume, 'type')) !== 'volume' || source === undefined || source === '') continue;
    if (get(root, 'volumes', source) !== undefined) continue;
    const message = `The volume "${source}" is not declared. Add "${source}:" under the top-level "volumes:", or write ./${source} for a folder.`;
    report.error(volume.place, [...path, 'volumes', index], 'undefined_volume', message);
  }
};

const checkGrants = ({ report, root }: Checked, service: Node, path: Path): void => {
  const lists = [
    ['secrets', get(service, 'secrets'), 'undefined_secret', [...path, 'secrets']],
    ['secrets', get(service, 'build', 'secrets'), 'undefined_secret', [...path, 'build', 'secrets']],
    ['configs', get(service, 'configs'), 'undefined_config', [...path, 'configs']],
  ] as const;
  for (const [kind, granted, code, at] of lists) {
    for (const [index, grant] of itemsOf(granted).entries()) {
      const source = textOf(get(grant, 'source'));
      if (source !== undefined && get(root, kind, source) !== undefined) continue;
      const message = `"${source ?? ''}" is not declared. Add it under the top-level "${kind}:".`;
      report.error(grant.place, [...at, index], code, message);
    }
  }
};

/** Reports one circle among the dependencies, if there is one. Works without recursion. */
export const checkCircles = ({ report, root }: Checked): void => {
  const edges = new Map<string, readonly string[]>();
  for (const [name, { value }] of entriesOf(get(root, 'services')))
    edges.set(
      name,
      entriesOf(get(value, 'depends_on')).map(([other]) => other),
    );
  const finished = new Set<string>();
  for (const start of edges.keys()) {
    const circle = findCircle(edges, finished, start);
    if (circle === undefined) continue;
    const [first = ''] = circle;
    const message = `Services depend on one another in a circle: ${[...circle, first].join(' → ')}. Remove one dependency.`;
    const place = get(root, 'services', first, 'depends_on')?.place;
    report.error(place, ['services', first, 'depends_on'], 'dependency_cycle', message);
    return;
  }
};

const findCircle = (
  edges: ReadonlyMap<string, readonly string[]>,
  finished: Set<string>,
  start: string,
): readonly string[] | undefined => {
  const trail: { name: string; next: number }[] = [{ name: start, next: 0 }];
  const open = new Set([start]);
  if (finished.has(start)) return undefined;
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const target = edges.get(top.name)?.[top.next];
    top.next += 1;
    if (target === undefined) {
      finished.add(top.name);
      open.delete(top.name);
      trail.pop();
    } else if (open.has(target)) {
      const names = trail.map(({ name }) => name);
      return names.slice(names.indexOf(target));
    } else if (!finished.has(target) && edges.has(target)) {
      open.add(target);
      trail.push({ name: target, next: 0 });
    }
  }
  return undefined;
};
