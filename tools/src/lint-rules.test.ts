// Every rule of the lint configuration fires on a known-bad file, and only where that file says so. A rule that names a
// folder nobody has, or a pattern that matches nothing, would otherwise pass in silence for ever.
import assert from 'node:assert/strict';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { layers } from './lint/layers.ts';
import { lintConfigText } from './lint/lint-config.ts';
import { runProgram } from './machine/run-program.ts';
import { root } from './root.ts';

interface Finding {
  readonly place: string;
  readonly rule: string;
  readonly help: string;
}

// A copy outside the repository, so that the paths below it are those the rules name.
const folder = mkdtempSync(join(tmpdir(), 'berth-lint-'));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(root, 'tools/fixtures/lint'), folder, { recursive: true });
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
writeFileSync(join(folder, '.oxlintrc.json'), lintConfigText());
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { types: ['node'], jsx: 'react-jsx' },
    include: ['**/*'],
  }),
);

const lint = async (): Promise<readonly Finding[]> => {
  const oxlint = join(root, 'node_modules/.bin/oxlint');
  const { output } = await runProgram(oxlint, ['-f', 'json'], { folder, limitMs: 120_000 });
  const { diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] };
  return diagnostics.map(({ filename, code, help, labels }) => ({
    place: `${filename}:${labels[0]?.span.line ?? 0}`,
    rule: /\(([\w-]+)\)$/.exec(code)?.[1] ?? code,
    help: help ?? '',
  }));
};
interface Diagnostic {
  readonly filename: string;
  readonly code: string;
  readonly help?: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

const expectations = (): readonly string[] =>
  globSync('**/*.{ts,tsx}', { cwd: folder, exclude: ['node_modules'] }).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        (/\/\/ expect: ([\w -]+)$/.exec(line)?.[1] ?? '')
          .split(' ')
          .filter((rule) => rule !== '')
          .map((rule) => `${file}:${index + 1} ${rule}`),
      ),
  );

const findings = await lint();

test('lint finds in the known-bad files what they say, and nothing else', () => {
  const found = [...new Set(findings.map(({ place, rule }) => `${place} ${rule}`))].sort();
  assert.deepEqual(found, [...expectations()].sort());
});

test('every rule that is switched on by name fires on a known-bad file', () => {
  const config = JSON.parse(lintConfigText()) as { rules: object; overrides: { rules: object }[] };
  const named = [config, ...config.overrides].flatMap(({ rules }) =>
    Object.entries(rules)
      .filter(([, level]) => level !== 'off')
      .map(([name]) => name.replace(/^.*\//, '')),
  );
  const fired = new Set(findings.map(({ rule }) => rule));
  assert.deepEqual(
    [...new Set(named)].filter((rule) => !fired.has(rule)),
    [],
  );
});

test('every ban of the layering fires on a known-bad file', () => {
  const fired = new Set(findings.map(({ help }) => help));
  const messages = layers.flatMap(({ bans }) => bans.map(({ message }) => message));
  assert.deepEqual(
    [...new Set(messages)].filter((message) => !fired.has(message)),
    [],
  );
});
