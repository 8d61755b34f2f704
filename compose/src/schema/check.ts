// Checks a tree against the official JSON schema, as far as that schema uses JSON Schema. It walks our own nodes, so
// every problem has its line, and it makes no code at run time, which a browser's content policy would forbid.
import type { Node, Path } from '#tree/node.ts';
import { kindText } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';

type TypeName = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'array' | 'object';

export type Schema = {
  readonly type?: TypeName | readonly TypeName[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly uniqueItems?: boolean;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
};

/** Reports everything in the tree that the schema does not allow. */
export const checkSchema = (report: Report, root: Schema, node: Node): void => check({ report, root }, root, node, []);

type Context = { readonly report: Report; readonly root: Schema };

export const resolveReference = (root: Schema, schema: Schema): Schema => {
  if (schema.$ref === undefined) return schema;
  return root.definitions?.[schema.$ref.replace('#/definitions/', '')] ?? schema;
};

const check = (context: Context, given: Schema, node: Node, path: Path): void => {
  const schema = resolveReference(context.root, given);
  if (schema.oneOf !== undefined) {
    checkOneOf(context, schema.oneOf, node, path);
    return;
  }
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => hasType(node, type))) {
    reportType(context, types, node, path);
    return;
  }
  if (node.kind === 'scalar') checkScalar(context, schema, node.value, node, path);
  else if (node.kind === 'list') checkList(context, schema, node.items, node, path);
  else checkMap(context, schema, node, path);
};

const typesOf = (schema: Schema): readonly TypeName[] => {
  if (schema.type === undefined) return [];
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
};

const hasType = (node: Node, type: TypeName): boolean => {
  if (node.kind === 'list') return type === 'array';
  if (node.kind === 'map') return type === 'object';
  const { value } = node;
  if (value === null) return type === 'null';
  if (typeof value === 'string') return type === 'string' && node.isDate !== true;
  if (typeof value === 'boolean') return type === 'boolean';
  if (type === 'number') return true;
  return type === 'integer' && (typeof value === 'bigint' || Number.isInteger(value));
};

const typeNames: Readonly<Record<TypeName, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing',
  array: 'a list',
  object: 'a mapping',
};

