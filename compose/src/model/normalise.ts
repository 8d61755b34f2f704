// Last changes before a model is whole: the default network, implied dependencies, values of build arguments, and
// nothing declared that no service uses.
import type { Lookup } from '#interpolation/template.ts';
import type { Entry, MapNode, Node } from '#tree/node.ts';
import { entriesOf, get, isNull, itemsOf, map, mapValues, scalar, set, textOf, update, without } from '#tree/node.ts';
import { addImpliedDependencies } from './dependencies.ts';

export const normalise = (root: MapNode, lookup: Lookup): MapNode => {
  let result = update(root, 'services', (services) =>
    services.kind === 'map'
      ? mapValues(services, (service) =>
          service.kind === 'map' ? normaliseService(services, service, lookup) : service,
        )
      : services,
  );
  result = declareDefault(result);
  return withoutUnused(result);
};

const normaliseService = (services: MapNode, service: MapNode, lookup: Lookup): MapNode => {
  let result = addImpliedDependencies(services, service);
  const hasNetworks = entriesOf(get(service, 'networks')).length > 0;
  if (!hasNetworks && !textOf(get(service, 'network_mode')) && get(service, 'provider') === undefined) {
    const entry: Entry = { place: service.place, value: scalar(null, service.place) };
    result = set(result, 'networks', map(new Map([['default', entry]]), service.place));
  }
  return update(result, 'build', (build) =>
    build.kind === 'map' ? update(build, 'args', (args) => fillArguments(args, lookup)) : build,
  );
};

/** Build arguments without a value come from the caller, or are left to the Dockerfile. */
const fillArguments = (args: Node, lookup: Lookup): Node => {
  if (args.kind !== 'map') return args;
  return mapValues(args, (value, key) => {
    if (!isNull(value)) return value;
    const given = lookup(key);
    return given === undefined ? undefined : scalar(given, value.place);
  });
};

const declareDefault = (root: MapNode): MapNode => {
  const isUsed = entriesOf(get(root, 'services')).some(
    ([, { value }]) => get(value, 'networks', 'default') !== undefined,
  );
  if (!isUsed || get(root, 'networks', 'default') !== undefined) return root;
  const networks = get(root, 'networks');
  const given: MapNode = networks?.kind === 'map' ? networks : map(new Map(), root.place);
  return set(root, 'networks', set(given, 'default', map(new Map(), root.place)));
};

const withoutUnused = (root: MapNode): MapNode => {
  const used = {
    networks: new Set<string>(),
    volumes: new Set<string>(),
    secrets: new Set<string>(),
    configs: new Set<string>(),
    models: new Set<string>(),
  };
  for (const [, { value: service }] of entriesOf(get(root, 'services'))) {
    for (const [name] of entriesOf(get(service, 'networks'))) used.networks.add(name);
    for (const volume of itemsOf(get(service, 'volumes')))
      if (textOf(get(volume, 'type')) === 'volume') used.volumes.add(textOf(get(volume, 'source')) ?? '');
    for (const grant of [...itemsOf(get(service, 'secrets')), ...itemsOf(get(service, 'build', 'secrets'))])
      used.secrets.add(textOf(get(grant, 'source')) ?? '');
    for (const grant of itemsOf(get(service, 'configs'))) used.configs.add(textOf(get(grant, 'source')) ?? '');
    for (const [name] of entriesOf(get(service, 'models'))) used.models.add(name);
  }
  let result = root;
  for (const kind of ['networks', 'volumes', 'secrets', 'configs', 'models'] as const) {
    const declared = get(result, kind);
    if (declared?.kind !== 'map') continue;
    const kept = mapValues(declared, (value, name) => (used[kind].has(name) ? value : undefined));
    result = kept.entries.size === 0 ? without(result, kind) : set(result, kind, kept);
  }
  return result;
};
