// The first Compose format: services at the top level and no version. It is told from later formats here, checked
// against its own keys, and rewritten to the form all later phases know.
import type { Entry, MapNode, Node, Path } from '#tree/node.ts';
import { get, itemsOf, map, scalar, set, textOf, without } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { isHostPath, splitVolume } from '#values/volume-text.ts';

const laterTopKeys = ['version', 'name', 'include', 'services', 'networks', 'volumes', 'secrets', 'configs', 'models'];

/** No version, no mapping of services under `services`, and only mappings at the top. */
export const isFirstFormat = (root: MapNode): boolean => {
  const version = root.entries.get('version')?.value;
  if (version !== undefined && version.kind !== 'map') return false;
  const services = root.entries.get('services')?.value;
  if (services !== undefined && isServiceMap(services)) return false;
  if (root.entries.size === 0) return false;
  let hasService = false;
  for (const [key, { value }] of root.entries) {
    if (value.kind !== 'map') return false;
    if (!laterTopKeys.includes(key) || looksLikeService(value)) hasService = hasService || !key.startsWith('x-');
  }
  return hasService;
};

const isServiceMap = (node: Node): boolean =>
  node.kind === 'map' &&
  [...node.entries.values()].every(
    ({ value }) => value.kind === 'map' || (value.kind === 'scalar' && value.value === null),
  );

const looksLikeService = (node: Node): boolean =>
  ['image', 'build'].some((key) => textOf(get(node, key)) !== undefined) || get(node, 'extends') !== undefined;

/** Every key of a service of the first format. `uts` came by other programs that read the format. */
export const firstFormatKeys = [
  'build',
  'cap_add',
  'cap_drop',
  'cgroup_parent',
  'command',
  'container_name',
  'cpu_quota',
  'cpu_shares',
  'cpuset',
  'devices',
  'dns',
  'dns_search',
  'dockerfile',
  'domainname',
  'entrypoint',
  'env_file',
  'environment',
  'expose',
  'extends',
  'external_links',
  'extra_hosts',
  'hostname',
  'image',
  'ipc',
  'labels',
  'links',
  'log_driver',
  'log_opt',
  'mac_address',
  'mem_limit',
  'mem_swappiness',
  'memswap_limit',
  'net',
  'pid',
  'ports',
  'privileged',
  'read_only',
  'restart',
  'security_opt',
  'shm_size',
  'stdin_open',
  'stop_signal',
  'tty',
  'ulimits',
  'user',
  'uts',
  'volume_driver',
  'volumes',
  'volumes_from',
  'working_dir',
] as const;
const knownKeys: ReadonlySet<string> = new Set(firstFormatKeys);

/** `services:` with everything of the first format said in later words. */
export const rewriteFirstFormat = (report: Report, root: MapNode): MapNode => {
  const services = new Map<string, Entry>();
  for (const [name, { place, value }] of root.entries) {
    if (value.kind !== 'map') continue;
    checkKeys(report, name, value);
    services.set(name, { place, value: rewriteService(value) });
  }
  return map(new Map([['services', { place: root.place, value: map(services, root.place) }]]), root.place);
};

const checkKeys = (report: Report, name: string, service: MapNode): void => {
  for (const [key, { place }] of service.entries) {
    if (knownKeys.has(key)) continue;
    const hint = 'This file has the first Compose format; to use later keys, move the services under "services:".';
    report.error(place, [name, key], 'unknown_key', `The key "${key}" in "${name}" is not one of this format. ${hint}`);
  }
  const build = get(service, 'build');
  if (build !== undefined && textOf(build) === undefined) {
    const message = 'In the first Compose format "build" is the path of a folder. Move the services under "services:".';
    report.error(build.place, [name, 'build'], 'wrong_type', message);
  }
};

const rewriteService = (service: MapNode): MapNode => {
  let result = without(service, 'net', 'log_driver', 'log_opt', 'volume_driver', 'dockerfile');
  const net = get(service, 'net');
  // `bridge` was the network of everything; the application's own network takes its place.
  if (net !== undefined && textOf(net) !== 'bridge') result = set(result, 'network_mode', net);
  const volumeDriver = get(service, 'volume_driver');
  if (volumeDriver !== undefined) result = set(result, keptVolumeDriver, volumeDriver);
  const driver = get(service, 'log_driver');
  const options = get(service, 'log_opt');
  if (driver !== undefined || options !== undefined) {
    const logging = new Map<string, Entry>();
    if (driver !== undefined) logging.set('driver', { place: driver.place, value: driver });
    if (options !== undefined) logging.set('options', { place: options.place, value: options });
    result = set(result, 'logging', map(logging, (driver ?? options ?? service).place));
  }
  const dockerfile = get(service, 'dockerfile');
  if (dockerfile !== undefined) {
    const build = get(service, 'build');
    const parts = new Map<string, Entry>([['dockerfile', { place: dockerfile.place, value: dockerfile }]]);
    if (build !== undefined) parts.set('context', { place: build.place, value: build });
    result = set(result, 'build', map(parts, (build ?? dockerfile).place));
  }
  return result;
};