const orList = (words: readonly string[]): string => {
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`;
};

const reportType = (context: Context, types: readonly TypeName[], node: Node, path: Path): void => {
  const wanted = orList(types.filter((type) => type !== 'null').map((type) => typeNames[type]));
  const key = typeof path.at(-1) === 'number' ? 'This item' : `"${path.at(-1) ?? 'The file'}"`;
  const hint = quoteHint(types, node);
  context.report.error(node.place, path, 'wrong_type', `${key} must be ${wanted}, not ${kindText(node)}.${hint}`);
};

const quoteHint = (types: readonly TypeName[], node: Node): string => {
  if (node.kind !== 'scalar' || !types.includes('string')) return '';
  return node.value === null ? ' Give it a value or remove it.' : ' Put it in quotes.';
};

const checkOneOf = (context: Context, branches: readonly Schema[], node: Node, path: Path): void => {
  const fitting = branches
    .map((branch) => resolveReference(context.root, branch))
    .filter((branch) => branch.oneOf !== undefined || typesOf(branch).some((type) => hasType(node, type)));
  const [first] = fitting;
  if (first !== undefined) {
    check(context, first, node, path);
    return;
  }
  reportType(context, branchTypes(context, branches), node, path);
};

const branchTypes = (context: Context, branches: readonly Schema[]): readonly TypeName[] =>
  branches.flatMap((branch) => {
    const schema = resolveReference(context.root, branch);
    return schema.oneOf === undefined ? typesOf(schema) : branchTypes(context, schema.oneOf);
  });

const checkScalar = (context: Context, schema: Schema, value: unknown, node: Node, path: Path): void => {
  const key = typeof path.at(-1) === 'number' ? 'This item' : `"${path.at(-1) ?? ''}"`;
  if (typeof value === 'string') {
    if (schema.enum !== undefined && !schema.enum.includes(value)) {
      const message = `${key} is "${value}"; it must be ${orList(schema.enum)}.`;
      context.report.error(node.place, path, 'invalid_value', message);
    }
    if (schema.pattern !== undefined && !compiled(schema.pattern).test(value)) {
      const message = `${key} is "${value}", which does not have the form ${schema.pattern}.`;
      context.report.error(node.place, path, 'invalid_value', message);
    }
  }
  const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  if (number === undefined) return;
  if (schema.minimum !== undefined && number < schema.minimum)
    context.report.error(node.place, path, 'invalid_value', `${key} must be ${schema.minimum} or more.`);
  if (schema.maximum !== undefined && number > schema.maximum)
    context.report.error(node.place, path, 'invalid_value', `${key} must be ${schema.maximum} or less.`);
};

const checkList = (context: Context, schema: Schema, items: readonly Node[], node: Node, path: Path): void => {
  for (const [index, item] of items.entries())
    if (schema.items !== undefined) check(context, schema.items, item, [...path, index]);
  if (schema.uniqueItems !== true) return;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const text = identity(item);
    if (seen.has(text)) {
      const message = `The same item is given twice in "${path.at(-1) ?? node.kind}". Remove one of them.`;
      context.report.error(item.place, [...path, index], 'duplicate_key', message);
    }
    seen.add(text);
  }
};

const identity = (node: Node): string => {
  if (node.kind === 'scalar') return `${typeof node.value} ${String(node.value)}`;
  if (node.kind === 'list') return JSON.stringify(node.items.map(identity));
  const keys = [...node.entries.keys()].toSorted();
  return JSON.stringify(keys.map((key) => [key, identity(node.entries.get(key)?.value ?? node)]));
};

const checkMap = (context: Context, schema: Schema, node: Node & { kind: 'map' }, path: Path): void => {
  const patterns = Object.entries(schema.patternProperties ?? {});
  for (const [key, entry] of node.entries) {
    const child = [...path, key];
    const known = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : undefined;
    if (known !== undefined) check(context, known, entry.value, child);
    const matching = patterns.filter(([pattern]) => compiled(pattern).test(key));
    for (const [, pattern] of matching) check(context, pattern, entry.value, child);
    if (known === undefined && matching.length === 0 && schema.additionalProperties === false)
      context.report.error(entry.place, child, 'unknown_key', unknownKeyMessage(context.report, schema, key, path));
  }
  for (const key of schema.required ?? []) {
    if (node.entries.has(key)) continue;
    context.report.error(node.place, path, 'missing_key', `The key "${key}" is missing here. Add it.`);
  }
};

const guessesMax = 20;

const unknownKeyMessage = (report: Report, schema: Schema, key: string, path: Path): string => {
  const names = Object.keys(schema.properties ?? {});
  const where = path.length === 0 ? 'at the top level' : `in "${path.at(-1)}"`;
  if (names.length === 0) return `The name "${key}" ${where} may hold letters, digits, ".", "_" and "-" only.`;
  // A guess takes time, and nobody reads the hundredth one.
  const near = report.problems.length < guessesMax ? nearest(names, key) : undefined;
  const hint = near === undefined ? 'Remove it, or start it with "x-".' : `Did you mean "${near}"?`;
  return `The key "${key}" ${where} is not one of Compose. ${hint}`;
};

/** The known name at most two edits away. */
const nearest = (names: readonly string[], key: string): string | undefined => {
  if (key.length > 40) return undefined;
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(key.length / 2));
  for (const name of names) {
    const distance = editDistance(name, key);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
};

const editDistance = (left: string, right: string): number => {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1;
      current.push(
        Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + change),
      );
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
};

const compiledPatterns = new Map<string, RegExp>();
/** Patterns come from the schema only, so there are few of them. */
const compiled = (pattern: string): RegExp => {
  const known = compiledPatterns.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern, 'u');
  compiledPatterns.set(pattern, made);
  return made;
};
