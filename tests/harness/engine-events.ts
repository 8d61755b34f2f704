// What happens on the engine, as it happens: for tests that act in the middle of a publish.
import { request } from 'node:http';
import { readLines } from '@berth/contract/client.ts';
import { Readable } from 'node:stream';
import type { Lab } from './lab.ts';

export interface HappenedEvent {
  /** `network create`, `container start`, … */
  readonly what: string;
  /** Name of the object. */
  readonly name: string;
}

/** Calls `act` for each event of the engine until it is closed, synchronously as the event is read. */
export const followEngine = async (lab: Lab, act: (event: HappenedEvent) => void): Promise<() => void> => {
  const req = request({ socketPath: lab.engine.socket, path: '/events' });
  const response = await new Promise<Readable>((resolve, reject) => {
    req.once('response', resolve);
    req.once('error', reject);
    req.end();
  });
  const follow = async () => {
    const body = Readable.toWeb(response) as ReadableStream<Uint8Array>;
    for await (const line of readLines(body)) {
      const event = JSON.parse(line) as {
        Type: string;
        Action: string;
        Actor: { ID: string; Attributes: Record<string, string> };
      };
      act({ what: `${event.Type} ${event.Action}`, name: event.Actor.Attributes['name'] ?? event.Actor.ID });
    }
  };
  // The stream breaks off when it is closed, and that is its end.
  follow().catch(() => undefined);
  return () => req.destroy();
};

/** Resolves right after the `count`-th event that fits, having called `act` at that very moment. */
export const atEvent = async (
  lab: Lab,
  fits: (event: HappenedEvent) => boolean,
  count: number,
  act: () => void,
): Promise<{ happened: Promise<void>; close: () => void }> => {
  let seen = 0;
  let tell = () => {};
  const happened = new Promise<void>((resolve) => (tell = resolve));
  const close = await followEngine(lab, (event) => {
    if (!fits(event)) return;
    seen += 1;
    if (seen !== count) return;
    act();
    tell();
  });
  return { happened, close };
};
