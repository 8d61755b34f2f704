// The files people write: everything of the repository but what is installed, built, generated or made wrong on purpose.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

const notOurs = [
  '**/node_modules/**',
  'portal/dist/**',
  'tests/output/**',
  'data/**',
  'tools/fixtures/**',
  'compose/src/schema/compose-spec.ts',
  'package-lock.json',
];

/** Paths below the root, sorted. */
export const filesLike = (...patterns: readonly string[]): readonly string[] =>
  globSync([...patterns], { cwd: root, exclude: notOurs }).sort();

export const readText = (file: string): string => readFileSync(join(root, file), 'utf8');

export const codeFiles = (): readonly string[] => filesLike('*/**/*.{ts,tsx,mjs}');
