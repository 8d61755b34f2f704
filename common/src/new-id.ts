// Makes ids: ten characters of time, sixteen of chance, in Crockford's base 32, lower case. Ids of one maker sort in the order
// in which they were made, also within a millisecond: lists of events and operations are sorted by them.
import { randomBytes } from 'node:crypto';
import { idPrefixes, type Id, type Kind } from '@berth/contract/ids.ts';
import type { Clock } from './clock.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const timeLength = 10;
const chanceLength = 16;

export type NewId = <K extends Kind>(kind: K) => Id<K>;

/** `random(n)` gives n bytes. */
export const makeNewId = (clock: Clock, random: (count: number) => Uint8Array = randomBytes): NewId => {
  let lastMs = -1;
  let chance: number[] = [];
  return <K extends Kind>(kind: K) => {
    const nowMs = clock.nowMs();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      chance = [...random(chanceLength)].map((byte) => byte & 31);
    } else chance = following(chance);
    return `${idPrefixes[kind]}_${timeText(lastMs)}${chance.map((digit) => alphabet.charAt(digit)).join('')}` as Id<K>;
  };
};

const timeText = (ms: number): string => {
  let text = '';
  for (let rest = ms; text.length < timeLength; rest = Math.floor(rest / 32)) text = alphabet.charAt(rest % 32) + text;
  return text;
};

/** The next number, as digits of base 32. */
const following = (digits: readonly number[]): number[] => {
  const next = [...digits];
  for (let place = next.length - 1; place >= 0; place -= 1) {
    const digit = ((next[place] ?? 0) + 1) % 32;
    next[place] = digit;
    if (digit !== 0) break;
  }
  return next;
};
