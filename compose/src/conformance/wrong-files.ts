// Every wrong file we know the right answer to: the library's tests read them, and the system test publishes each.
import { carriedFiles } from './wrong/carried.ts';
import { formFiles } from './wrong/form.ts';
import { limitsFiles } from './wrong/limits.ts';
import { reachFiles } from './wrong/reach.ts';
import { valuesFiles } from './wrong/values.ts';
import type { WrongFile } from './wrong/wrong-file.ts';

export const wrongFiles: readonly WrongFile[] = [
  ...limitsFiles,
  ...formFiles,
  ...reachFiles,
  ...valuesFiles,
  ...carriedFiles,
];
