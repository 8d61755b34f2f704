// The lint configuration as a value: house rules by hand, layering from layers.ts. `npm run gen` writes .oxlintrc.json.
import { layers, testFiles, type Ban } from './layers.ts';

const pattern = ({ imports, message, typesAllowed, names }: Ban) => ({
  group: imports,
  ...(names === undefined ? {} : { importNames: names }),
  message,
  ...(typesAllowed === true ? { allowTypeImports: true } : {}),
});

const clockMessage = 'Time comes from the Clock of @berth/common/clock.ts, so that a test can hold it still.';
const timeNames = ['Date', 'setTimeout', 'setInterval', 'setImmediate', 'performance'];

const rules = {
  eqeqeq: 'error',
  'no-console': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: false, skipComments: false }],
  'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
  'no-restricted-globals': ['error', ...timeNames.map((name) => ({ name, message: clockMessage }))],
  'import/no-cycle': 'error',
  'unicorn/prefer-node-protocol': 'error',
  'typescript/consistent-type-imports': 'error',
  'typescript/no-explicit-any': 'error',
  'typescript/no-non-null-assertion': 'error',
  'typescript/no-floating-promises': [
    'error',
    { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] }] },
  ],
  'typescript/no-misused-promises': ['error', { checksVoidReturn: false }],
  'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

const purposes = [
  {
    files: ['common/src/clock.ts', 'portal/**', 'tools/**', 'tests/**', ...testFiles],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: [...testFiles, 'tests/**'],
    rules: { 'max-lines': ['error', { max: 600 }], 'max-lines-per-function': 'off' },
  },
  // Texts and tables: long by nature, nothing to follow.
  { files: ['portal/app/i18n/*.ts', 'compose/src/schema/compose-spec.ts'], rules: { 'max-lines': 'off' } },
  // A list of statements and a table of routes: one after the other, no branch.
  { files: ['server/src/db/migrations.ts', 'server/src/http/routes.ts'], rules: { 'max-lines-per-function': 'off' } },
  // Only a process's first file reads the environment; everything below gets values.
  {
    files: ['contract/src/**', 'common/src/**', 'compose/src/**', 'server/src/**', 'docker-server/src/**'],
    rules: { 'node/no-process-env': 'error' },
  },
  { files: ['*/src/main.ts', ...testFiles], rules: { 'node/no-process-env': 'off' } },
  {
    files: ['portal/**'],
    plugins: ['react', 'jsx-a11y'],
    rules: {
      'react/rules-of-hooks': 'error',
      'react/exhaustive-deps': 'error',
      // Tables that CSS lays out anew lose their roles, so ours say them; a region that scrolls must be reachable by key;
      // the first field of a form of one field takes the focus.
      'jsx-a11y/prefer-tag-over-role': 'off',
      'jsx-a11y/no-redundant-roles': 'off',
      'jsx-a11y/no-interactive-element-to-noninteractive-role': 'off',
      'jsx-a11y/no-noninteractive-tabindex': 'off',
      'jsx-a11y/no-autofocus': 'off',
    },
  },
];

const lintConfig = {
  $schema: './node_modules/oxlint/configuration_schema.json',
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'node'],
  categories: { correctness: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['**/node_modules/**', 'portal/dist/**', 'portal/public/**', 'tests/output/**', 'tools/fixtures/**'],
  rules,
  overrides: [
    ...purposes,
    ...layers.map(({ files, bans }) => ({
      files,
      rules: { 'no-restricted-imports': ['error', { patterns: bans.map(pattern) }] },
    })),
  ],
};

/** The text of .oxlintrc.json: one layer a line, so that a changed rule is one changed line. */
export const lintConfigText = (): string => {
  const { overrides, ...rest } = lintConfig;
  const head = JSON.stringify(rest, null, 2).slice(0, -2);
  return `${head},\n  "overrides": [\n${overrides.map((override) => `    ${JSON.stringify(override)}`).join(',\n')}\n  ]\n}\n`;
};
