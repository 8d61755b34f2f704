// `berth diff`: what lies between two revisions: the files line by line, the variables, and the application they make.
import { structuredPatch } from 'diff';
import type { Revision, RevisionDiff } from '@berth/contract/applications.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine, Style } from '#machine.ts';
import { printable, printableLog } from '#output/printable.ts';
import { printJson } from '#output/table.ts';
import { timeText } from '#output/words.ts';
import { findPlace, ofApplication, type Place, type PlaceFlags } from '#session/find-place.ts';
import { allPages, openSession, type Session } from '#session/session.ts';

export const diff = async (
  machine: Machine,
  application: string,
  from: number,
  to: number | undefined,
  flags: PlaceFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const number = to ?? (await currentRevision(session, place, application));
  const asked = session.client.diffRevisions({ params: { ...place, application, number }, query: { against: from } });
  const answer = await ofApplication(place, application, asked);
  if (flags.json === true) printJson(machine, answer);
  else machine.out(diffText(machine, answer));
  return 0;
};

const currentRevision = async ({ client }: Session, place: Place, application: string): Promise<number> => {
  const params = { ...place, application };
  const all = await ofApplication(
    place,
    application,
    allPages((query) => client.listRevisions({ params, query })),
  );
  const current = all.find(({ isCurrent }) => isCurrent);
  if (current === undefined) throw new PlatformError('wrong_state', `${application} has no present revision`);
  return current.number;
};

const diffText = (machine: Machine, { from, to, files, variables, resolved }: RevisionDiff): string => {
  const head = `${revisionText(from)}\n${revisionText(to)}\n`;
  if (files.length + variables.length + resolved.length === 0) return `${head}\nThey are the same.\n`;
  const texts = files.map((file) => `\n${fileText(machine, file, from, to)}`).join('');
  return [
    head,
    texts,
    changesText(
      machine,
      'Variables',
      variables.map((change) => ({ ...change, path: change.name })),
    ),
    changesText(machine, 'The application they make', resolved),
  ].join('');
};

const revisionText = ({ number, author, createdAt, note }: Revision): string =>
  `revision ${number}: ${timeText(createdAt)} by ${printable(author)}${note === '' ? '' : `, ${printable(note)}`}`;

const contextLines = 3;
/** Texts that have nothing in common take long to compare; then all of one went and all of the other came. */
const diffTimeoutMs = 1_000;
/** With what the server begins the text of a file that is none. */
const noTextMark = '(no text, base64) ';

const fileText = (machine: Machine, file: RevisionDiff['files'][number], from: Revision, to: Revision): string => {
  const { name, before, after } = file;
  const side = (mark: string, text: string | undefined, { number }: Revision): string =>
    machine.style('bold', `${mark} ${text === undefined ? '/dev/null' : `${printable(name)} (revision ${number})`}`);
  const head = `${side('---', before, from)}\n${side('+++', after, to)}\n`;
  if (before?.startsWith(noTextMark) === true || after?.startsWith(noTextMark) === true)
    return `${head}The bytes differ.\n`;
  return `${head}${hunksOf(before ?? '', after ?? '')
    .flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      machine.style('cyan', `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`),
      ...lines.map((line) => lineText(machine, line)),
    ])
    .map((line) => `${line}\n`)
    .join('')}`;
};

type Hunk = {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
};

const hunksOf = (before: string, after: string): readonly Hunk[] => {
  const options = { context: contextLines, timeout: diffTimeoutMs };
  const found = structuredPatch('', '', before, after, undefined, undefined, options);
  if (found !== undefined) return found.hunks;
  const gone = linesOf(before).map((line) => `-${line}`);
  const come = linesOf(after).map((line) => `+${line}`);
  return [{ oldStart: 1, oldLines: gone.length, newStart: 1, newLines: come.length, lines: [...gone, ...come] }];
};

const linesOf = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n');

const lineStyles: Readonly<Record<string, Style>> = { '+': 'green', '-': 'red', '\\': 'dim' };

const lineText = (machine: Machine, line: string): string => {
  const style = lineStyles[line[0] ?? ''];
  // To a file or a pipe goes what the file holds, to a terminal only what cannot steer it.
  const shown = machine.isTerminal ? printableLog(line) : line;
  return style === undefined ? shown : machine.style(style, shown);
};

type Change = { readonly path: string; readonly before?: unknown; readonly after?: unknown };

const changesText = (machine: Machine, title: string, changes: readonly Change[]): string =>
  changes.length === 0 ? '' : `\n${title}:\n${changes.map((change) => `  ${changeText(machine, change)}\n`).join('')}`;

const changeText = (machine: Machine, { path, before, after }: Change): string => {
  const name = printable(path);
  if (before === undefined) return machine.style('green', `+ ${name}: ${valueText(after)}`);
  if (after === undefined) return machine.style('red', `- ${name}: ${valueText(before)}`);
  return machine.style('yellow', `~ ${name}: ${valueText(before)} -> ${valueText(after)}`);
};

const valueText = (value: unknown): string => printable(typeof value === 'string' ? value : JSON.stringify(value));
