// The name of the whole: what the caller says, else COMPOSE_PROJECT_NAME, else the last `name:`, else the folder.
import type { ResolveOptions } from '#resolve-with.ts';
import type { Lookup } from '#interpolation/template.ts';
import { interpolate } from '#interpolation/interpolate.ts';
import type { Session } from '#load/session.ts';
import { readDocuments } from '#load/session.ts';
import type { Node } from '#tree/node.ts';
import { get, textOf } from '#tree/node.ts';

const validName = /^[a-z0-9][a-z0-9_-]*$/;

export const findProjectName = (
  session: Session,
  main: readonly string[],
  lookup: Lookup,
  options: ResolveOptions,
): { name: string; isNamed: boolean } | undefined => {
  const chosen = options.projectName || lookup('COMPOSE_PROJECT_NAME');
  if (chosen !== undefined && chosen !== '') {
    if (validName.test(chosen)) return { name: chosen, isNamed: true };
    report(session, undefined, chosen);
    return undefined;
  }
  const node = lastName(session, main);
  if (session.report.hasErrors()) return undefined;
  if (node !== undefined) {
    const { unset, produced } = session;
    const filled = textOf(interpolate({ report: session.report, lookup, unset, produced }, node)) ?? '';
    const name = foldName(filled);
    if (name !== '') return { name, isNamed: true };
    if (filled !== '') {
      report(session, node, filled);
      return undefined;
    }
  }
  return { name: foldName(options.defaultName ?? '') || 'application', isNamed: false };
};

const report = (session: Session, node: Node | undefined, name: string): void => {
  const message = `"${name}" cannot be a name: use lower-case letters, digits, "-" and "_", and start with a letter or digit.`;
  session.report.error(node?.place, node === undefined ? [] : ['name'], 'bad_name', message);
};

/** The name a folder gives: lower case, without what a name cannot hold. */
export const foldName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

const lastName = (session: Session, main: readonly string[]): Node | undefined => {
  let found: Node | undefined;
  for (const file of main) {
    const documents = readDocuments(session, file, { place: undefined, path: [] });
    for (const document of documents ?? []) {
      const name = get(document, 'name');
      if (textOf(name) !== undefined && textOf(name) !== '') found = name;
    }
  }
  return found;
};
