// Reads plain YAML scalars the way Compose's own reader does: YAML 1.2 booleans, the integers of both versions of
// YAML (`010` is eight), and no base-60 numbers, so that a port pair like 22:22 stays text.
import type { Scalar } from '#tree/node.ts';

export type PlainScalar = { readonly value: Scalar; readonly isDate?: boolean; readonly isFloat?: boolean };

export const readPlainScalar = (source: string): PlainScalar => {
  const word = words.get(source);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(source) || source.length > numberLengthMax) return { value: source };
  if (datePattern.test(source)) return { value: source, isDate: true };
  const digits = source.replaceAll('_', '');
  const integer = readInteger(digits);
  if (integer !== undefined) return { value: integer };
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(digits))
    return { value: Number(digits), isFloat: true };
  return { value: source };
};

/** Longer runs of digits are text to a person and only slow to a machine. */
const numberLengthMax = 400;

const words: ReadonlyMap<string, PlainScalar> = new Map<string, PlainScalar>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { value: null }] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { value: true }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { value: false }] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, infinite(Infinity)] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, infinite(-Infinity)] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, infinite(Number.NaN)] as const),
]);

function infinite(value: number): PlainScalar {
  return { value, isFloat: true };
}

const datePattern =
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d{2})?))?)?$/;

const readInteger = (digits: string): number | bigint | undefined => {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(digits);
  if (match === null) return undefined;
  const text = match[2] ?? '';
  const size = BigInt(/^0[0-7]/.test(text) ? `0o${text.slice(1)}` : text);
  // Compose's reader makes a float of what its widest integer cannot hold.
  if (size > 0xffff_ffff_ffff_ffffn) return undefined;
  const value = match[1] === '-' ? -size : size;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
};
