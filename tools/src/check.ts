// `npm run check`: format, lint, types, dead code, tidy and unit tests. What to run before every commit.
import { root } from './root.ts';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const { status } = spawnSync(process.execPath, [join(root, 'tools/src/test-run.ts'), 'check', 'unit'], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
