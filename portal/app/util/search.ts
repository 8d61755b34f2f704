// What stands behind the `?` of an address is written by anybody; here it is read with care.
const trailMaximum = 100;

/** Text, also when it looks like a number; nothing for anything else, or for the empty text. */
export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Cursors of the pages gone through so far; the last is the page shown. */
export const trailOf = (value: unknown): readonly string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const trail = value.map(textOf).filter((cursor) => cursor !== undefined);
  return trail.length === 0 || trail.length > trailMaximum ? undefined : trail;
};

/** A whole number from 1, such as that of a revision. */
export const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 ? number : undefined;
};
