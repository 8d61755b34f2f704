// What a Docker Server keeps between runs: its key, who it is to the portal, and on which machine it was made.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { idSchema } from '@berth/contract/ids.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { saveDurably } from './save-durably.ts';

const identitySchema = z.strictObject({ host: idSchema('host'), name: z.string() });
export type Identity = z.infer<typeof identitySchema>;

export interface StateFolder {
  readonly path: string;
  /** Ed25519, SPKI, base64. */
  readonly publicKey: string;
  readonly sign: (message: string) => string;
  readonly identity: () => Identity | undefined;
  readonly keepIdentity: (identity: Identity) => void;
}

/** Opens the folder, or makes it. Throws `wrong_state` when it was made on another machine. */
export const openStateFolder = (path: string, fingerprint = machineFingerprint()): StateFolder => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  requireSameMachine(join(path, 'machine'), fingerprint);
  const key = openKey(join(path, 'key.pem'));
  const identityFile = join(path, 'identity.json');
  return {
    path,
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    sign: (message) => sign(null, Buffer.from(message), key).toString('base64'),
    identity: () =>
      existsSync(identityFile) ? identitySchema.parse(JSON.parse(readFileSync(identityFile, 'utf8'))) : undefined,
    keepIdentity: (identity) => saveDurably(identityFile, JSON.stringify(identity)),
  };
};

const requireSameMachine = (file: string, fingerprint: string): void => {
  if (!existsSync(file)) saveDurably(file, fingerprint);
  else if (readFileSync(file, 'utf8') !== fingerprint)
    throw new PlatformError(
      'wrong_state',
      'The state folder was made on another machine, and two hosts must not share one key. Remove it and join anew.',
      { file },
    );
};

const openKey = (file: string): KeyObject => {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    saveDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }
  return createPrivateKey(readFileSync(file, 'utf8'));
};

/** The same after a restart, another on a copy of the disk. */
const machineFingerprint = (): string => {
  const machineId = existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : '';
  return createHash('sha256').update(`${machineId}\n${hostname()}`).digest('hex');
};
