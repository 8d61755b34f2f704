// Makes ids: ten characters of time, sixteen of chance, in Crockford's base 32, lower case.
import { randomBytes } from 'node:crypto';
import { idPrefixes, type Id, type Kind } from '@berth/contract/ids.ts';
import type { Clock } from './clock.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export type NewId = <K extends Kind>(kind: K) => Id<K>;

/** `random(n)` gives n bytes. */
export const makeNewId =
  (clock: Clock, random: (count: number) => Uint8Array = randomBytes): NewId =>
  <K extends Kind>(kind: K) => {
    let time = clock.nowMs();
    let text = '';
    for (let place = 0; place < 10; place += 1) {
      text = alphabet.charAt(time % 32) + text;
      time = Math.floor(time / 32);
    }
    for (const byte of random(16)) text += alphabet.charAt(byte & 31);
    return `${idPrefixes[kind]}_${text}` as Id<K>;
  };
