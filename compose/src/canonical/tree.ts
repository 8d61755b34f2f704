// The whole tree in long form: services, and the networks, volumes, secrets and configs they use.
import { foldDoubles } from '#load/fold-doubles.ts';
import type { MapNode, Node, Path } from '#tree/node.ts';
import { get, isNull, itemsOf, map, mapValues, scalar, set, textOf, update, without } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { canonicalService } from './service.ts';
import { each, externalName, fields, pairs, textValues } from './shapes.ts';

export const canonicalTree = (report: Report, root: MapNode): MapNode => {
  let result = root;
  const count = { ports: 0 };
  result = section(result, 'services', (node, path) => {
    // Once there are too many, what the rest would be is of no use.
    if (count.ports > portsOfAllMax) return node;
    return countPorts(report, canonicalService(report, node, path), path, count);
  });
  for (const kind of ['networks', 'volumes', 'secrets', 'configs'] as const)
    result = section(result, kind, (node, path) => resource(report, node, path));
  const folded = foldDoubles(result);
  return folded.kind === 'map' ? folded : result;
};

/** Ports of all services together; each range is written out, so they must be counted while they are made. */
export const portsOfAllMax = 10_000;

const countPorts = (report: Report, service: Node, path: Path, count: { ports: number }): Node => {
  count.ports += itemsOf(get(service, 'ports')).length;
  if (count.ports <= portsOfAllMax || service.kind !== 'map') return service;
  const place = get(service, 'ports')?.place ?? service.place;
  const message = `All services together have more than ${portsOfAllMax} ports. Use a network instead.`;
  report.error(place, [...path, 'ports'], 'bad_port', message);
  return without(service, 'ports');
};

const section = (root: MapNode, key: string, change: (node: Node, path: Path) => Node): MapNode =>
  update(root, key, (node) =>
    node.kind === 'map' ? mapValues(node, (value, name) => change(value, [key, name])) : node,
  );

const resourceFields = fields({
  driver_opts: textValues,
  labels: pairs(''),
  ipam: fields({ options: textValues, config: each((_report, node) => node) }),
});

const resource = (report: Report, node: Node, path: Path): Node => {
  const given = isNull(node) ? map(new Map(), node.place) : node;
  const shaped = resourceFields(report, given, path);
  if (shaped?.kind !== 'map') return node;
  checkOldName(report, shaped, path);
  const named = withoutFalseExternal(externalName(shaped));
  checkExternal(report, named, path);
  return named;
};

const checkOldName = (report: Report, node: MapNode, path: Path): void => {
  const old = get(node, 'external', 'name');
  const name = get(node, 'name');
  if (old === undefined || name === undefined || textOf(old) === textOf(name)) return;
  const message = '"name" and "external.name" are one thing. Keep "name", and write "external: true".';
  report.error(old.place, [...path, 'external'], 'exclusive_keys', message);
};

const withoutFalseExternal = (node: MapNode): MapNode => {
  const external = get(node, 'external');
  const isFalse = external?.kind === 'scalar' && external.value === false;
  return isFalse ? without(node, 'external') : node;
};

/** What is made elsewhere cannot be described here as well. */
const checkExternal = (report: Report, node: MapNode, path: Path): void => {
  const external = get(node, 'external');
  const isExternal = external?.kind === 'scalar' && external.value === true;
  if (!isExternal || path[0] !== 'volumes') return;
  for (const [key, { place }] of node.entries) {
    if (key === 'external' || key === 'name' || key.startsWith('x-')) continue;
    const message = `A volume that is external is made elsewhere, so "${key}" cannot be given. Remove one of the two.`;
    report.error(place, [...path, key], 'exclusive_keys', message);
  }
};

/** External resources without a name have that of their key; all others one with the name of the application. */
export const nameResources = (root: MapNode, project: string): MapNode => {
  let result = root;
  for (const kind of ['networks', 'volumes', 'secrets', 'configs'] as const) {
    result = update(result, kind, (node) =>
      node.kind !== 'map'
        ? node
        : mapValues(node, (value, key) => {
            if (value.kind !== 'map' || textOf(get(value, 'name'))) return value;
            const external = get(value, 'external');
            const isExternal = external?.kind === 'scalar' && external.value === true;
            return set(value, 'name', scalar(isExternal ? key : `${project}_${key}`, value.place));
          }),
    );
  }
  return result;
};
