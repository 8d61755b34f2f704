// Fills variables into every value of a tree (never into keys) and then reads the keys that hold numbers and booleans
// as such, so that `replicas: "${N}"` is a number by the time the schema looks.
import type { Entry, MapNode, Node, Path, Place, ScalarNode } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import type { Cast, CastTree } from './casts.ts';
import { castTree, readBoolean, readNumber, readWholeNumber } from './casts.ts';
import type { Lookup } from './template.ts';
import { fillTemplate } from './template.ts';

export type Interpolation = {
  readonly report: Report;
  readonly lookup: Lookup;
  readonly unset: UnsetVariables;
  readonly produced: { characters: number };
};

/** Variables used without a default that are not set, with the first place of each. */
export type UnsetVariables = Map<string, { place: Place | undefined; path: Path }>;

export const interpolate = (context: Interpolation, node: Node): Node => walk(context, node, [], castTree);

const walk = (context: Interpolation, node: Node, path: Path, casts: CastTree | undefined): Node => {
  if (node.kind === 'scalar') return walkScalar(context, node, path, casts?.cast);
  if (node.kind === 'list') {
    const inner = casts?.children.get('*');
    return { ...node, items: node.items.map((item, index) => walk(context, item, [...path, index], inner)) };
  }
  return walkMap(context, node, path, casts);
};

const walkMap = (context: Interpolation, node: MapNode, path: Path, casts: CastTree | undefined): MapNode => {
  const entries = new Map<string, Entry>();
  for (const [key, { place, value }] of node.entries) {
    const inner = casts?.children.get(key) ?? casts?.children.get('*');
    entries.set(key, { place, value: walk(context, value, [...path, key], inner) });
  }
  return { ...node, entries };
};

const walkScalar = (context: Interpolation, node: ScalarNode, path: Path, cast: Cast | undefined): ScalarNode => {
  if (typeof node.value !== 'string' || node.isDate === true) return node;
  const value = node.value.includes('$') ? fillAt(context, node, path, node.value) : node.value;
  if (cast !== undefined) return applyCast(context, node, path, cast, value);
  return value === node.value ? node : { ...node, value };
};

const fillAt = (context: Interpolation, node: ScalarNode, path: Path, text: string): string =>
  fillTemplate(
    {
      lookup: context.lookup,
      produced: context.produced,
      unset: (name) => {
        if (!context.unset.has(name)) context.unset.set(name, { place: node.place, path });
      },
      fault: ({ code, message, isWarning }) => {
        if (isWarning === true) context.report.warn(node.place, path, code, message);
        else context.report.error(node.place, path, code, message);
      },
    },
    text,
  );

const castNames: Readonly<Record<Cast, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
};

const applyCast = (context: Interpolation, node: ScalarNode, path: Path, cast: Cast, text: string): ScalarNode => {
  const value = readAs(cast, text);
  if (value !== undefined) return { ...node, value };
  const from = node.value === text ? '' : ` (from "${String(node.value)}")`;
  const message = `"${path.at(-1)}" is "${text}"${from}; it must be ${castNames[cast]}.`;
  context.report.error(node.place, path, 'bad_cast', message);
  return { ...node, value: text };
};

const readAs = (cast: Cast, text: string): boolean | number | undefined => {
  if (cast === 'boolean') return readBoolean(text);
  if (cast === 'integer') return readWholeNumber(text);
  return readNumber(text);
};
