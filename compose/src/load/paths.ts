// Paths written in a file count from a folder. Here they become clean paths that count from the bundle's root:
// `./a/b`, `../x`, `/abs`. A file outside the bundle is refused where only the bundle may be read.
import type { MapNode, Node, Path, Place } from '#tree/node.ts';
import { get, mapValues, scalar, set, textOf, update } from '#tree/node.ts';
import { isHostPath } from '#values/volume-text.ts';
import type { Session } from './session.ts';

/** A clean path without `.` and inner `..`; `.` for the folder itself. */
export const cleanPath = (path: string): string => {
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !isAbsolute) parts.push(part);
  }
  const joined = parts.join('/');
  if (isAbsolute) return `/${joined}`;
  return joined === '' ? '.' : joined;
};

/** A path of Windows means nothing below a folder of ours; it stays as it is. */
const isWindowsPath = (path: string): boolean => /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path);

export const folderOf = (name: string): string => {
  const slash = name.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : name.slice(0, slash);
};

export const joinPath = (session: Pick<Session, 'home'>, directory: string, path: string): string => {
  if ((path === '~' || path.startsWith('~/')) && session.home !== undefined)
    return cleanPath(session.home + path.slice(1));
  if (path.startsWith('/') || path.startsWith('~') || isWindowsPath(path)) return path;
  return cleanPath(`${directory}/${path}`);
};

/** The name of a file in the bundle; undefined when a problem was reported. */
export const fileName = (
  session: Session,
  directory: string,
  path: string,
  at: { place: Place; path: Path },
): string | undefined => {
  const { report } = session;
  if (isRemote(path)) {
    const message = `"${path}" is an address on a network. Put the file into the bundle instead.`;
    report.error(at.place, at.path, 'remote_file', message);
    return undefined;
  }
  const name = joinPath(session, directory, path);
  const leads = /^(?:\/|~|\.\.(?:\/|$))/.test(name) || /[\\\0]/.test(path) || /^[/~]/.test(path);
  if (leads && session.outside === 'refuse') {
    const message = `The path "${path.replaceAll('\0', '\\0')}" leads out of the bundle. Only files of the bundle can be used.`;
    report.error(at.place, at.path, 'outside_bundle', message);
    return undefined;
  }
  return name;
};

export const isRemote = (path: string): boolean =>
  /^(?:https?|git|ssh|oci|file|ftp):\/\//i.test(path) ||
  /^(?:git@|github\.com\/)/.test(path) ||
  path.startsWith('oci:');

/** `./x` for what lies under the bundle's root, so that it cannot be taken for a name. */
const shown = (path: string): string => {
  if (path === '.' || /^(?:\/|~|\.\.(?:\/|$))/.test(path) || isWindowsPath(path)) return path;
  return `./${path}`;
};

type Base = { readonly session: Pick<Session, 'home'>; readonly directory: string };

const rebase = (base: Base, node: Node): Node => {
  const text = textOf(node);
  if (text === undefined || text === '') return node;
  return { ...scalar(shown(joinPath(base.session, base.directory, text)), node.place), ...tagOf(node) };
};

const tagOf = (node: Node): { tag?: NonNullable<Node['tag']> } => (node.tag === undefined ? {} : { tag: node.tag });

const rebaseItems = (base: Base, node: Node): Node => {
  if (node.kind !== 'list') return rebase(base, node);
  const items = node.items.map((item) =>
    item.kind === 'map' ? update(item, 'path', (path) => rebase(base, path)) : rebase(base, item),
  );
  return { ...node, items };
};

const rebaseVolume = (base: Base, node: Node): Node => {
  const text = textOf(node);
  if (text === undefined) {
    if (node.kind !== 'map' || textOf(get(node, 'type')) !== 'bind') return node;
    return update(node, 'source', (source) => rebase(base, source));
  }
  const colon = /^[A-Za-z]:\\/.test(text) ? -1 : text.indexOf(':');
  const source = text.slice(0, Math.max(colon, 0));
  if (source === '' || !isHostPath(source)) return node;
  return scalar(shown(joinPath(base.session, base.directory, source)) + text.slice(colon), node.place);
};

/** Addresses of source code and of other services stay as they are. */
const isBuildAddress = (text: string): boolean => isRemote(text) || text.includes('://') || text.startsWith('service:');

const rebaseContext = (base: Base, node: Node): Node => {
  const text = textOf(node);
  return text === undefined || isBuildAddress(text) ? node : rebase(base, node);
};

