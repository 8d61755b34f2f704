// Follows one operation to its end: live messages show its progress as it happens, reading it gives the truth whenever
// the line was broken.
import { fromInstant, sleep, type Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Operation } from '@berth/contract/applications.ts';
import { readLines } from '@berth/contract/client.ts';
import { liveMessageSchema } from '@berth/contract/live.ts';
import { isPassing } from '#session/passing.ts';
import type { Place } from '#session/find-place.ts';
import type { Session } from '#session/session.ts';

// The server ends every operation at its deadline; when it has not even then, something is wrong with it.
const overdueMs = 60_000;
const pauseMs = 500;
// The live messages say when there is news; this is for news that got lost.
const readEveryMs = 5_000;

/** Calls `show` with every state seen; answers the last one, which is no longer `running`. */
export const followOperation = async (
  session: Session,
  place: Place,
  start: Operation,
  show: (operation: Operation) => void,
): Promise<Operation> => {
  const { clock } = session.machine;
  const endMs = fromInstant(start.deadlineAt) + overdueMs;
  let latest = start;
  const take = (operation: Operation): void => {
    latest = operation;
    show(operation);
  };
  take(start);
  while (latest.state === 'running') {
    if (clock.nowMs() > endMs)
      throw new PlatformError('deadline_exceeded', 'The operation is long past its deadline and has not ended');
    await followOnce(session, place, { id: start.id, take }).catch(ignoreBreak);
    if (latest.state === 'running') await sleep(clock, pauseMs);
  }
  return latest;
};

const followOnce = async (
  { client, machine }: Session,
  place: Place,
  operation: { id: Operation['id']; take: (operation: Operation) => void },
): Promise<void> => {
  const stop = new AbortController();
  const { signal } = stop;
  const take = (seen: Operation): void => {
    if (signal.aborted) return;
    operation.take(seen);
    if (seen.state !== 'running') stop.abort();
  };
  const read = async (): Promise<void> =>
    take(await client.readOperation({ params: { ...place, operation: operation.id }, signal }));
  try {
    const response = await client.open('followEnvironment', { params: place, signal });
    // Only now: what happened before the line stood is in this answer, what comes after is on the line.
    await read();
    const reading = keepReading(machine.clock, read, stop);
    if (response.body !== null)
      for await (const line of readLines(response.body)) {
        const message = parseMessage(line);
        if (message?.type === 'operation' && message.operation.id === operation.id) take(message.operation);
        if (signal.aborted) break;
      }
    stop.abort();
    await reading;
  } finally {
    stop.abort();
  }
};

const keepReading = async (clock: Clock, read: () => Promise<void>, stop: AbortController): Promise<void> => {
  try {
    while (!stop.signal.aborted) {
      await sleep(clock, readEveryMs, stop.signal);
      await read();
    }
  } catch {
    // The line broke or all is done; the caller looks at what was seen last.
    stop.abort();
  }
};

const parseMessage = (line: string) => {
  if (!line.startsWith('data:')) return undefined;
  return liveMessageSchema.parse(JSON.parse(line.slice('data:'.length)));
};

// A server that starts anew or is not there for a moment takes the operation up again; what it refuses, it refuses.
const ignoreBreak = (thrown: unknown): void => {
  if (!isPassing(thrown)) throw thrown;
};
