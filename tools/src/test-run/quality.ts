// The checks that are no node:test: format, lint, types, dead code, portal build. Each counts as one test.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram } from '#machine/run-program.ts';
import { root } from '#root.ts';
import { buildPortal } from '#start/portal-build.ts';
import type { Phase } from './phase.ts';

const limitMs = 10 * 60_000;

const program = async (write: (text: string) => void, name: string, args: readonly string[]): Promise<boolean> => {
  const { code, output } = await runProgram(join(root, 'node_modules/.bin', name), args, { folder: root, limitMs });
  if (code !== 0) write(output);
  return code === 0;
};

const oneTest = (name: string, holds: (write: (text: string) => void) => Promise<boolean>): Phase => ({
  name,
  run: async (write) => ((await holds(write)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }),
});

// A tsconfig for each member, and one more where its tests see more than its code.
const checkTypes = async (write: (text: string) => void): Promise<boolean> => {
  const configs = globSync('*/tsconfig*.json', { cwd: root })
    .filter((file) => !file.startsWith('node_modules'))
    .sort();
  const waiting = configs.values();
  let good = configs.length > 0;
  const work = async () => {
    for (const config of waiting)
      if (!(await program(write, 'tsc', [...tscOptions(config), '-p', config]))) good = false;
  };
  await Promise.all([work(), work()]);
  return good;
};

// What was found last time is kept, so that a second run looks only at what changed.
const tscOptions = (config: string): readonly string[] => {
  const kept = join(root, 'node_modules/.cache/tsc', `${config.replace('/', '-')}.tsbuildinfo`);
  return ['--pretty', 'false', '--incremental', '--tsBuildInfoFile', kept];
};

// Without the tests, everything made for tests looks unused; the run with the tests judges it.
const productKnipConfig = (): string => {
  const config = JSON.parse(readFileSync(join(root, 'knip.json'), 'utf8')) as Record<string, unknown>;
  const file = join(root, 'node_modules/.cache/knip-product.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({
      ...config,
      ignoreWorkspaces: ['test', 'tests'],
      ignoreIssues: {
        '**/{testing,simulated,conformance}/**': ['exports', 'types'],
        '**/*-conformance.ts': ['exports', 'types'],
      },
    }),
  );
  return file;
};

export const qualityPhases: readonly Phase[] = [
  oneTest('format', (write) => program(write, 'oxfmt', ['--check', '.'])),
  oneTest('lint', (write) => program(write, 'oxlint', ['--deny-warnings'])),
  oneTest('types', checkTypes),
  oneTest('dead code', (write) => program(write, 'knip', ['--no-progress', '--no-config-hints'])),
  oneTest('dead code of the product', (write) =>
    program(write, 'knip', ['--no-progress', '--no-config-hints', '--production', '-c', productKnipConfig()]),
  ),
  oneTest('portal build', async (write) => {
    await buildPortal((text) => write(`${text}\n`));
    return true;
  }),
];
