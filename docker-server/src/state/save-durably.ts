// Small files that must survive a loss of power: the old text or the new one, never half of either.
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Written, on the disk, and only then in place of the old one. */
export const saveDurably = (file: string, text: string, mode = 0o600): void => {
  const fresh = `${file}.new`;
  const descriptor = openSync(fresh, 'w', mode);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};
