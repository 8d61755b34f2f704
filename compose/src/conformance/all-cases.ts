// All conformance cases: those shared with other programs, and our own. Only for tests and tools.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConformanceCase } from './cases.ts';
import { parseCases } from './cases.ts';

const here = dirname(fileURLToPath(import.meta.url));

export const sharedCases = (): readonly ConformanceCase[] => casesIn(join(here, 'cases'));
export const ownCases = (): readonly ConformanceCase[] => casesIn(join(here, 'own'));
export const allCases = (): readonly ConformanceCase[] => [...sharedCases(), ...ownCases()];

/** The whole models another program gave for cases of our own. */
export const answersFile = (oracle: string): string => join(here, 'answers', `${oracle}.json`);

const casesIn = (folder: string): readonly ConformanceCase[] =>
  readdirSync(folder)
    .toSorted()
    .flatMap((name) => parseCases(readFileSync(join(folder, name), 'utf8')));
