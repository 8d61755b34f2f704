// `berth import`: containers that run on a host already become an application, without a restart.
import type { ForeignContainer, Import, ImportPreview } from '@berth/contract/imports.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';
import { followAccepted, type FollowFlags } from '#operations/follow-accepted.ts';
import { printable, printableLog } from '#output/printable.ts';
import { problemLines } from '#output/problems.ts';
import { printJson, printList, tableText } from '#output/table.ts';
import { ageOf, stateText } from '#output/words.ts';
import { gather, type FileFlags } from '#publish/publish.ts';
import { findPlace, placeText, type Place, type PlaceFlags } from '#session/find-place.ts';
import { openSession, type Session } from '#session/session.ts';

export type HostFlags = PlaceFlags & { readonly host?: string };

export const listForeign = async (machine: Machine, flags: HostFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  printList(machine, await readForeign(session, place, flags), {
    json: flags.json,
    empty: `Every container in ${placeText(place)} is Berth’s.`,
    columns: [
      { title: 'COMPOSE PROJECT', cell: (container) => printable(container.project ?? '') },
      { title: 'SERVICE', cell: ({ service }) => printable(service ?? '') },
      { title: 'CONTAINER', cell: ({ name }) => printable(name) },
      { title: 'IMAGE', cell: ({ image }) => printable(image) },
      { title: 'STATE', cell: ({ state }) => stateText(machine, state) },
      { title: 'AGE', cell: ({ createdAt }) => ageOf(machine.clock, createdAt) },
      { title: 'HOST', cell: ({ host }) => printable(host) },
      { title: 'ID', cell: ({ id }) => id.slice(0, idShown) },
    ],
  });
  return 0;
};

const idShown = 12;

const readForeign = async ({ client }: Session, place: Place, { host }: HostFlags): Promise<ForeignContainer[]> =>
  (await client.listForeignContainers({ params: place, query: host === undefined ? {} : { host } })).items;

export type ImportFlags = HostFlags &
  FileFlags & {
    /** All containers of a project of Docker Compose. */
    readonly from?: string;
  };

export const previewImport = async (
  machine: Machine,
  name: string,
  named: readonly string[],
  flags: ImportFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const body = await importOf(session, place, { name, named }, flags);
  const preview = await session.client.previewImport({ params: place, body });
  if (flags.json === true) printJson(machine, preview);
  else {
    machine.err(problemLines(preview.problems));
    machine.out(previewText(machine, preview, body.bundle === undefined));
  }
  return preview.problems.some(({ severity }) => severity === 'error') ? 1 : 0;
};

export const runImport = async (
  machine: Machine,
  name: string,
  named: readonly string[],
  flags: ImportFlags & FollowFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const body = await importOf(session, place, { name, named }, flags);
  return followAccepted(session, place, await session.client.importApplication({ params: place, body }), flags);
};

type Asked = { readonly name: string; readonly named: readonly string[] };

const importOf = async (
  { machine, ...session }: Session,
  place: Place,
  { name, named }: Asked,
  flags: ImportFlags,
): Promise<Import> => {
  // Without a file one is written from what runs; the files that lie here by chance are not meant.
  const gathered = flags.file.length === 0 ? undefined : gather(machine, name, flags);
  const containers = choose(await readForeign({ machine, ...session }, place, flags), named, flags.from);
  return {
    name,
    ...(flags.host === undefined ? {} : { host: flags.host }),
    containers: containers.map(({ id }) => id),
    ...(gathered === undefined ? {} : { bundle: gathered.bundle, variables: gathered.variables }),
    ...(flags.profile.length === 0 ? {} : { profiles: [...flags.profile] }),
  };
};

const choose = (
  all: readonly ForeignContainer[],
  named: readonly string[],
  from: string | undefined,
): readonly ForeignContainer[] => {
  if (named.length === 0 && from === undefined)
    throw new PlatformError(
      'invalid_request',
      'Say which containers: by name or id, or all of one with --from PROJECT',
    );
  const ofCompose = from === undefined ? [] : all.filter((container) => container.project === from);
  if (from !== undefined && ofCompose.length === 0)
    throw new PlatformError('not_found', `No container here is of a Compose project called ${from}`);
  const chosen = [...ofCompose, ...named.map((text) => find(all, text))];
  return [...new Set(chosen)];
};

const idLengthMinimum = 6;

/** By name, or by the beginning of its id. */
const find = (all: readonly ForeignContainer[], text: string): ForeignContainer => {
  const matches = all.filter(
    ({ id, name }) => name === text || id === text || (text.length >= idLengthMinimum && id.startsWith(text)),
  );
  const [only, second] = matches;
  if (only === undefined)
    throw new PlatformError(
      'not_found',
      `There is no container ${text} that is not Berth’s. "berth import list" lists them`,
    );
  if (second !== undefined)
    throw new PlatformError('invalid_request', `Several containers are called ${text}, or have an id that begins so`);
  return only;
};

const previewText = (machine: Machine, { matches, bundle }: ImportPreview, isWritten: boolean): string => {
  const table =
    matches.length === 0
      ? ''
      : tableText(
          [
            { title: 'CONTAINER', cell: ({ name }) => printable(name) },
            { title: 'BECOMES', cell: ({ service, slot }) => `${printable(service)}/${slot + 1}` },
            {
              title: 'RUNS',
              cell: ({ differences }) => (differences.length === 0 ? 'as the files say' : 'another way'),
            },
          ],
          matches,
        );
  const differences = matches.flatMap(({ name, differences: all }) =>
    all.map(
      ({ path, runs, file }) =>
        `  ${printable(name)}: ${printable(path)} is ${printable(runs)}, in the files ${printable(file)}\n`,
    ),
  );
  const told =
    differences.length === 0
      ? ''
      : `\nWhere they differ, they run on until they are made anew:\n${differences.join('')}`;
  const shown = (text: string): string => (machine.isTerminal ? text.split('\n').map(printableLog).join('\n') : text);
  const files = Object.entries(bundle.files).map(
    ([name, text]) => `\nWritten from what runs, ${printable(name)}:\n${shown(text)}`,
  );
  return `${table}${told}${isWritten ? files.join('') : ''}`;
};
