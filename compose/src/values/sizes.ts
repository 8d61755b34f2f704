// Sizes as Docker writes them: whole or broken numbers with a unit of a power of 1024, in any case.

/** Bytes; undefined when the text is no size. */
export const readSize = (text: string): number | undefined => {
  if (/^-?\d{1,18}$/.test(text)) return Number(text);
  const match = /^(\+?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?) ?(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text);
  if (match === null || text.length > 60) return undefined;
  const [, number = '', unit] = match;
  const power = unit === undefined ? 0 : 'kmgtp'.indexOf(unit.toLowerCase()) + 1;
  return Math.floor(Number(number) * 1024 ** power);
};
