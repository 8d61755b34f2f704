// `extends`: a service laid over another one, of the same file or of another file of the bundle. Only the service
// comes; what it depends on comes with it and must exist where it lands.
import type { Entry, MapNode, Node, Path } from '#tree/node.ts';
import { countNodes, get, set, textOf, without } from '#tree/node.ts';
import { spendNodes } from '#tree/limits.ts';
import { dropReplacedSource, inheritanceObstacle } from './first-format.ts';
import { applyTags, mergeService } from './merge.ts';
import { fileName, folderOf } from './paths.ts';
import type { Scope, Session } from './session.ts';

/** How one document of a file is made ready: era, rewriting, variables. */
export type PrepareFile = (
  session: Session,
  scope: Scope,
  name: string,
  at: { place: Node['place']; path: Path },
) => MapNode | undefined;

type Extending = {
  readonly session: Session;
  readonly scope: Scope;
  readonly prepare: PrepareFile;
  /** Files already opened, so that one many services extend is read once. */
  readonly opened: Map<string, Where>;
  /** Finished services by file and name, so that a service many others extend is worked out once. */
  readonly done: Map<string, Node>;
};

type Where = { readonly file: string; readonly directory: string; readonly root: MapNode };

const chainMax = 64;

/** The tree of one file with every `extends` worked out. */
export const applyExtends = (
  session: Session,
  scope: Scope,
  prepare: PrepareFile,
  file: string,
  root: MapNode,
): MapNode => {
  const services = get(root, 'services');
  if (services?.kind !== 'map') return root;
  const hasAny = [...services.entries.values()].some(({ value }) => get(value, 'extends') !== undefined);
  if (!hasAny) return root;
  const extending: Extending = { session, scope, prepare, opened: new Map(), done: new Map() };
  const where: Where = { file, directory: scope.directory, root };
  const entries = new Map<string, Entry>();
  for (const [name, { place, value }] of services.entries)
    entries.set(name, { place, value: extend(extending, where, name, value, []) });
  return set(root, 'services', { ...services, entries });
};

const extend = (extending: Extending, where: Where, name: string, service: Node, chain: readonly string[]): Node => {
  const reference = get(service, 'extends');
  if (service.kind !== 'map' || reference === undefined) return service;
  const id = `${where.file}\0${name}`;
  const known = extending.done.get(id);
  if (known !== undefined) return known;
  const path: Path = ['services', name, 'extends'];
  const { report } = extending.session;
  if (chain.includes(id) || chain.length > chainMax) {
    const circle = [...chain.slice(chain.indexOf(id)), id].map((part) => part.split('\0')[1]).join(' → ');
    report.error(
      reference.place,
      path,
      'extends_cycle',
      `Services extend one another in a circle: ${circle}. Break it.`,
    );
    return without(service, 'extends');
  }
  const base = findBase(extending, where, name, reference, [...chain, id]);
  const own = without(service, 'extends');
  const isAffordable =
    base === undefined ||
    spendNodes(report, extending.session.budget, { place: reference.place, path }, countNodes(base));
  const result = base === undefined || !isAffordable ? own : layOver(extending, base, own, path);
  extending.done.set(id, result);
  return result;
};

const layOver = (extending: Extending, base: Node, own: Node, path: Path): Node => {
  const { session } = extending;
  if (session.era !== 'v1') return mergeService(session.report, base, own, path.slice(0, 2));
  const obstacle = inheritanceObstacle(base);
  if (obstacle !== undefined) {
    const message = `A service with "${obstacle}" cannot be extended in the first Compose format. Repeat the keys instead.`;
    session.report.error(own.place, path, 'extends_unknown', message);
  }
  return mergeService(session.report, dropReplacedSource(base, own), own, path.slice(0, 2));
};

const findBase = (
  extending: Extending,
  where: Where,
  name: string,
  reference: Node,
  chain: readonly string[],
): Node | undefined => {
  const { session } = extending;
  const path: Path = ['services', name, 'extends'];
  const target = textOf(reference) ?? textOf(get(reference, 'service'));
  if (target === undefined) {
    const message = '"extends" needs the name of a service: {service: NAME, file: FILE}.';
    session.report.error(reference.place, path, 'missing_key', message);
    return undefined;
  }
  const fileNode = get(reference, 'file');
  const place = fileNode ?? reference;
  const other = fileNode === undefined ? where : openFile(extending, where, fileNode, path);
  if (other === undefined) return undefined;
  const service = get(other.root, 'services', target);
  if (service === undefined) {
    const place_ = get(reference, 'service')?.place ?? place.place;
    const message = `The service "${target}" does not exist in "${other.file}". Correct the name in "extends".`;
    session.report.error(place_, path, 'extends_unknown', message);
    return undefined;
  }
  return applyTags(extend(extending, other, target, service, chain));
};

const openFile = (extending: Extending, where: Where, file: Node, path: Path): Where | undefined => {
  const { session, scope, prepare } = extending;
  const written = textOf(file);
  if (written === undefined) {
    session.report.error(file.place, [...path, 'file'], 'wrong_type', '"file" must be the path of a file.');
    return undefined;
  }
  const at = { place: file.place, path: [...path, 'file'] };
  const name = fileName(session, where.directory, written, at);
  if (name === undefined) return undefined;
  if (name === where.file) return where;
  const known = extending.opened.get(name);
  if (known !== undefined) return known;
  const root = prepare(session, scope, name, at);
  if (root === undefined) return undefined;
  const opened: Where = { file: name, directory: folderOf(name), root };
  extending.opened.set(name, opened);
  return opened;
};
