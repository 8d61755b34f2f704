// Every key a Compose file can have, in exactly one class: what Berth does with it when the file is published. A test
// fails when the schema or the first format gains a key that stands nowhere here, so nothing is dropped in silence.
import type { KeyClass, KeyGroup } from './key-groups.ts';
import { carriedGroups } from './key-groups.ts';
import { firstFormat, refusedGroups } from './key-refusals.ts';
import { keySince } from './key-versions.ts';

export type { KeyClass } from './key-groups.ts';
export { keyClassNames } from './key-groups.ts';

const expand = ({ class: name, note, under, keys }: KeyGroup): readonly (readonly [string, KeyClass])[] =>
  keys
    .trim()
    .split(/\s+/)
    .map((key) => {
      const path = under === undefined ? key : key === '.' ? under : `${under}.${key}`;
      return [path, { class: name, note, since: keySince(path) }] as const;
    });

/** All keys as they are listed, a key listed twice included; for the test that there is no such key. */
export const listedKeys: readonly (readonly [string, KeyClass])[] = [...carriedGroups, ...refusedGroups].flatMap(
  expand,
);

/** By path with `*` for names and items: `services.*.deploy.replicas`. */
export const keyClasses: ReadonlyMap<string, KeyClass> = new Map(listedKeys);

/** The class of a key of a service in the first format. */
export const firstFormatClass = (key: string): KeyClass | undefined =>
  Object.hasOwn(firstFormat, key) ? firstFormat[key] : keyClasses.get(`services.*.${key}`);
