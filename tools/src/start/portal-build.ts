// Builds the portal when something it is made of has changed since the last build.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '#machine/run-program.ts';
import { root } from '#root.ts';

export const portalFolder = join(root, 'portal/dist');
const stampFile = join(portalFolder, 'build-inputs.txt');
const buildLimitMs = 10 * 60_000;

/** Answers whether it had to build. */
export const buildPortal = async (say: (text: string) => void): Promise<boolean> => {
  const inputs = hashOfInputs();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === inputs) return false;
  say('building the portal …');
  await mustRun(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'portal', '--logLevel', 'warn'],
    {
      folder: root,
      limitMs: buildLimitMs,
      environment: { NODE_ENV: 'production' },
    },
  );
  writeFileSync(stampFile, inputs);
  return true;
};

const hashOfInputs = (): string => {
  const patterns = [
    'portal/{app,public}/**/*.*',
    'portal/*.*',
    'contract/src/**/*.ts',
    'compose/src/**/*.ts',
    'package-lock.json',
  ];
  const hash = createHash('sha256');
  for (const file of globSync(patterns, { cwd: root })
    .filter((name) => !name.endsWith('.test.ts'))
    .sort())
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
};
