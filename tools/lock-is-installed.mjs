// Exits 0 when node_modules holds just what package-lock.json says. Runs on any Node from 20, before anything is installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2] ?? '.';
const packagesOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

const isInstalled = () => {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  const same = (name) =>
    wanted[name]?.version === installed[name]?.version && wanted[name]?.integrity === installed[name]?.integrity;
  const names = Object.keys(wanted).filter(
    (name) => name.startsWith('node_modules/') || name.includes('/node_modules/'),
  );
  return (
    names.every((name) => (installed[name] === undefined ? wanted[name].optional === true : same(name))) &&
    Object.keys(installed).every((name) => wanted[name] !== undefined)
  );
};

try {
  process.exitCode = isInstalled() ? 0 : 1;
} catch {
  // No lock file or no node_modules yet.
  process.exitCode = 1;
}
