// A folder for one test process, gone when the process ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
