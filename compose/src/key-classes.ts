// Every key a Compose file can have, in exactly one class: what Berth does with it when the file is published. A test
// fails when the schema or the first format gains a key that stands nowhere here, so nothing is dropped in silence.
import type { KeyClass, KeyGroup } from './key-groups.ts';
import { firstFormat, keyGroups } from './key-groups.ts';

export type { KeyClass } from './key-groups.ts';
export { keyClassNames } from './key-groups.ts';

const expand = (group: KeyGroup): readonly (readonly [string, KeyClass])[] => {
  const { class: name, note, since, under } = group;
  const value: KeyClass = { class: name, note, ...(since === undefined ? {} : { since }) };
  return group.keys
    .trim()
    .split(/\s+/)
    .map((key) => {
      if (under === undefined) return [key, value] as const;
      return [key === '.' ? under : `${under}.${key}`, value] as const;
    });
};

/** All keys as they are listed, a key listed twice included; for the test that there is no such key. */
export const listedKeys: readonly (readonly [string, KeyClass])[] = keyGroups.flatMap(expand);

/** By path with `*` for names and items: `services.*.deploy.replicas`. */
export const keyClasses: ReadonlyMap<string, KeyClass> = new Map(listedKeys);

/** The class of a key of a service in the first format. */
export const firstFormatClass = (key: string): KeyClass | undefined =>
  Object.hasOwn(firstFormat, key) ? firstFormat[key] : keyClasses.get(`services.*.${key}`);