/** What volumes a service has is known when variables are filled in and services put together; until then it is kept here. */
const keptVolumeDriver = 'x-volume-driver';

/** Named volumes needed no declaration, and their names were taken as they are. */
const namedVolumes = (service: Node): readonly (readonly [string, Entry])[] =>
  itemsOf(get(service, 'volumes')).flatMap((item) => {
    const split = splitVolume(textOf(item) ?? '');
    if (!('parts' in split) || split.parts.source === undefined || isHostPath(split.parts.source)) return [];
    const name = split.parts.source;
    const entries = new Map<string, Entry>([['name', { place: item.place, value: scalar(name, item.place) }]]);
    const driver = get(service, keptVolumeDriver);
    if (driver !== undefined) entries.set('driver', { place: driver.place, value: driver });
    return [[name, { place: item.place, value: map(entries, item.place) }] as const];
  });

/** In the first format an image and a build replace one another when services are put together. */
export const dropReplacedSource = (base: Node, over: Node): Node => {
  if (base.kind !== 'map') return base;
  if (get(over, 'build') !== undefined) return without(base, 'image');
  return get(over, 'image') === undefined ? base : without(base, 'build');
};

/** What needs all services to be known: `net: container:NAME` and names in `volumes_from` can mean a service. */
export const finishFirstFormat = (report: Report, root: MapNode): MapNode => {
  const services = root.entries.get('services')?.value;
  if (services?.kind !== 'map') return root;
  const entries = new Map<string, Entry>();
  const volumes = new Map<string, Entry>();
  for (const [name, { place, value }] of services.entries) {
    checkSource(report, value, ['services', name]);
    entries.set(name, { place, value: value.kind === 'map' ? joinServices(services, value) : value });
    for (const [volume, entry] of namedVolumes(value)) volumes.set(volume, entry);
  }
  const result = set(root, 'services', { ...services, entries });
  return volumes.size === 0 ? result : set(result, 'volumes', map(volumes, root.place));
};

const checkSource = (report: Report, service: Node, path: Path): void => {
  const build = get(service, 'build');
  const image = get(service, 'image');
  if (build !== undefined && image !== undefined) {
    const message = 'In the first Compose format a service has "build" or "image", not both. Remove one of them.';
    report.error(image.place, path, 'exclusive_keys', message);
  }
  const hasDockerfileOnly = build?.kind === 'map' && get(build, 'context') === undefined;
  if (hasDockerfileOnly)
    report.error(
      build.place,
      path,
      'exclusive_keys',
      '"dockerfile" needs "build" beside it. Add it, or remove "dockerfile".',
    );
};

const joinServices = (services: MapNode, service: MapNode): MapNode => {
  let result = without(service, keptVolumeDriver);
  const mode = get(service, 'network_mode');
  const joined = /^container:(.+)$/.exec(textOf(mode) ?? '')?.[1];
  if (mode !== undefined && joined !== undefined && services.entries.has(joined))
    result = set(result, 'network_mode', scalar(`service:${joined}`, mode.place));
  const from = get(service, 'volumes_from');
  if (from?.kind !== 'list') return result;
  const items = from.items.map((item) => {
    const text = textOf(item);
    if (text === undefined || services.entries.has(text.split(':')[0] ?? '')) return item;
    return scalar(`container:${text}`, item.place);
  });
  return set(result, 'volumes_from', { ...from, items });
};

/** Services the first format's own reader would not let another service extend. */
export const inheritanceObstacle = (service: Node): string | undefined => {
  if (itemsOf(get(service, 'links')).length > 0) return 'links';
  if (itemsOf(get(service, 'volumes_from')).length > 0) return 'volumes_from';
  return /^(?:container|service):/.test(textOf(get(service, 'network_mode')) ?? '') ? 'net' : undefined;
};
