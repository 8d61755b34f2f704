// Rules that one key alone cannot break: keys that exclude one another, the old and the new spelling of one limit,
// names that must be unique, and what a service cannot do without.
import type { Node, Path } from '#tree/node.ts';
import { entriesOf, get, itemsOf, numberOf, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import type { Checked } from './references.ts';
import { checkCircles, checkReferences } from './references.ts';

export const checkTree = (checked: Checked): void => {
  const { report, root } = checked;
  for (const [name, { value }] of entriesOf(get(root, 'services'))) {
    const path: Path = ['services', name];
    checkSource(report, name, value, path);
    checkNetworkKeys(report, value, path);
    checkLimits(report, value, path);
    checkScale(report, value, path);
    checkDeviceRequests(report, value, path);
    checkWatch(report, value, path);
    checkReferences(checked, name, value);
  }
  checkContainerNames(checked);
  checkDefinitions(report, checked.declared, 'secrets', ['file', 'environment']);
  checkDefinitions(report, checked.declared, 'configs', ['file', 'environment', 'content']);
  if (!report.hasErrors()) checkCircles(checked);
  checkHostPorts(checked);
};

const checkSource = (report: Report, name: string, service: Node, path: Path): void => {
  const build = get(service, 'build');
  if (build === undefined && !textOf(get(service, 'image')) && get(service, 'provider') === undefined) {
    const message = `The service "${name}" has neither "image" nor "build". Give it an image.`;
    report.error(service.place, path, 'missing_image', message);
  }
  const inline = get(build, 'dockerfile_inline');
  if (inline !== undefined && get(build, 'dockerfile') !== undefined) {
    const message = '"dockerfile" and "dockerfile_inline" exclude one another. Remove one of them.';
    report.error(inline.place, [...path, 'build'], 'exclusive_keys', message);
  }
  const platform = get(service, 'platform');
  const platforms = itemsOf(get(build, 'platforms')).map(textOf);
  if (platform !== undefined && platforms.length > 0 && !platforms.includes(textOf(platform))) {
    const message = `"build.platforms" does not list the platform "${textOf(platform)}" of the service. Add it.`;
    report.error(platform.place, [...path, 'platform'], 'exclusive_keys', message);
  }
};

const checkNetworkKeys = (report: Report, service: Node, path: Path): void => {
  const mode = get(service, 'network_mode');
  const networks = get(service, 'networks');
  if (!textOf(mode)) return;
  if (networks !== undefined && entriesOf(networks).length > 0) {
    const message = '"network_mode" and "networks" exclude one another. Remove one of them.';
    report.error(networks.place, [...path, 'networks'], 'exclusive_keys', message);
  }
  const ports = get(service, 'ports');
  if (textOf(mode) === 'host' && itemsOf(ports).length > 0 && ports !== undefined) {
    const message = 'On the network of the host "ports" has no effect: the container listens there itself.';
    report.warn(ports.place, [...path, 'ports'], 'needless_value', message);
  }
};

const limits: readonly (readonly [string, readonly string[]])[] = [
  ['cpus', ['limits', 'cpus']],
  ['mem_limit', ['limits', 'memory']],
  ['mem_reservation', ['reservations', 'memory']],
  ['pids_limit', ['limits', 'pids']],
];

const comparable = (node: Node | undefined): number | undefined =>
  numberOf(node) ?? (textOf(node) ? Number(textOf(node)) : undefined);

const checkLimits = (report: Report, service: Node, path: Path): void => {
  for (const [key, where] of limits) {
    const old = get(service, key);
    const later = get(service, 'deploy', 'resources', ...where);
    const values = [comparable(old), comparable(later)];
    if (old === undefined || later === undefined || values[0] === 0 || values[0] === values[1]) continue;
    const message = `"${key}" and "deploy.resources.${where.join('.')}" are one limit and differ. Keep one of them.`;
    report.error(old.place, [...path, key], 'conflicting_limits', message);
  }
};

const checkScale = (report: Report, service: Node, path: Path): void => {
  const scale = get(service, 'scale');
  const replicas = get(service, 'deploy', 'replicas');
  if (scale !== undefined && replicas !== undefined && numberOf(scale) !== numberOf(replicas)) {
    const message = '"scale" and "deploy.replicas" are one number and differ. Keep one of them.';
    report.error(scale.place, [...path, 'scale'], 'conflicting_limits', message);
  }
  if ((numberOf(scale) ?? 0) < 0 || (numberOf(replicas) ?? 0) < 0)
    report.error((scale ?? replicas)?.place, path, 'invalid_value', 'The number of containers must be 0 or more.');
  const name = get(service, 'container_name');
  const wanted = numberOf(scale) ?? numberOf(replicas) ?? 1;
  if (name !== undefined && wanted > 1) {
    const message = `"container_name" allows one container, and ${wanted} are wanted. Remove one of the two.`;
    report.error(name.place, [...path, 'container_name'], 'exclusive_keys', message);
  }
};

const checkWatch = (report: Report, service: Node, path: Path): void => {
  for (const [index, rule] of itemsOf(get(service, 'develop', 'watch')).entries()) {
    const action = textOf(get(rule, 'action'));
    if (!action?.startsWith('sync') || textOf(get(rule, 'target'))) continue;
    const message = `The action "${action}" needs "target": where the files go in the container.`;
    report.error(rule.place, [...path, 'develop', 'watch', index], 'missing_key', message);
  }
};

const checkDeviceRequests = (report: Report, service: Node, path: Path): void => {
  const requests = [
    ...itemsOf(get(service, 'gpus')),
    ...itemsOf(get(service, 'deploy', 'resources', 'reservations', 'devices')),
  ];
  for (const request of requests) {
    if (get(request, 'count') === undefined || get(request, 'device_ids') === undefined) continue;
    const message = '"count" and "device_ids" exclude one another. Remove one of them.';
    report.error(request.place, path, 'exclusive_keys', message);
  }
};

const checkContainerNames = ({ report, root }: Checked): void => {
  const owners = new Map<string, string>();
  for (const [service, { value }] of entriesOf(get(root, 'services'))) {
    const name = get(value, 'container_name');
    const text = textOf(name);
    if (name === undefined || text === undefined) continue;
    const owner = owners.get(text);
    if (owner !== undefined) {
      const message = `The container name "${text}" is also that of the service "${owner}". Names must differ.`;
      report.error(name.place, ['services', service, 'container_name'], 'duplicate_name', message);
    }
    owners.set(text, service);
  }
};

const checkDefinitions = (
  report: Report,
  root: Node,
  kind: 'secrets' | 'configs',
  sources: readonly string[],
): void => {
  for (const [name, { value, place }] of entriesOf(get(root, kind))) {
    const external = get(value, 'external');
    if (external?.kind === 'scalar' && external.value === true) continue;
    const given = sources.filter((source) => get(value, source) !== undefined);
    if (given.length === 1) continue;
    const message = `"${name}" in ${kind} needs exactly one of ${sources.join(', ')} or external.`;
    report.error(place, [kind, name], given.length === 0 ? 'missing_key' : 'exclusive_keys', message);
  }
};

const checkHostPorts = ({ report, root }: Checked): void => {
  const owners = new Map<string, string>();
  for (const [service, { value }] of entriesOf(get(root, 'services'))) {
    for (const [index, port] of itemsOf(get(value, 'ports')).entries()) {
      const published = textOf(get(port, 'published'));
      if (published === undefined || published === '' || published.includes('-')) continue;
      const key = `${textOf(get(port, 'host_ip')) ?? ''}:${published}/${textOf(get(port, 'protocol')) ?? 'tcp'}`;
      const owner = owners.get(key);
      owners.set(key, service);
      if (owner === undefined || owner === service) continue;
      const message = `The port ${published} of the host is also published by the service "${owner}". Only one can have it.`;
      report.warn(port.place, ['services', service, 'ports', index], 'duplicate_port', message);
    }
  }
};
