// What one reading of a bundle shares among all its files: the problems, the limits, the files already read.
import type { BundleSource } from '#bundle.ts';
import type { Lookup } from '#interpolation/template.ts';
import type { UnsetVariables } from '#interpolation/interpolate.ts';
import type { NodeBudget } from '#tree/limits.ts';
import { fileBytesMax } from '#tree/limits.ts';
import type { FullReader } from '#tree/read-yaml.ts';
import { decode, readYaml } from '#tree/read-yaml.ts';
import type { Node, Path, Place } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';

/** Files that a bundle may pull in by extends and include, and sets of files it may include. */
export const filesReadMax = 200;

export type Session = {
  readonly report: Report;
  /** Reads what is not simple YAML. */
  readonly readFull: FullReader;
  readonly files: BundleSource['files'];
  /** `refuse`: only files of the bundle. `read`: whatever the source can get, for a person's own machine. */
  readonly outside: 'refuse' | 'read';
  readonly home: string | undefined;
  readonly budget: NodeBudget;
  readonly produced: { characters: number };
  readonly unset: UnsetVariables;
  readonly documents: Map<string, readonly Node[]>;
  /** How many sets of files were included. */
  included: number;
  era: 'v1' | 'spec' | undefined;
};

/** From where relative paths count and what `${…}` finds, for one set of files. */
export type Scope = { readonly directory: string; readonly lookup: Lookup };

const missingMessage = (session: Session, name: string): string =>
  session.outside === 'refuse'
    ? `The file "${name}" is not in the bundle. Add it, or correct the path.`
    : `The file "${name}" cannot be read. Create it, or correct the path.`;

/** The documents of a YAML file, read once; undefined when a problem was reported. */
export const readDocuments = (
  session: Session,
  name: string,
  at: { place: Place | undefined; path: Path },
): readonly Node[] | undefined => {
  const known = session.documents.get(name);
  if (known !== undefined) return known;
  const { report } = session;
  if (session.documents.size >= filesReadMax) {
    report.error(
      at.place,
      at.path,
      'too_many_files',
      `More than ${filesReadMax} files belong together here. Use fewer.`,
    );
    return undefined;
  }
  const content = session.files.get(name);
  if (content === undefined) {
    const place = at.place ?? { file: name, line: 0, column: 0 };
    report.error(place, at.path, 'file_missing', missingMessage(session, name));
    return undefined;
  }
  const documents = readYaml(report, session.budget, { name, content }, session.readFull);
  if (report.hasErrors()) return undefined;
  session.documents.set(name, documents);
  return documents;
};

/** The text of an environment or label file. */
export const readText = (
  session: Session,
  name: string,
  at: { place: Place | undefined; path: Path; isRequired: boolean },
): string | undefined => {
  const content = session.files.get(name);
  if (content !== undefined && content.length > fileBytesMax) {
    const message = `The file has more than ${fileBytesMax} bytes. Split it up.`;
    session.report.error({ file: name, line: 1, column: 1 }, [], 'too_large', message);
    return undefined;
  }
  if (content !== undefined) return decode(session.report, name, content);
  if (at.isRequired) session.report.error(at.place, at.path, 'file_missing', missingMessage(session, name));
  return undefined;
};
