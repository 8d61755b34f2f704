// Configs and secrets: their bytes, by key, and which service gets them where.
import { bytesIn, hasFile } from '#build-context.ts';
import { cleanPath } from '#load/paths.ts';
import type { MapNode, Node, Path } from '#tree/node.ts';
import { boolOf, get, itemsOf, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { encodeBase64 } from '#values/base64.ts';
import { present, section } from './read.ts';
import type { Sources } from './sources.ts';

/** One config or secret, as engines bound it. */
export const fileBytesMax = 500 * 1024;
/** Those of one service, and those of all together. */
export const grantedBytesMax = 2 * 1024 * 1024;
export const filesBytesMax = 4 * 1024 * 1024;

const kinds = [
  { kind: 'config', section: 'configs' },
  { kind: 'secret', section: 'secrets' },
] as const;
type Kind = (typeof kinds)[number];

export type Files = {
  /** By `config:KEY` and `secret:KEY`. */
  readonly specs: Readonly<Record<string, Record<string, unknown>>>;
  readonly bytes: ReadonlyMap<string, number>;
};

export const filesOf = (report: Report, root: MapNode, sources: Sources): Files => {
  const specs: [string, Record<string, unknown>][] = [];
  const bytes = new Map<string, number>();
  let total = 0;
  for (const kind of kinds) {
    for (const [name, node] of section(root, kind.section)) {
      const path = [kind.section, name];
      // The table of keys has refused it already.
      if (boolOf(get(node, 'external')) === true) continue;
      const found = contentOf(report, kind, node, path, sources);
      if (found === undefined) continue;
      if (found.content.length > fileBytesMax) {
        const message = `The ${kind.kind} "${name}" has ${found.content.length} bytes; ${fileBytesMax} are allowed. Put it into an image or a volume.`;
        report.error(found.place, path, 'too_large', message);
        continue;
      }
      const key = `${kind.kind}:${name}`;
      total += found.content.length;
      bytes.set(key, found.content.length);
      if (total > filesBytesMax) {
        const message = `All configs and secrets together have more than ${filesBytesMax} bytes. Put large files into an image or a volume.`;
        report.error(found.place, path, 'too_large', message);
        return { specs: {}, bytes };
      }
      specs.push([key, { kind: kind.kind, content: encodeBase64(found.content), ...found.from }]);
    }
  }
  return { specs: Object.fromEntries(specs), bytes };
};

type Content = {
  readonly content: Uint8Array;
  readonly place: Node['place'];
  readonly from: { readonly fromFile?: string; readonly fromVariable?: string };
};

const contentOf = (report: Report, kind: Kind, node: Node, path: Path, sources: Sources): Content | undefined => {
  const file = get(node, 'file');
  if (textOf(file) !== undefined && file !== undefined) return contentOfFile(report, file, [...path, 'file'], sources);
  const variable = get(node, 'environment');
  const name = textOf(variable);
  if (variable !== undefined && name !== undefined) {
    const value = sources.lookup(name);
    const { place } = variable;
    if (value !== undefined) return { content: new TextEncoder().encode(value), place, from: { fromVariable: name } };
    const message = `The variable ${name}, from which the ${kind.kind} "${String(path[1])}" comes, is not set. Give it a value.`;
    report.error(place, [...path, 'environment'], 'unset_variable', message);
    return undefined;
  }
  const text = get(node, 'content');
  const { place } = text ?? node;
  return { content: new TextEncoder().encode(textOf(text) ?? ''), place, from: {} };
};

const contentOfFile = (report: Report, node: Node, path: Path, { bundle }: Sources): Content | undefined => {
  const text = textOf(node) ?? '';
  const name = cleanPath(text);
  if (/^(?:\/|~|\.\.(?:\/|$))/.test(name) || /[\\\0]/.test(text)) {
    const message = `The path "${text.replaceAll('\0', '\\0')}" leads out of the bundle. Only files of the bundle can be used.`;
    report.error(node.place, path, 'outside_bundle', message);
    return undefined;
  }
  const content = hasFile(bundle, name) ? bytesIn(bundle, name) : undefined;
  if (content !== undefined) return { content, place: node.place, from: { fromFile: name } };
  const message = `The file "${name}" is not in the bundle. Add it, or correct the path.`;
  report.error(node.place, path, 'file_missing', message);
  return undefined;
};

/** What one service gets. The later of two on one target counts, as it does for volumes. */
export const grantsOf = (report: Report, service: Node, path: Path, files: Files): unknown[] | undefined => {
  const granted = new Map<string, Record<string, unknown>>();
  let total = 0;
  for (const kind of kinds) {
    for (const [index, node] of itemsOf(get(service, kind.section)).entries()) {
      const grant = grantOf(report, kind, node, [...path, kind.section, index]);
      if (grant === undefined) continue;
      granted.set(grant.target, grant);
      total += files.bytes.get(grant.source) ?? 0;
      if (total <= grantedBytesMax) continue;
      const message = `The configs and secrets of one service may have ${grantedBytesMax} bytes together. Put large files into an image or a volume.`;
      report.error(node.place, [...path, kind.section, index], 'too_large', message);
      return undefined;
    }
  }
  return granted.size === 0 ? undefined : [...granted.values()];
};

type Grant = Record<string, unknown> & { readonly source: string; readonly target: string };

const grantOf = (report: Report, kind: Kind, node: Node, path: Path): Grant | undefined => {
  const source = textOf(get(node, 'source')) ?? '';
  const written = textOf(get(node, 'target')) || source;
  const folder = kind.kind === 'secret' ? '/run/secrets/' : '/';
  const target = cleanPath(written.startsWith('/') ? written : `${folder}${written}`);
  if (target === '/' || target.includes('\0') || written.split('/').includes('..')) {
    const message = `"${written.replaceAll('\0', '\\0')}" is no place for a file in the container. Write a path such as "/etc/app/${source}".`;
    report.error(get(node, 'target')?.place ?? node.place, path, 'invalid_value', message);
    return undefined;
  }
  const mode = textOf(get(node, 'mode'));
  return {
    source: `${kind.kind}:${source}`,
    target,
    ...present({
      uid: ownerOf(report, node, 'uid', path),
      gid: ownerOf(report, node, 'gid', path),
      mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
    }),
  };
};

const ownerOf = (report: Report, node: Node, key: 'uid' | 'gid', path: Path): string | undefined => {
  const given = get(node, key);
  const text = textOf(given);
  if (given === undefined || text === undefined || text === '') return undefined;
  if (/^\d{1,10}$/.test(text) && Number(text) <= idMax) return text;
  const message = `"${key}: ${text}" is no number. Write the number the user or group has in the container.`;
  report.error(given.place, [...path, key], 'invalid_value', message);
  return undefined;
};

const idMax = 2 ** 32 - 2;
