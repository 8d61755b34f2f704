// Ages, sizes and states as people say them.
import { fromInstant, type Clock } from '@berth/common/clock.ts';
import type { Machine, Style } from '#machine.ts';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `3d`, `5h`, `42s`: the largest unit that fits, rounded down. */
export const durationText = (ms: number): string => {
  for (const [unit, size] of units) if (ms >= size) return `${Math.floor(ms / size)}${unit}`;
  return ms < 0 ? '0s' : `${(ms / 1000).toFixed(1)}s`;
};

export const ageOf = (clock: Clock, instant: string): string =>
  durationText(Math.max(1000, clock.nowMs() - fromInstant(instant)));

// The Swedish way of writing a time is ISO 8601 with a blank.
const localTime = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** `2026-01-31 12:00:05`, in the time zone of this machine. */
export const timeText = (instant: string): string => localTime.format(fromInstant(instant));

export const bytesText = (bytes: number): string => {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let at = 0;
  for (; value >= 1024 && at < names.length - 1; at += 1) value /= 1024;
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${names[at] ?? ''}`;
};

const styles: Readonly<Record<string, Style>> = {
  running: 'green',
  active: 'green',
  succeeded: 'green',
  healthy: 'green',
  progressing: 'blue',
  starting: 'blue',
  joining: 'blue',
  restarting: 'yellow',
  degraded: 'yellow',
  unknown: 'yellow',
  removing: 'yellow',
  rolling: 'blue',
  held: 'yellow',
  rolling_back: 'yellow',
  rolled_back: 'yellow',
  timed_out: 'red',
  skipped: 'dim',
  cancelled: 'dim',
  superseded: 'yellow',
  warning: 'yellow',
  blocked: 'red',
  failed: 'red',
  unhealthy: 'red',
  dead: 'red',
  unreachable: 'red',
  engine_down: 'red',
  stopped: 'dim',
  exited: 'dim',
};

/** A state in its colour. */
export const stateText = (machine: Machine, state: string, shown = state): string => {
  const style = styles[state];
  return style === undefined ? shown : machine.style(style, shown);
};

const durationUnits: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** `1h30m` in milliseconds; undefined when it is no duration. */
export const readDuration = (text: string): number | undefined => {
  if (!/^(?:\d+[dhms])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (durationUnits[unit ?? ''] ?? 0),
    0,
  );
};

/** Where something answers: `127.0.0.1:8080`, `[::1]:8080`. */
export const addressText = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;
