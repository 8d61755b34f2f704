// Small pieces for printing: values with `$` doubled, so that nothing is filled in again, and mappings without what is
// absent or empty.
import type { Plain } from './yaml-text.ts';

export type Fields = { readonly [key: string]: Plain };

/** Values of Compose files are filled with variables; their keys never are. */
export function escaped(text: string): string;
export function escaped(text: string | undefined): string | undefined;
export function escaped(text: string | undefined): string | undefined {
  return text?.replaceAll('$', '$$$$');
}

export const escapedList = (texts: readonly string[] | undefined): readonly string[] | undefined =>
  texts?.map((text) => escaped(text));

export const escapedTexts = (texts: Readonly<Record<string, string | null>> = {}): Fields =>
  changed(texts, (text) => (text === null ? null : escaped(text)));

export const changed = <Value>(record: Readonly<Record<string, Value>>, change: (value: Value) => Plain): Fields =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** undefined where there is nothing in it. */
export const filled = (fields: Fields): Fields | undefined => (Object.keys(fields).length === 0 ? undefined : fields);

export const present = (fields: { readonly [key: string]: Plain | undefined }): Fields => {
  const result: Record<string, Plain> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) result[key] = value;
  return result;
};
