// The one-time code of the first run: kept in a file only the machine's administrator can read, gone once used.
// There is no default account and no open set-up page.
import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { sameSecret } from './secret.ts';

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export interface SetupCode {
  /** The code; made when there is none yet. */
  readonly read: () => string;
  readonly fits: (given: string) => boolean;
  /** After set-up: the code is no more. */
  readonly spend: () => void;
}

export const makeSetupCode = (file: string): SetupCode => {
  const known = (): string | undefined => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw thrown;
    }
  };
  const read = (): string => {
    const kept = known();
    if (kept !== undefined && kept !== '') return kept;
    const group = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('');
    const code = `${group()}-${group()}-${group()}-${group()}`;
    writeFileSync(file, `${code}\n`, { mode: 0o600 });
    return code;
  };
  return {
    read,
    fits: (given) => sameSecret(given.trim().toUpperCase(), read()),
    spend: () => rmSync(file, { force: true }),
  };
};
