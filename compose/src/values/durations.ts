// Durations as Compose writes them: `1h5m30s20ms`, with no default unit. Kept as nanoseconds, as Go keeps them.

const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
};

/** Nanoseconds; undefined when the text is no duration. */
export const readDuration = (text: string): number | undefined => {
  if (text === '0') return 0;
  const match = /^([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+)$/.exec(text);
  if (match === null || text.length > 100) return undefined;
  let total = 0;
  for (const [, number, unit] of (match[2] ?? '').matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)/g))
    total += Number(number) * (unitNanoseconds[unit ?? ''] ?? 0);
  const nanoseconds = Math.round(total);
  if (nanoseconds > 2 ** 63) return undefined;
  return match[1] === '-' ? -nanoseconds : nanoseconds;
};

/** The text Go prints: `1m30s`, `1.5s`, `500ms`, `0s`. */
export const durationText = (nanoseconds: number): string => {
  const size = Math.abs(nanoseconds);
  const sign = nanoseconds < 0 ? '-' : '';
  if (size === 0) return '0s';
  if (size < 1e3) return `${sign}${size}ns`;
  if (size < 1e6) return `${sign}${size / 1e3}µs`;
  if (size < 1e9) return `${sign}${size / 1e6}ms`;
  const hours = Math.floor(size / 3600e9);
  const minutes = Math.floor((size % 3600e9) / 60e9);
  const seconds = (size % 60e9) / 1e9;
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '';
  return `${sign}${head}${seconds}s`;
};
