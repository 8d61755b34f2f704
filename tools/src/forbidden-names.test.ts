// The forbidden words are found where they are names, and only there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forbiddenNames } from './forbidden-names.ts';

const table: Record<string, { file: string; text: string; found: string[] }> = {
  'finds a word inside a name': {
    file: 'server/src/a.ts',
    text: 'const hostManager = 1;',
    found: ['server/src/a.ts: hostManager'],
  },
  'finds a member of a type': {
    file: 'server/src/a.ts',
    text: 'interface A { readonly projectId: string }',
    found: ['server/src/a.ts: projectId'],
  },
  'finds the name of a file': {
    file: 'server/src/string-utils.ts',
    text: '',
    found: ['server/src/string-utils.ts: string-utils'],
  },
  'lets Compose have its project': { file: 'compose/src/a.ts', text: 'const projectName = 1;', found: [] },
  'lets a longer word be': { file: 'server/src/a.ts', text: 'const utility = 1; const nodes = 2;', found: [] },
  'does not read comments': { file: 'server/src/a.ts', text: '// const stack = 1', found: [] },
};
for (const [name, { file, text, found }] of Object.entries(table))
  test(`forbiddenNames ${name}`, () => assert.deepEqual(forbiddenNames(file, text), found));
