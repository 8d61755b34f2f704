// Seals what has to be read again but not by whoever reads the database: AES-256-GCM under the master key. A sealed text is
// bound to its purpose and its row, so that one row's cannot be put into another.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PlatformError } from '@berth/common/platform-error.ts';

export interface Sealer {
  readonly seal: (text: string, place: SealedPlace) => string;
  /** Throws when it was sealed under another key, for another place, or was changed. */
  readonly open: (sealed: string, place: SealedPlace) => string;
}

export interface SealedPlace {
  /** What kind of secret it is: `hook`. */
  readonly purpose: string;
  /** The row's id. */
  readonly row: string;
}

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
// Tells a later form from this one.
const version = 's1';

export const makeSealer = (key: Buffer): Sealer => ({
  seal: (text, place) => {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  },
  open: (sealed, place) => {
    const [form, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    if (form !== version || bytes.length < nonceBytes + tagBytes) throw cannotOpen(place);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      .setAAD(boundTo(place))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
    } catch (thrown) {
      throw cannotOpen(place, thrown);
    }
  },
});

const boundTo = ({ purpose, row }: SealedPlace): Buffer => Buffer.from(JSON.stringify([version, purpose, row]), 'utf8');

const cannotOpen = ({ purpose, row }: SealedPlace, cause?: unknown): PlatformError =>
  new PlatformError('bug', 'A sealed value cannot be opened with this master key', { purpose, row }, cause);
