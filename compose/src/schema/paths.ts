// Every key the schema knows, as paths in which `*` stands for a name or a list item: `services.*.deploy.replicas`.
import type { Schema } from './check.ts';
import { resolveReference } from './check.ts';

export const schemaPaths = (root: Schema): readonly string[] => {
  const found = new Set<string>();
  collect(root, root, [], found, []);
  return [...found].toSorted();
};

const collect = (
  root: Schema,
  given: Schema,
  path: readonly string[],
  found: Set<string>,
  open: readonly Schema[],
): void => {
  const schema = resolveReference(root, given);
  if (open.includes(schema)) return;
  const inner = [...open, schema];
  for (const branch of schema.oneOf ?? []) collect(root, branch, path, found, inner);
  if (schema.items !== undefined) collect(root, schema.items, [...path, '*'], found, inner);
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    found.add([...path, key].join('.'));
    collect(root, child, [...path, key], found, inner);
  }
  for (const [pattern, child] of Object.entries(schema.patternProperties ?? {}))
    if (pattern !== '^x-') collect(root, child, [...path, '*'], found, inner);
};
