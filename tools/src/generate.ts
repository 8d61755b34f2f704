// `npm run gen`: writes every generated file anew.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated-files.ts';
import { root } from './root.ts';

for (const { path, makeText } of generatedFiles) {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, makeText());
  process.stdout.write(`wrote ${path}\n`);
}
