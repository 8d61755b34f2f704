// Secrets we hand out: 32 random bytes as text, kept only as their SHA-256 (they are too long to guess, so no slow hash).
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `<prefix>_<43 characters>`; the prefix lets people and scanners see what leaked. */
export const newSecret = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
/** Compares without telling by time where two texts differ. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
