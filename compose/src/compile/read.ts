// Reads values out of a model that is known to have its long form; what is absent is undefined.
import { readDuration } from '#values/durations.ts';
import { readSize } from '#values/sizes.ts';
import type { MapNode, Node } from '#tree/node.ts';
import { entriesOf, get, itemsOf, numberOf, scalarText, textOf } from '#tree/node.ts';

/** The text of a scalar, numbers and booleans included. */
export const looseText = (node: Node | undefined): string | undefined =>
  node?.kind === 'scalar' && node.value !== null ? scalarText(node) : undefined;

export const texts = (node: Node | undefined): string[] | undefined => {
  if (node?.kind !== 'list') return undefined;
  const found = itemsOf(node)
    .map(looseText)
    .filter((text) => text !== undefined);
  return found.length === 0 ? undefined : found;
};

/** Own properties only, whatever the keys are called. */
export const textRecord = (node: Node | undefined): Record<string, string> =>
  Object.fromEntries(entriesOf(node).map(([key, { value }]) => [key, looseText(value) ?? '']));

export const optionalRecord = (node: Node | undefined): Record<string, string> | undefined =>
  entriesOf(node).length === 0 ? undefined : textRecord(node);

export const bytesOf = (node: Node | undefined): number | undefined => {
  const text = looseText(node);
  return text === undefined ? undefined : readSize(text);
};

export const millisecondsOf = (node: Node | undefined): number | undefined => {
  const text = textOf(node);
  const nanoseconds = text === undefined ? undefined : readDuration(text);
  return nanoseconds === undefined ? undefined : nanoseconds / 1e6;
};

export const wholeOf = (node: Node | undefined): number | undefined => {
  const text = looseText(node);
  if (text === undefined) return undefined;
  const value = numberOf(node) ?? Number(text);
  return Number.isFinite(value) ? Math.trunc(value) : undefined;
};

/** The object without the keys whose value is undefined. */
export const present = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

export const section = (root: MapNode, key: string): readonly (readonly [string, Node])[] =>
  entriesOf(get(root, key)).map(([name, { value }]) => [name, value] as const);

export const extraHostsOf = (node: Node): unknown[] | undefined => {
  const lines = (texts(get(node, 'extra_hosts')) ?? []).map((text) => {
    const equals = text.indexOf('=');
    return [text.slice(0, equals), text.slice(equals + 1)] as const;
  });
  // A variable without a value leaves a host without an address, of which a warning has told.
  const whole = lines.filter(([, address]) => address !== '');
  return whole.length === 0 ? undefined : whole;
};
