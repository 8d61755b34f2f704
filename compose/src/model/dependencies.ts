// What a service needs started before it without saying so in `depends_on`: services it links to, shares volumes
// with, or whose namespaces it joins.
import type { Entry, MapNode, Node } from '#tree/node.ts';
import { get, itemsOf, map, scalar, set, textOf } from '#tree/node.ts';

export type Reference = { readonly service: string; readonly node: Node; readonly key: string };

/** Every other service a service names outside `depends_on`, with the place where it does. */
export const impliedReferences = (service: Node): readonly Reference[] => {
  const found: Reference[] = [];
  for (const node of itemsOf(get(service, 'links'))) {
    const name = linkedService(textOf(node));
    if (name !== undefined) found.push({ service: name, node, key: 'links' });
  }
  for (const node of itemsOf(get(service, 'volumes_from'))) {
    const text = textOf(node);
    if (text !== undefined && !text.startsWith('container:'))
      found.push({ service: text.replace(/^service:/, '').split(':')[0] ?? '', node, key: 'volumes_from' });
  }
  for (const key of ['network_mode', 'ipc', 'pid', 'cgroup', 'uts']) {
    const node = get(service, key);
    const name = /^service:(.*)$/.exec(textOf(node) ?? '')?.[1];
    if (node !== undefined && name !== undefined) found.push({ service: name, node, key });
  }
  return found;
};

/** `service` or `service:alias`; anything longer is no link, and its whole text names nothing. */
const linkedService = (text: string | undefined): string | undefined => {
  const parts = text?.split(':') ?? [];
  return parts.length > 2 ? text : parts[0];
};

/** The service with the implied dependencies written out. */
export const addImpliedDependencies = (services: Node | undefined, service: MapNode): MapNode => {
  const own = get(service, 'depends_on');
  const entries = new Map<string, Entry>(own?.kind === 'map' ? own.entries : []);
  for (const { service: other, node, key } of impliedReferences(service)) {
    if (entries.has(other) || get(services, other) === undefined) continue;
    const at = (value: string | boolean): Entry => ({ place: node.place, value: scalar(value, node.place) });
    const parts = new Map([['condition', at('service_started')]]);
    // What lives in another container's namespace must be made anew when that container is.
    if (key !== 'volumes_from') parts.set('restart', at(true));
    parts.set('required', at(true));
    entries.set(other, { place: node.place, value: map(parts, node.place) });
  }
  return entries.size === 0 ? service : set(service, 'depends_on', map(entries, (own ?? service).place));
};
