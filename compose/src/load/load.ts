// One set of Compose files → one tree: read, told by era, filled with variables, extended, included, merged, folded
// and checked against the schema, in the order Compose does it. Every value keeps the place it was written.
import { interpolate } from '#interpolation/interpolate.ts';
import { checkSchema } from '#schema/check.ts';
import { composeSpec } from '#schema/compose-spec.ts';
import type { MapNode, Node, Path } from '#tree/node.ts';
import { get, isNull, mapValues, set, without } from '#tree/node.ts';
import { applyExtends } from './extends.ts';
import type { PrepareFile } from './extends.ts';
import { dropReplacedSource, finishFirstFormat, isFirstFormat, rewriteFirstFormat } from './first-format.ts';
import { foldDoubles } from './fold-doubles.ts';
import { applyInclude } from './include.ts';
import type { LoadFiles, NamedFile } from './include.ts';
import { applyTags, mergeTrees } from './merge.ts';
import { folderOf, rebaseTree } from './paths.ts';
import type { Scope, Session } from './session.ts';
import { readDocuments } from './session.ts';

/** The merged tree of the files with paths counted from the bundle's root; undefined when a problem was reported. */
export const loadFiles: LoadFiles = (session, scope, files, chain) => {
  let merged: MapNode | undefined;
  for (const file of files) {
    const documents = readDocuments(session, file.name, file);
    if (documents === undefined) return undefined;
    for (const document of documents) {
      const root = prepareDocument(session, scope, file, document, chain);
      if (root === undefined) return undefined;
      merged = mergeDocument(session, merged, root);
      checkCount(session, merged);
      if (session.report.hasErrors()) return undefined;
      checkSchema(session.report, composeSpec, merged);
      if (session.report.hasErrors()) return undefined;
      merged = dropVersion(session, merged);
    }
  }
  if (merged === undefined || merged.entries.size === 0) {
    // An included or a later file may be empty; all of them together may not.
    if (chain.length > 0) return merged;
    session.report.error({ file: files[0]?.name ?? '', line: 1, column: 1 }, [], 'empty_file', emptyMessage);
    return undefined;
  }
  const finished = session.era === 'v1' ? finishFirstFormat(session.report, merged) : merged;
  return session.report.hasErrors() ? undefined : finished;
};

/** Far more than anybody runs as one application; every phase looks at each of them. */
export const servicesMax = 2000;

const checkCount = (session: Session, root: MapNode): void => {
  const services = get(root, 'services');
  if (services?.kind !== 'map' || services.entries.size <= servicesMax) return;
  const message = `There are ${services.entries.size} services here; ${servicesMax} are allowed. Split them into several applications.`;
  session.report.error(services.place, ['services'], 'too_many_services', message);
};

const emptyMessage = 'The file is empty. Write at least "services:" with one service.';

const prepareDocument = (
  session: Session,
  scope: Scope,
  file: NamedFile,
  document: Node,
  chain: readonly string[],
): MapNode | undefined => {
  const root = readRoot(session, scope, { name: file.name, directory: scope.directory }, document);
  if (root === undefined) return undefined;
  const extended = applyExtends(session, scope, prepareOther, file.name, root);
  const included = applyInclude(session, scope, loadFiles, extended, [...chain, file.name]);
  return session.report.hasErrors() ? undefined : included;
};

type Folder = { readonly name: string; readonly directory: string };

/** A document as a mapping of the later form, its variables filled in and its paths counted from the bundle's root. */
const readRoot = (session: Session, scope: Scope, folder: Folder, document: Node): MapNode | undefined => {
  const { report } = session;
  const file = folder.name;
  if (document.kind !== 'map') {
    if (isNull(document)) report.error({ file, line: 1, column: 1 }, [], 'empty_file', emptyMessage);
    else
      report.error(document.place, [], 'not_a_mapping', 'A Compose file is a mapping. Write "services:" at its top.');
    return undefined;
  }
  const era = isFirstFormat(document) ? 'v1' : 'spec';
  if (session.era !== undefined && session.era !== era) {
    const message = 'This file and an earlier one have different Compose formats. Move all services under "services:".';
    report.error(document.place, [], 'mixed_eras', message);
    return undefined;
  }
  session.era = era;
  const rewritten = era === 'v1' ? rewriteFirstFormat(report, document) : document;
  const filled = interpolate(
    { report, lookup: scope.lookup, unset: session.unset, produced: session.produced },
    rewritten,
  );
  return filled.kind === 'map' ? rebaseTree(session, folder.directory, filled) : undefined;
};

const prepareOther: PrepareFile = (session, scope, name, at) => {
  const documents = readDocuments(session, name, at);
  if (documents === undefined) return undefined;
  let merged: MapNode | undefined;
  for (const document of documents) {
    const root = readRoot(session, scope, { name, directory: folderOf(name) }, document);
    if (root === undefined) return undefined;
    merged = merged === undefined ? root : mergeDocument(session, merged, root);
  }
  if (merged === undefined) session.report.error(at.place, at.path, 'empty_file', `The file "${name}" is empty.`);
  return merged;
};

const mergeDocument = (session: Session, base: MapNode | undefined, over: MapNode): MapNode => {
  const merged = base === undefined ? over : mergeTrees(session.report, prepareBase(session, base, over), over);
  const folded = foldDoubles(applyTags(merged) ?? merged);
  return folded.kind === 'map' ? folded : over;
};

const prepareBase = (session: Session, base: MapNode, over: MapNode): MapNode => {
  const services = get(base, 'services');
  if (session.era !== 'v1' || services?.kind !== 'map') return base;
  const kept = mapValues(services, (service, name) => {
    const other = get(over, 'services', name);
    return other === undefined ? service : dropReplacedSource(service, other);
  });
  return set(base, 'services', kept);
};

const dropVersion = (session: Session, root: MapNode): MapNode => {
  const entry = root.entries.get('version');
  if (entry === undefined) return root;
  const path: Path = ['version'];
  session.report.warn(entry.place, path, 'obsolete_key', '"version" has no effect any more. Remove it.');
  return without(root, 'version');
};
