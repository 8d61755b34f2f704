// Which services take part: all without profiles, and those one of whose profiles is active.
import type { MapNode, Node } from '#tree/node.ts';
import { get, itemsOf, set, textOf } from '#tree/node.ts';

export type Selection = { readonly root: MapNode; readonly inactive: ReadonlySet<string> };

/** `*` activates every profile. */
export const selectProfiles = (root: MapNode, active: readonly string[]): Selection => {
  const services = get(root, 'services');
  const inactive = new Set<string>();
  if (services?.kind !== 'map') return { root, inactive };
  const entries = new Map(services.entries);
  for (const [name, { value }] of services.entries) {
    if (isActive(value, active)) continue;
    inactive.add(name);
    entries.delete(name);
  }
  return { root: set(root, 'services', { ...services, entries }), inactive };
};

const isActive = (service: Node, active: readonly string[]): boolean => {
  const profiles = itemsOf(get(service, 'profiles')).map(textOf);
  return profiles.length === 0 || active.includes('*') || profiles.some((profile) => active.includes(profile ?? ''));
};
