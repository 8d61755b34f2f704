// Volumes, tmpfs, devices and the grants of secrets and configs in their long forms.
import { cleanPath } from '#load/paths.ts';
import { isHostPath, splitVolume } from '#values/volume-text.ts';
import type { Entry, MapNode, Node, Path } from '#tree/node.ts';
import { get, isNull, list, map, numberOf, scalar, set, textOf, update } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { fields, pairs, size } from './shapes.ts';

export const volumes = (report: Report, node: Node, path: Path): Node => {
  if (node.kind !== 'list') return node;
  const byTarget = new Map<string, number>();
  const items: Node[] = [];
  for (const [index, item] of node.items.entries()) {
    const at = [...path, index];
    const volume = item.kind === 'map' ? longVolume(report, item, at) : shortVolume(report, item, at);
    if (volume === undefined) continue;
    const target = textOf(get(volume, 'target')) ?? '';
    const old = byTarget.get(target);
    // Two mounts on one target: the later one counts.
    if (old !== undefined) items[old] = volume;
    else {
      byTarget.set(target, items.length);
      items.push(volume);
    }
  }
  return list(items, node.place);
};

const cleanTarget = (text: string): string => (text === '' ? '/' : cleanPath(text));

const longVolume = (report: Report, node: MapNode, path: Path): Node | undefined => {
  let result = node;
  const type = textOf(get(node, 'type'));
  const target = get(node, 'target');
  if (textOf(target) !== undefined && target !== undefined)
    result = set(result, 'target', scalar(cleanTarget(textOf(target) ?? ''), target.place));
  if (!textOf(target)) {
    const message = 'A mount needs "target": the path in the container.';
    report.error(node.place, path, 'bad_volume', message);
  }
  if (type === 'bind' && get(node, 'source') === undefined) {
    const message = 'A mount of type bind needs "source": the path on the host.';
    report.error(node.place, path, 'bad_volume', message);
  }
  result = update(result, 'tmpfs', (tmpfs) => tmpfsOptions(report, tmpfs, [...path, 'tmpfs']));
  result = update(result, 'volume', (volume) => volumeOptions(report, volume, [...path, 'volume']) ?? volume);
  if (type === 'volume' && get(result, 'volume') === undefined)
    result = set(result, 'volume', map(new Map(), node.place));
  return result;
};

const volumeOptions = fields({ labels: pairs('') });

const tmpfsOptions = (report: Report, node: Node, path: Path): Node => {
  const sized = fields({ size })(report, node, path) ?? node;
  if (sized.kind !== 'map') return sized;
  return update(sized, 'mode', (mode) => {
    const text = textOf(mode);
    return text !== undefined && /^(?:0o?)?[0-7]{1,5}$/.test(text)
      ? scalar(Number.parseInt(text.replace(/^0o?/, ''), 8), mode.place)
      : mode;
  });
};

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];

const shortVolume = (report: Report, node: Node, path: Path): Node | undefined => {
  const text = textOf(node);
  if (text === undefined) return undefined;
  const split = splitVolume(text);
  if ('fault' in split) {
    report.error(node.place, path, 'bad_volume', split.fault);
    return undefined;
  }
  const { source, target, modes } = split.parts;
  const entries = new Map<string, Entry>();
  const add = (key: string, value: Node): void => void entries.set(key, { place: node.place, value });
  const flag = (value: string | boolean): Entry => ({ place: node.place, value: scalar(value, node.place) });
  const isBind = source !== undefined && isHostPath(source);
  const bind = new Map<string, Entry>();
  const volume = new Map<string, Entry>();
  add('type', scalar(isBind ? 'bind' : 'volume', node.place));
  if (source !== undefined) add('source', scalar(source, node.place));
  add('target', scalar(cleanTarget(target), node.place));
  for (const mode of modes) {
    if (mode === 'ro') add('read_only', scalar(true, node.place));
    else if (mode === 'z' || mode === 'Z') bind.set('selinux', flag(mode));
    else if (propagations.includes(mode)) bind.set('propagation', flag(mode));
    else if (mode === 'nocopy') volume.set('nocopy', flag(true));
    else if (!['rw', 'cached', 'delegated', 'consistent'].includes(mode))
      report.warn(
        node.place,
        path,
        'needless_value',
        `The mode "${mode}" of the volume "${text}" is not known and has no effect.`,
      );
  }
  if (isBind) bind.set('create_host_path', flag(true));
  if (bind.size > 0) add('bind', map(bind, node.place));
  if (volume.size > 0 || !isBind) add('volume', map(volume, node.place));
  return map(entries, node.place);
};

export const devices = (report: Report, node: Node, path: Path): Node => {
  if (node.kind !== 'list') return node;
  const items = node.items.map((item, index) => {
    const text = textOf(item);
    if (text === undefined) return item.kind === 'map' ? longDevice(report, item, [...path, index]) : item;
    const parts = text.split(':');
    const [source = ''] = parts;
    const [, target = '', permissions = ''] = parts;
    if (parts.length > 3)
      report.error(
        item.place,
        [...path, index],
        'invalid_value',
        `The device "${text}" is malformed. Write "/dev/a:/dev/b:rwm".`,
      );
    if (source === '')
      report.warn(
        item.place,
        [...path, index],
        'ambiguous_value',
        `The device "${text}" names no device of the host. Name one.`,
      );
    return deviceMap(item, { source, target: target || source, permissions: permissions || 'rwm' });
  });
  return list(items, node.place);
};

const deviceMap = (at: Node, parts: Readonly<Record<string, string>>): MapNode =>
  map(
    new Map(Object.entries(parts).map(([key, value]) => [key, { place: at.place, value: scalar(value, at.place) }])),
    at.place,
  );

const longDevice = (report: Report, node: MapNode, path: Path): MapNode => {
  if (get(node, 'target') === undefined)
    report.error(node.place, path, 'missing_key', 'A device needs "target": its path in the container.');
  return node;
};

/** Grants of secrets (with their folder as the place of a grant without a target) and of configs (without one). */
export const grants =
  (defaultFolder: string | undefined) =>
  (report: Report, node: Node, path: Path): Node => {
    if (node.kind !== 'list') return node;
    return { ...node, items: node.items.map((item, index) => grant(report, item, [...path, index], defaultFolder)) };
  };

const grant = (report: Report, node: Node, path: Path, folder: string | undefined): Node => {
  const text = textOf(node);
  let result = node.kind === 'map' ? node : map(new Map(), node.place);
  if (text !== undefined) result = set(result, 'source', scalar(text, node.place));
  const source = textOf(get(result, 'source'));
  if (source === undefined) return node;
  if (folder !== undefined && get(result, 'target') === undefined)
    result = set(result, 'target', scalar(`${folder}/${source}`, node.place));
  const mode = get(result, 'mode');
  return mode === undefined ? result : set(result, 'mode', octalMode(report, mode, path));
};

/** `0440`, `"0440"` and 288 are one mode, printed as "0440". */
const octalMode = (report: Report, node: Node, path: Path): Node => {
  const number = numberOf(node);
  if (number !== undefined && Number.isInteger(number) && number >= 0 && number <= 0o7777)
    return scalar(`0${number.toString(8)}`, node.place);
  const text = textOf(node);
  if (text !== undefined && /^(?:0o?)?[0-7]{1,5}$/.test(text))
    return scalar(`0${text.replace(/^0o?/, '')}`, node.place);
  if (!isNull(node)) report.error(node.place, [...path, 'mode'], 'invalid_value', 'A mode is octal, such as 0440.');
  return node;
};
