// Every code that the server can say has words in every language. The codes are read out of the sources of those who say
// them, so that a new one without words fails here and not in front of a reader.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { errorCodes } from '@berth/contract/errors.ts';
import { operationKinds } from '@berth/contract/applications.ts';
import { en } from './en.ts';
import { problemsZh } from './problems-zh.ts';
import { zh } from './zh.ts';

const root = resolve(import.meta.dirname, '../../..');

const sourcesOf = (folder: string): string[] =>
  globSync(`${root}/${folder}/**/*.ts`)
    .filter((path) => !path.endsWith('.test.ts') && !path.includes('/testing/'))
    .map((path) => readFileSync(path, 'utf8'));

/** Where a code stands: after `reason:` or `code:`, in a constant of such a name, first in a call that makes a failure. */
const places: readonly RegExp[] = [
  /\b(?:reason|code)\??:\s*([^\n]*(?:\n\s+[|?:] [^\n]*)*)/g,
  /\bconst (?:reason|code)\b[^=]*=([^;]*);/g,
  /\b(?:fail|fails|failed|refuse)\((?:[\w.]+, ?)?('[a-z_]+')/g,
];
const comparison = /[!=]==\s*'[^']*'/g;
/** Words of types, and of other fields that happen to stand on the same lines. */
const noCodes: ReadonlySet<string> = new Set(['string', 'running']);

const codesIn = (folders: readonly string[]): Set<string> => {
  const codes = folders
    .flatMap(sourcesOf)
    .flatMap((text) => places.flatMap((place) => [...text.matchAll(place)]))
    .flatMap((match) => [...(match[1] ?? '').replaceAll(comparison, '').matchAll(/'([a-z]+(?:_[a-z]+)*)'/g)])
    .map((literal) => literal[1] ?? '');
  return new Set(codes.filter((code) => !noCodes.has(code)));
};

const without = (codes: Iterable<string>, words: object): string[] =>
  [...codes].filter((code) => !Object.hasOwn(words, code)).sort();

const reasons = new Set([
  // An error that ends an operation, or stands in a condition, is its reason.
  ...Object.keys(errorCodes),
  ...operationKinds.flatMap((kind) => [kind, `${kind}_done`, `${kind}_failed`]),
  ...codesIn(['server/src/applications', 'server/src/jobs', 'server/src/hooks', 'server/src/orchestration']),
]);

test('the search finds codes that are known to be there', () => {
  for (const code of ['exits_at_once', 'out_of_memory', 'upgrade_held', 'former_runs_on', 'no_room'])
    assert.ok(reasons.has(code), code);
});

/** Codes that stand as keys of a table in a source. */
const keysOf = (path: string, table: RegExp): string[] => {
  const text = table.exec(readFileSync(`${root}/${path}`, 'utf8'))?.[1] ?? '';
  return [...text.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1] ?? '');
};

const remedies = keysOf('server/src/applications/application-conditions.ts', /const remedies[^{]*\{([^}]*)\}/);

for (const [language, words] of Object.entries({ en, zh })) {
  test(`every remedy of a condition has words in ${language}`, () => {
    assert.ok(remedies.includes('exits_at_once'));
    assert.deepEqual(without(remedies, words.remedy), []);
  });

  test(`every reason of conditions, events, operations and runs has words in ${language}`, () =>
    assert.deepEqual(without(reasons, words.reason), []));

  test(`every error code has words in ${language}`, () =>
    assert.deepEqual(without(Object.keys(errorCodes), words.code), []));
}

test('every kind of problem of Compose files has words in zh', () => {
  const codes = keysOf('compose/src/bundle.ts', /problemCodes = \{([^}]*)\}/);
  assert.ok(codes.includes('yaml_syntax'));
  assert.deepEqual(without(codes, { ...problemsZh, ...zh.reason }), []);
});

test('every refusal of a policy and of an import has words in zh', () => {
  const codes = codesIn(['server/src/policy', 'server/src/imports']);
  assert.ok(codes.has('privileged') && codes.has('two_volumes'));
  assert.deepEqual(without(codes, { ...problemsZh, ...zh.reason }), []);
});

test('every kind of problem is said in Chinese', () => {
  for (const [code, text] of Object.entries(problemsZh)) assert.match(text, /\p{Script=Han}/u, code);
});
