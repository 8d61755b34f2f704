// Log lines of a container.
import type { LogLine } from '@berth/contract/containers.ts';
import { fromInstant } from '@berth/common/clock.ts';
import type Dockerode from 'dockerode';
import { requireContainer, type Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { readLogLines } from './log-frames.ts';
import { asReadable } from './modem.ts';
import { engineLimits } from './time-limits.ts';

export interface LogQuery {
  readonly follow?: 'true' | 'false' | undefined;
  readonly tail?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly search?: string | undefined;
}

export const openLogs = async (
  engine: Engine,
  caller: Caller,
  container: string,
  query: LogQuery,
  signal: AbortSignal,
): Promise<AsyncGenerator<LogLine>> => {
  const { id } = await requireContainer(engine, caller, container);
  const tty = await askEngine(
    async () => (await engine.docker(engineLimits.question).getContainer(id).inspect()).Config.Tty,
  );
  const open = (more: EngineQuery) => openStream(engine, id, tty, more, signal);
  const { search, tail } = query;
  if (search === undefined || search === '') return open(query);
  return tail === undefined ? matching(await open(query), search) : searchTail(open, query, search, tail);
};

type EngineQuery = Omit<LogQuery, 'search'>;

const openStream = async (
  engine: Engine,
  id: string,
  tty: boolean,
  query: EngineQuery,
  signal: AbortSignal,
): Promise<AsyncGenerator<LogLine>> => {
  const follow = query.follow === 'true';
  const options: Dockerode.ContainerLogsOptions & { follow: true; _query: object } = {
    // For dockerode: an answer in pieces, also when the engine is not to follow.
    follow: true,
    abortSignal: signal,
    _query: {
      follow,
      stdout: true,
      stderr: true,
      timestamps: true,
      tail: query.tail,
      since: query.since === undefined ? undefined : toEngineTime(query.since),
      until: query.until === undefined ? undefined : toEngineTime(query.until),
    },
  };
  const container = engine.docker(follow ? engineLimits.follow : engineLimits.read).getContainer(id);
  return readLogLines(asReadable(await askEngine(() => container.logs(options))), tty);
};

/** Seconds with a fraction; nanoseconds survive. */
export const toEngineTime = (instant: string): string => {
  const fraction = /\.(\d{1,9})\d*(?=Z|[+-])/.exec(instant)?.[1] ?? '';
  const seconds = Math.floor(fromInstant(instant.replace(/\.\d+/, '')) / 1000);
  return `${seconds}.${fraction.padEnd(9, '0')}`;
};

async function* matching(lines: AsyncGenerator<LogLine>, search: string): AsyncGenerator<LogLine> {
  const wanted = search.toLowerCase();
  for await (const line of lines) if (line.text.toLowerCase().includes(wanted)) yield line;
}

/** The last so many lines that match, which the engine cannot count; then, if followed, those that come. */
async function* searchTail(
  open: (query: EngineQuery) => Promise<AsyncGenerator<LogLine>>,
  query: EngineQuery,
  search: string,
  tail: number,
): AsyncGenerator<LogLine> {
  const last: LogLine[] = [];
  let newest: string | undefined;
  const { tail: _tail, ...whole } = query;
  for await (const line of await open({ ...whole, follow: 'false' })) {
    newest = line.at;
    if (!line.text.toLowerCase().includes(search.toLowerCase())) continue;
    last.push(line);
    if (last.length > tail) last.shift();
  }
  yield* last;
  if (query.follow !== 'true') return;
  for await (const line of matching(
    await open({ ...whole, ...(newest === undefined ? {} : { since: newest }) }),
    search,
  ))
    if (newest === undefined || line.at > newest) yield line;
}