const rebaseBuild = (base: Base, node: Node): Node => {
  if (node.kind !== 'map') return rebaseContext(base, node);
  const context = update(node, 'context', (value) => rebaseContext(base, value));
  return update(context, 'additional_contexts', (value) => {
    if (value.kind === 'map') return mapValues(value, (item) => rebaseContext(base, item));
    if (value.kind !== 'list') return value;
    return { ...value, items: value.items.map((item) => rebasePair(base, item)) };
  });
};

const rebasePair = (base: Base, node: Node): Node => {
  const match = /^([^=]*=)([\s\S]+)$/.exec(textOf(node) ?? '');
  if (match === null || isBuildAddress(match[2] ?? '')) return node;
  return scalar((match[1] ?? '') + shown(joinPath(base.session, base.directory, match[2] ?? '')), node.place);
};

/** The service with every path counted from the bundle's root. Doing it twice changes nothing. */
const rebaseService = (session: Pick<Session, 'home'>, directory: string, service: Node): Node => {
  if (service.kind !== 'map') return service;
  const base = { session, directory };
  const watched = (node: Node): Node =>
    node.kind === 'list'
      ? {
          ...node,
          items: node.items.map((item) =>
            item.kind === 'map' ? update(item, 'path', (path) => rebase(base, path)) : item,
          ),
        }
      : node;
  const changes: readonly (readonly [string, (node: Node) => Node])[] = [
    ['build', (node) => rebaseBuild(base, node)],
    ['env_file', (node) => rebaseItems(base, node)],
    ['label_file', (node) => rebaseItems(base, node)],
    [
      'volumes',
      (node) => (node.kind === 'list' ? { ...node, items: node.items.map((item) => rebaseVolume(base, item)) } : node),
    ],
    ['credential_spec', (node) => (node.kind === 'map' ? update(node, 'file', (file) => rebase(base, file)) : node)],
    ['develop', (node) => (node.kind === 'map' ? update(node, 'watch', watched) : node)],
  ];
  let result: MapNode = service;
  for (const [key, change] of changes) result = update(result, key, change);
  return result;
};

/** The whole tree of one set of files with its paths counted from the bundle's root. */
export const rebaseTree = (session: Pick<Session, 'home'>, directory: string, root: MapNode): MapNode => {
  const base = { session, directory };
  const files = (node: Node): Node =>
    node.kind === 'map'
      ? mapValues(node, (value) =>
          value.kind === 'map' ? update(value, 'file', (file) => rebaseFolder(base, file)) : value,
        )
      : node;
  let result = root;
  result = update(result, 'services', (services) =>
    services.kind === 'map' ? mapValues(services, (service) => rebaseService(session, directory, service)) : services,
  );
  result = update(result, 'secrets', files);
  result = update(result, 'configs', files);
  return update(result, 'volumes', (volumes) =>
    volumes.kind === 'map' ? mapValues(volumes, (volume) => rebaseDevice(base, volume)) : volumes,
  );
};

/** A build that names no folder means the one its set of files counts from, wherever the set is brought in. */
export const nameBuildFolders = (session: Pick<Session, 'home'>, directory: string, root: MapNode): MapNode => {
  const base = { session, directory };
  const named = (build: Node): Node =>
    build.kind === 'map' && get(build, 'context') === undefined
      ? set(build, 'context', rebase(base, scalar('.', build.place)))
      : build;
  return update(root, 'services', (services) =>
    services.kind === 'map'
      ? mapValues(services, (service) => (service.kind === 'map' ? update(service, 'build', named) : service))
      : services,
  );
};

/** `driver_opts: {type: none, o: bind, device: ./x}` is a bind mount in other words. */
const rebaseDevice = (base: Base, volume: Node): Node => {
  const options = get(volume, 'driver_opts');
  const isBind = textOf(get(options, 'o')) === 'bind';
  if (volume.kind !== 'map' || !isBind || !['local', undefined].includes(textOf(get(volume, 'driver')))) return volume;
  return update(volume, 'driver_opts', (node) =>
    node.kind === 'map' ? update(node, 'device', (device) => rebaseFolder(base, device)) : node,
  );
};

/** The same where no text is the folder itself. */
const rebaseFolder = (base: Base, node: Node): Node =>
  textOf(node) === '' ? rebase(base, scalar('.', node.place)) : rebase(base, node);
