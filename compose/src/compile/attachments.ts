// The parts of a service that reach outside its container: ports, mounts, networks, links.
import type { Node, Path } from '#tree/node.ts';
import { boolOf, entriesOf, get, itemsOf, numberOf, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { readRange } from '#canonical/ports.ts';
import { cleanPath } from '#load/paths.ts';
import { bytesOf, looseText, present, texts } from './read.ts';

export const portsOf = (service: Node): unknown[] =>
  itemsOf(get(service, 'ports')).map((port) => {
    const published = textOf(get(port, 'published'));
    const range = published === undefined || published === '' || published === '0' ? undefined : readRange(published);
    return present({
      target: numberOf(get(port, 'target')),
      protocol: (textOf(get(port, 'protocol')) ?? 'tcp').toLowerCase(),
      published: range,
      hostIp: textOf(get(port, 'host_ip')) || undefined,
    });
  });

export const mountsOf = (report: Report, service: Node, path: Path): unknown[] => {
  const mounts: unknown[] = [];
  for (const [index, volume] of itemsOf(get(service, 'volumes')).entries()) {
    const mount = mountOf(report, volume, [...path, 'volumes', index]);
    if (mount !== undefined) mounts.push(mount);
  }
  for (const item of itemsOf(get(service, 'tmpfs'))) {
    const text = looseText(item) ?? '';
    const colon = text.indexOf(':');
    const target = colon < 0 ? text : text.slice(0, colon);
    mounts.push(present({ kind: 'tmpfs', target, options: colon < 0 ? undefined : text.slice(colon + 1) }));
  }
  return mounts;
};

const mountOf = (report: Report, volume: Node, path: Path): unknown => {
  const type = textOf(get(volume, 'type'));
  const target = textOf(get(volume, 'target'));
  if (target === undefined || !target.startsWith('/')) {
    const message = `A mount needs a target that starts with "/", not "${target ?? ''}". Correct it.`;
    report.error(volume.place, path, 'bad_volume', message);
    return undefined;
  }
  const readOnly = boolOf(get(volume, 'read_only')) ?? false;
  if (type === 'volume') {
    const options = get(volume, 'volume');
    const noCopy = boolOf(get(options, 'nocopy'));
    const subpath = textOf(get(options, 'subpath'));
    return present({
      kind: 'volume',
      volume: textOf(get(volume, 'source')) || undefined,
      target,
      readOnly,
      noCopy,
      subpath,
    });
  }
  if (type === 'bind') return bindOf(report, volume, path, { target, readOnly });
  if (type === 'tmpfs') {
    const options = get(volume, 'tmpfs');
    return present({
      kind: 'tmpfs',
      target,
      sizeBytes: bytesOf(get(options, 'size')),
      mode: numberOf(get(options, 'mode')),
    });
  }
  const message = `Mounts of type ${type} are refused: hosts have none. Use a volume.`;
  report.error(get(volume, 'type')?.place ?? volume.place, path, 'publish_refused', message);
  return undefined;
};

const bindOf = (report: Report, volume: Node, path: Path, common: { target: string; readOnly: boolean }): unknown => {
  const source = textOf(get(volume, 'source')) ?? '';
  if (!/^(?:\/|\.$|\.\/)/.test(source) || /[\\\0]/.test(source)) {
    const message = `The path "${source}" leads out of the folder of the application. Use a volume, or a path below "./".`;
    report.error(get(volume, 'source')?.place ?? volume.place, path, 'outside_bundle', message);
    return undefined;
  }
  const options = get(volume, 'bind');
  return present({
    kind: 'bind',
    source: source === '.' ? './' : source.startsWith('/') ? cleanPath(source) : source,
    ...common,
    propagation: textOf(get(options, 'propagation')),
    // Compose makes the folder of the host unless there are options that do not say so.
    createHostPath: options === undefined ? true : boolOf(get(options, 'create_host_path')),
  });
};

export const volumesFromOf = (report: Report, service: Node, path: Path): unknown[] | undefined => {
  const found: unknown[] = [];
  for (const [index, item] of itemsOf(get(service, 'volumes_from')).entries()) {
    const text = textOf(item) ?? '';
    if (text.startsWith('container:')) {
      refuseContainer(report, item, [...path, 'volumes_from', index], text);
      continue;
    }
    const [name = '', mode] = text.replace(/^service:/, '').split(':');
    found.push({ service: name, readOnly: mode === 'ro' });
  }
  return found.length === 0 ? undefined : found;
};

const refuseContainer = (report: Report, node: Node, path: Path, text: string): void => {
  const message = `"${text}" names a container outside the application, which is refused. Name a service of this file.`;
  report.error(node.place, path, 'publish_refused', message);
};

export type Networking = { readonly networks: Record<string, unknown>; readonly networkMode?: string };

export const networkingOf = (report: Report, service: Node, path: Path): Networking => {
  const node = get(service, 'network_mode');
  const mode = textOf(node);
  if (node === undefined || mode === undefined || mode === '') return { networks: networksOf(service) };
  if (/^(?:host|none|service:.+)$/.test(mode)) return { networks: {}, networkMode: mode };
  const at = [...path, 'network_mode'];
  if (mode === 'bridge' || mode === 'default') {
    const message = `"network_mode: ${mode}" is done differently: the service joins the network of the application.`;
    report.warn(node.place, at, 'needless_value', message);
    return { networks: { default: { aliases: [] } } };
  }
  if (mode.startsWith('container:')) refuseContainer(report, node, at, mode);
  else {
    const message = `"network_mode: ${mode}" is refused. Use none, host, service:NAME, or list the network under "networks".`;
    report.error(node.place, at, 'publish_refused', message);
  }
  return { networks: {} };
};

const networksOf = (service: Node): Record<string, unknown> => {
  const address = textOf(get(service, 'mac_address'));
  const entries = entriesOf(get(service, 'networks')).map(([name, { value }], index) => {
    const settings = present({
      aliases: texts(get(value, 'aliases')) ?? [],
      ipv4: textOf(get(value, 'ipv4_address')),
      ipv6: textOf(get(value, 'ipv6_address')),
      macAddress: textOf(get(value, 'mac_address')) ?? (index === 0 ? address : undefined),
      priority: numberOf(get(value, 'priority')),
    });
    return [name, settings] as const;
  });
  return Object.fromEntries(entries);
};

export const linksOf = (service: Node): unknown[] =>
  itemsOf(get(service, 'links')).map((item) => {
    const [name = '', alias = name] = (textOf(item) ?? '').split(':');
    return { service: name, alias };
  });
