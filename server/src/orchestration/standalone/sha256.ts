// The hash that tells whether a container is already right: 32 hexadecimal digits of SHA-256.
import { createHash } from 'node:crypto';

export const sha256: (text: string) => string = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);
