// `berth logs`: what containers print; several of them with their names before the lines.
import { fromInstant, toInstant, type Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Container } from '@berth/contract/containers.ts';
import type { Machine, Style } from '#machine.ts';
import { displayWidth, padTo } from '#output/display-width.ts';
import { printable, printableLog } from '#output/printable.ts';
import { readDuration } from '#output/words.ts';
import { findPlace, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { findContainers } from './find-containers.ts';
import { followAll, followOne, readPast, type ContainerLine, type LogWish } from './log-streams.ts';

export type LogFlags = PlaceFlags & {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: string;
  readonly search?: string;
  readonly timestamps?: boolean;
};

export const logs = async (machine: Machine, named: string, flags: LogFlags): Promise<number> => {
  const wish: LogWish = {
    ...(flags.tail === undefined ? {} : { tail: flags.tail }),
    ...(flags.since === undefined ? {} : { since: readSince(machine.clock, flags.since) }),
    ...(flags.search === undefined ? {} : { search: flags.search }),
  };
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const target = await findContainers(session, place, named);
  const { containers } = target;
  const print = makePrinter(machine, containers, flags);
  if (containers.length === 0 && flags.follow !== true)
    throw new PlatformError('wrong_state', `${named} has no containers now. See "berth show ${named}"`);
  const last = new Map<string, string>();
  // Of several, the past comes in the order of time first; then each is followed from where its past ended.
  if (flags.follow !== true || containers.length > 1)
    for await (const line of await readPast(session, place, containers, wish)) {
      last.set(line.container.id, line.at);
      print(line);
    }
  if (flags.follow !== true) return 0;
  const follow = async (container: Container): Promise<void> => {
    const end = await followOne(session, place, container, { wish, last: last.get(container.id), print });
    if (end !== undefined) last.set(container.id, end);
  };
  if (target.kind === 'container') await follow(target.containers[0]);
  else await followAll(machine.clock, target.again, follow);
  return 0;
};

/** `10m` ago, or a time. */
export const readSince = (clock: Clock, text: string): string => {
  const agoMs = readDuration(text);
  const atMs = agoMs === undefined ? fromInstant(text) : clock.nowMs() - agoMs;
  if (Number.isFinite(atMs)) return toInstant(atMs);
  throw new PlatformError('invalid_request', `--since ${text} is no time. Write 10m, 2h, 1d or 2026-01-31T12:00:00Z`);
};

const prefixStyles: readonly Style[] = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'];

/** Prints lines; the names take as much room as the longest needs. */
const makePrinter = (machine: Machine, containers: readonly Container[], flags: LogFlags) => {
  const isPrefixed = containers.length !== 1;
  const styles = new Map<string, Style>();
  let width = Math.max(0, ...containers.map(({ name }) => displayWidth(name)));
  const prefixOf = ({ id, name }: Container): string => {
    width = Math.max(width, displayWidth(name));
    const style = styles.get(id) ?? prefixStyles[styles.size % prefixStyles.length] ?? 'cyan';
    styles.set(id, style);
    return `${machine.style(style, `${padTo(printable(name), width)} |`)} `;
  };
  return ({ container, at, stream, text }: ContainerLine): void => {
    if (flags.json === true) {
      machine.out(`${JSON.stringify({ container: container.name, at, stream, text })}\n`);
      return;
    }
    const prefix = isPrefixed ? prefixOf(container) : '';
    const time = flags.timestamps === true ? `${machine.style('dim', at)} ` : '';
    // To a file or a pipe goes what the program wrote, to a terminal only what cannot steer it.
    const shown = machine.isTerminal ? printableLog(text) : text;
    machine.out(`${prefix}${time}${shown}\n`);
  };
};
