// Log lines of several containers as one sequence: merged by time where the past is read, as they come where followed.
import { sleep, type Clock } from '@berth/common/clock.ts';
import type { Container, LogLine } from '@berth/contract/containers.ts';
import { codeOf, isPassing } from '#session/passing.ts';
import type { Place } from '#session/find-place.ts';
import type { Session } from '#session/session.ts';

export type ContainerLine = LogLine & { readonly container: Container };
export type LogWish = {
  readonly tail?: number;
  readonly since?: string;
  readonly search?: string;
};

/** The lines there are, oldest first over all containers. */
export const readPast = async (
  session: Session,
  place: Place,
  containers: readonly Container[],
  wish: LogWish,
): Promise<AsyncGenerator<ContainerLine>> =>
  mergeByTime(await Promise.all(containers.map((container) => openOne(session, place, container, wish))));

const openOne = async (session: Session, place: Place, container: Container, wish: LogWish) =>
  withContainer(
    await session.client.openLines('readLogs', { params: { ...place, container: container.id }, query: { ...wish } }),
    container,
  );

async function* withContainer(lines: AsyncGenerator<LogLine>, container: Container): AsyncGenerator<ContainerLine> {
  for await (const line of lines) yield { ...line, container };
}

/** Holds one line of each sequence; each must be in order itself. */
export async function* mergeByTime<T extends { readonly at: string }>(
  sequences: readonly AsyncGenerator<T>[],
): AsyncGenerator<T> {
  const heads: { item: T; from: AsyncGenerator<T> }[] = [];
  const pull = async (from: AsyncGenerator<T>): Promise<void> => {
    const next = await from.next();
    if (next.done !== true) heads.push({ item: next.value, from });
  };
  try {
    await Promise.all(sequences.map(pull));
    while (heads.length > 0) {
      const first = heads.reduce((least, head) => (head.item.at < least.item.at ? head : least));
      heads.splice(heads.indexOf(first), 1);
      yield first.item;
      await pull(first.from);
    }
  } finally {
    await Promise.all(sequences.map((sequence) => sequence.return(undefined)));
  }
}

const pauseMs = 1_000;
const tailMaximum = 100_000;

/**
 * Follows one container until it stops. A line that breaks, also one that the network drops because it was quiet, is
 * taken up again after the last line seen. Answers the time of that line.
 */
export const followOne = async (
  session: Session,
  place: Place,
  container: Container,
  from: { readonly wish: LogWish; readonly last: string | undefined; readonly print: (line: ContainerLine) => void },
): Promise<string | undefined> => {
  let { last } = from;
  for (;;) {
    const { tail: _tail, ...rest } = from.wish;
    const query = last === undefined ? from.wish : { ...rest, since: last, tail: tailMaximum };
    try {
      const params = { ...place, container: container.id };
      const lines = await session.client.openLines('readLogs', { params, query: { ...query, follow: 'true' } });
      for await (const line of lines) {
        if (last !== undefined && line.at <= last) continue;
        last = line.at;
        from.print({ ...line, container });
      }
      return last;
    } catch (thrown) {
      // The container is gone: there is nothing more to follow.
      if (codeOf(thrown) === 'not_found' && last !== undefined) return last;
      if (last === undefined || !isPassing(thrown)) throw thrown;
      await sleep(session.machine.clock, pauseMs);
    }
  }
};

/** Follows an application: containers that come later, too; ends when none runs any more. */
export const followAll = async (
  clock: Clock,
  again: () => Promise<readonly Container[]>,
  follow: (container: Container) => Promise<void>,
): Promise<void> => {
  const active = new Map<string, Promise<void>>();
  const ended = new Set<string>();
  let failure: { readonly thrown: unknown } | undefined;
  const begin = (container: Container): void => {
    const { id } = container;
    const work = follow(container)
      .catch((thrown: unknown) => void (failure ??= { thrown }))
      .finally(() => {
        active.delete(id);
        ended.add(id);
      });
    active.set(id, work);
  };
  for (;;) {
    const containers = await again().catch(noneWhenBroken);
    for (const container of containers ?? [])
      if (!active.has(container.id) && (container.state === 'running' || !ended.has(container.id))) begin(container);
    if (containers !== undefined && active.size === 0) return;
    await Promise.race([...active.values(), sleep(clock, pauseMs)]);
    if (failure !== undefined) throw failure.thrown;
    // An end of a stream is often seen before the list says that the container stopped.
    await sleep(clock, pauseMs);
  }
};

const noneWhenBroken = (thrown: unknown): undefined => {
  if (!isPassing(thrown)) throw thrown;
};
