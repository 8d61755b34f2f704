// Where in the files something stands that was found out about the specification later, such as a rule of the policy
// that it breaks. The path says it in the words of the file: `services.web.ports[0]`.
import type { Node, Place } from '#tree/node.ts';

/** The place of what the path names, or of the last thing on the way that is written in a file. */
export const placeOfPath = (root: Node, path: string): Place | undefined => {
  let node = root;
  let place: Place | undefined;
  let rest = path;
  // Each round takes something off the path.
  while (rest !== '') {
    const next =
      node.kind === 'list' ? itemAt(node.items, rest) : node.kind === 'map' ? entryAt(node, rest) : undefined;
    if (next === undefined) break;
    ({ node, place, rest } = next);
  }
  return place;
};

type Step = { readonly node: Node; readonly place: Place; readonly rest: string };

const itemAt = (items: readonly Node[], path: string): Step | undefined => {
  const match = /^\[(\d{1,9})\]\.?/.exec(path);
  const item = match === null ? undefined : items[Number(match[1])];
  if (match === null || item === undefined) return undefined;
  return { node: item, place: item.place, rest: path.slice(match[0].length) };
};

/** Keys may hold dots themselves, so the longest that fits is meant. */
const entryAt = (node: Node & { kind: 'map' }, path: string): Step | undefined => {
  let longest: string | undefined;
  for (const key of node.entries.keys()) {
    const isNext = path.startsWith(key) && /^(?:$|[.[])/.test(path.slice(key.length));
    if (isNext && key.length >= (longest?.length ?? 0)) longest = key;
  }
  const entry = longest === undefined ? undefined : node.entries.get(longest);
  if (longest === undefined || entry === undefined) return undefined;
  return { node: entry.value, place: entry.place, rest: path.slice(longest.length).replace(/^\./, '') };
};
