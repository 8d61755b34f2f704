// Applications in the shape of what popular projects publish: folders of tests/system/popular/ as publications, and the small
// images they are made of.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Publication } from '@berth/contract/applications.ts';
import type { Lab } from './lab.ts';

const folder = join(import.meta.dirname, '../system/popular');

export const popularApplications: readonly string[] = readdirSync(folder).filter((name) => name !== 'images');

/** All files of the folder; the Compose file is `main`, or what it is commonly called. */
export const popular = (name: string, more: Partial<Publication> = {}, main: readonly string[] = []): Publication => {
  const files = Object.fromEntries(filesBelow(join(folder, name), join(folder, name)));
  const usual = ['compose.yaml', 'docker-compose.yml'].filter((file) => file in files);
  return { name, bundle: { files, main: main.length === 0 ? usual : [...main] }, ...more };
};

const filesBelow = (root: string, place: string): [string, string][] =>
  readdirSync(place, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(place, entry.name);
    return entry.isDirectory() ? filesBelow(root, path) : [[relative(root, path), readFileSync(path, 'utf8')]];
  });

/** `lab/site:1` and the others; each is a program on top of `lab/idle:1`. */
export const buildPopularImages = async (lab: Lab): Promise<void> => {
  for (const name of ['site', 'store', 'job', 'worker', 'ticker'])
    await lab.engine.docker('build', '-q', '-t', `lab/${name}:1`, '--target', name, join(folder, 'images'));
};
