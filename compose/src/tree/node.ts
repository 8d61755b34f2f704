// The tree every phase works on: YAML values with the place they were written. Trees are never changed in place, so
// an anchor's value can be shared by all its aliases.

export type Place = { readonly file: string; readonly line: number; readonly column: number };
export type Scalar = string | number | bigint | boolean | null;
/** `!reset` removes the key from what was merged before, `!override` replaces it. */
export type MergeTag = 'reset' | 'override';

export type ScalarNode = {
  readonly kind: 'scalar';
  readonly value: Scalar;
  /** A plain scalar that YAML 1.1 calls a timestamp: text to us, but no text where Compose wants one. */
  readonly isDate?: boolean;
  /** Written as a float, so that `1.0` is no integer. */
  readonly isFloat?: boolean;
  readonly place: Place;
  readonly tag?: MergeTag;
};
export type ListNode = {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly place: Place;
  readonly tag?: MergeTag;
};
export type Entry = { readonly place: Place; readonly value: Node };
export type MapNode = {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly place: Place;
  readonly tag?: MergeTag;
};
export type Node = ScalarNode | ListNode | MapNode;
export type Path = readonly (string | number)[];

export const scalar = (value: Scalar, place: Place): ScalarNode => ({ kind: 'scalar', value, place });
export const list = (items: readonly Node[], place: Place): ListNode => ({ kind: 'list', items, place });
export const map = (entries: ReadonlyMap<string, Entry>, place: Place): MapNode => ({ kind: 'map', entries, place });

export const isNull = (node: Node | undefined): boolean => node?.kind === 'scalar' && node.value === null;

/** The value under a key, where the node is a mapping that has it. */
export const get = (node: Node | undefined, ...keys: readonly string[]): Node | undefined => {
  let current = node;
  for (const key of keys) current = current?.kind === 'map' ? current.entries.get(key)?.value : undefined;
  return current;
};

/** The same mapping with one key set, in its old position if it was there. */
export const set = (node: MapNode, key: string, value: Node): MapNode => {
  const entries = new Map(node.entries);
  entries.set(key, { place: node.entries.get(key)?.place ?? value.place, value });
  return { ...node, entries };
};

export const without = (node: MapNode, ...keys: readonly string[]): MapNode => {
  if (!keys.some((key) => node.entries.has(key))) return node;
  const entries = new Map(node.entries);
  for (const key of keys) entries.delete(key);
  return { ...node, entries };
};

/** The mapping with every value passed through a function; undefined removes the key. */
export const mapValues = (node: MapNode, change: (value: Node, key: string) => Node | undefined): MapNode => {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    const value = change(entry.value, key);
    if (value !== undefined) entries.set(key, value === entry.value ? entry : { place: entry.place, value });
  }
  return { ...node, entries };
};

/** Changes the value under one key, where the key is there. */
export const update = (node: MapNode, key: string, change: (value: Node) => Node | undefined): MapNode => {
  const entry = node.entries.get(key);
  if (entry === undefined) return node;
  const value = change(entry.value);
  if (value === undefined) return without(node, key);
  return value === entry.value ? node : set(node, key, value);
};

export const textOf = (node: Node | undefined): string | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
export const boolOf = (node: Node | undefined): boolean | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : undefined;
export const numberOf = (node: Node | undefined): number | undefined => {
  if (node?.kind !== 'scalar') return undefined;
  if (typeof node.value === 'bigint') return Number(node.value);
  return typeof node.value === 'number' ? node.value : undefined;
};
export const itemsOf = (node: Node | undefined): readonly Node[] => (node?.kind === 'list' ? node.items : []);
export const entriesOf = (node: Node | undefined): readonly (readonly [string, Entry])[] =>
  node?.kind === 'map' ? [...node.entries] : [];

/** The text Compose makes of a number or a boolean where text is wanted: Go's own way of printing them. */
export const scalarText = (node: ScalarNode): string => {
  const { value } = node;
  if (typeof value !== 'number') return value === null ? '' : String(value);
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (Object.is(value, -0)) return node.isFloat === true ? '-0' : '0';
  if (node.isFloat !== true && Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6 || exponentOf(size) >= 6) ? goExponent(value) : String(value);
};

const exponentOf = (size: number): number => Number(size.toExponential().split('e')[1]);

const goExponent = (value: number): string =>
  value.toExponential().replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);

/** `services.web.ports[0]`; keys with other characters are put in quotes. */
export const pathText = (path: Path): string => {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
};

export const kindText = (node: Node): string => {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  if (node.value === null) return 'empty';
  if (node.isDate === true) return 'a date';
  if (typeof node.value === 'string') return 'text';
  return typeof node.value === 'boolean' ? 'a boolean' : 'a number';
};

/** How many values a tree holds. */
export const countNodes = (node: Node): number => {
  if (node.kind === 'scalar') return 1;
  let count = 1;
  if (node.kind === 'list') for (const item of node.items) count += countNodes(item);
  else for (const { value } of node.entries.values()) count += countNodes(value);
  return count;
};

/** Same shape and same values, wherever they were written. */
export const isSame = (left: Node, right: Node): boolean => {
  if (left.kind === 'scalar') return right.kind === 'scalar' && left.value === right.value;
  if (left.kind === 'list') {
    if (right.kind !== 'list' || left.items.length !== right.items.length) return false;
    return left.items.every((item, index) => {
      const other = right.items[index];
      return other !== undefined && isSame(item, other);
    });
  }
  if (right.kind !== 'map' || left.entries.size !== right.entries.size) return false;
  for (const [key, entry] of left.entries) {
    const other = right.entries.get(key);
    if (other === undefined || !isSame(entry.value, other.value)) return false;
  }
  return true;
};
