// `build:` → what a host needs to build the image: a folder of the bundle, a Dockerfile, and a hash over all that goes
// in. The hash is the tag of the image, so what was built once is built again only when something of it changed.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  bytesIn,
  contextBytesMax,
  contextFilesMax,
  hasFile,
  listContext,
  nameInContext,
  textIn,
} from '#build-context.ts';
import { cleanPath, isRemote } from '#load/paths.ts';
import type { Node, Path } from '#tree/node.ts';
import { boolOf, get, itemsOf, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { bytesOf, extraHostsOf, present, textRecord } from './read.ts';
import type { ContextDigest, FileDigest, Sources } from './sources.ts';

/** Services that are built, of one application. */
export const buildsMax = 100;
const hashLength = 32;

/** The image's name and how it is built; undefined when nothing is built, or a problem was reported. */
export const buildOf = (
  report: Report,
  service: Node,
  path: Path,
  sources: Sources,
): { readonly image: string; readonly build: Record<string, unknown> } | undefined => {
  const node = get(service, 'build');
  if (node?.kind !== 'map') return undefined;
  const at = [...path, 'build'];
  noteImage(report, service, path);
  sources.builds += 1;
  if (sources.builds > buildsMax) {
    const message = `More than ${buildsMax} services are built here. Build images elsewhere, push them, and name them with "image".`;
    report.error(node.place, at, 'too_much_to_build', message);
    return undefined;
  }
  const context = contextOf(report, node, at);
  if (context === undefined) return undefined;
  const recipe = recipeOf(report, node, at, context, sources);
  const network = networkOf(report, node, at);
  checkPlatforms(report, node, at);
  if (recipe === undefined) return undefined;
  const settings = present({
    ...recipe,
    args: textRecord(get(node, 'args')),
    labels: textRecord(get(node, 'labels')),
    target: textOf(get(node, 'target')) || undefined,
    network,
    // Stages cannot be told apart here; to build all of them anew is the same and more.
    noCache: boolOf(get(node, 'no_cache')) || itemsOf(get(node, 'no_cache_filter')).length > 0 || undefined,
    pull: boolOf(get(node, 'pull')) || undefined,
    shmBytes: bytesOf(get(node, 'shm_size')),
    extraHosts: extraHostsOf(node),
  });
  const files = digestContext(report, node, at, { context, dockerfile: recipe.dockerfile }, sources);
  if (files === undefined) return undefined;
  const hash = hashOf(JSON.stringify([sorted(settings), files.digest]));
  const image = `berth-build/${imageName(sources.name)}-${imageName(String(path.at(-1)))}:${hash.slice(0, hashLength)}`;
  return { image, build: { context, ...settings, hash } };
};

const noteImage = (report: Report, service: Node, path: Path): void => {
  const image = get(service, 'image');
  const name = textOf(image);
  if (image === undefined || !name) return;
  const message = `"image: ${name}" beside "build" is done differently: the image that is built here gets a name of ours, and is pushed nowhere.`;
  report.warn(image.place, [...path, 'image'], 'needless_value', message);
};

const contextOf = (report: Report, node: Node, path: Path): string | undefined => {
  const given = get(node, 'context');
  const text = textOf(given) ?? '.';
  const at = [...path, 'context'];
  const place = given?.place ?? node.place;
  if (isRemote(text) || /^[a-z][a-z0-9+.-]*:/i.test(text)) {
    const message = `"${text}" is no folder of the bundle. Put the files into the bundle, and name their folder.`;
    report.error(place, at, 'remote_file', message);
    return undefined;
  }
  if (leadsOut(text)) {
    report.error(place, at, 'outside_bundle', `The folder "${shown(text)}" ${outsideMessage}`);
    return undefined;
  }
  return cleanPath(text);
};

const outsideMessage = 'leads out of the bundle. Only files of the bundle can be built from.';
const shown = (text: string): string => text.replaceAll('\0', '\\0');
const leadsOut = (text: string): boolean => /^(?:\/|~|\.\.(?:\/|$))/.test(cleanPath(text)) || /[\\\0]/.test(text);

type Recipe = { readonly dockerfile?: string; readonly dockerfileInline?: string };

/** A Dockerfile that lies beside the context is carried along as text. */
const recipeOf = (report: Report, node: Node, path: Path, context: string, { bundle }: Sources): Recipe | undefined => {
  const inline = textOf(get(node, 'dockerfile_inline'));
  if (inline !== undefined) return { dockerfileInline: inline };
  const given = get(node, 'dockerfile');
  const text = textOf(given) || 'Dockerfile';
  const place = given?.place ?? node.place;
  const at = [...path, 'dockerfile'];
  const name = text.startsWith('/') ? text : cleanPath(nameInContext(context, text));
  if (leadsOut(name)) {
    report.error(place, at, 'outside_bundle', `The Dockerfile "${shown(text)}" ${outsideMessage}`);
    return undefined;
  }
  if (!hasFile(bundle, name)) {
    const message = `The Dockerfile "${name}" is not in the bundle. Add it with the files it needs, or correct "dockerfile".`;
    report.error(place, at, 'file_missing', message);
    return undefined;
  }
  const isInside = context === '.' || name.startsWith(`${context}/`);
  if (isInside) return { dockerfile: context === '.' ? name : name.slice(context.length + 1) };
  const content = textIn(bundle, name);
  if (content !== undefined) return { dockerfileInline: content };
  report.error(place, at, 'not_text', `The Dockerfile "${name}" is not UTF-8 text. Save it as UTF-8.`);
  return undefined;
};

const networkOf = (report: Report, node: Node, path: Path): 'none' | undefined => {
  const given = get(node, 'network');
  const text = textOf(given) ?? '';
  if (text === 'none') return 'none';
  if (text === '' || text === 'default') return undefined;
  const message = `"network: ${text}" is refused: a build on the host's network, or on that of others, reaches what is theirs. Use none or default.`;
  report.error(given?.place, [...path, 'network'], 'publish_refused', message);
  return undefined;
};

const checkPlatforms = (report: Report, node: Node, path: Path): void => {
  const platforms = get(node, 'platforms');
  if (platforms === undefined || itemsOf(platforms).length < 2) return;
  const message =
    'More than one platform is refused: an image is built on the host it runs on, for that host. Name one, or none.';
  report.error(platforms.place, [...path, 'platforms'], 'publish_refused', message);
};

type Folder = { readonly context: string; readonly dockerfile: string | undefined };

const digestContext = (
  report: Report,
  node: Node,
  path: Path,
  { context, dockerfile }: Folder,
  sources: Sources,
): ContextDigest | undefined => {
  const key = JSON.stringify([context, dockerfile]);
  if (sources.contexts.has(key)) return sources.contexts.get(key);
  const folder = { context, ...(dockerfile === undefined ? {} : { dockerfile }) };
  const digest = measureContext(report, get(node, 'context') ?? node, [...path, 'context'], folder, sources);
  sources.contexts.set(key, digest);
  return digest;
};

const measureContext = (
  report: Report,
  node: Node,
  path: Path,
  folder: { readonly context: string; readonly dockerfile?: string },
  sources: Sources,
): ContextDigest | undefined => {
  const { bundle, ignoreBudget } = sources;
  const refuse = (code: 'too_much_to_build' | 'outside_bundle' | 'file_missing', message: string): undefined => {
    report.error(node.place, path, code, message);
    return undefined;
  };
  const paths = listContext(bundle, folder, ignoreBudget);
  const folderName = `The folder "${folder.context}" of the build`;
  if (ignoreBudget.left <= 0)
    return refuse('too_much_to_build', `The patterns in .dockerignore are too many. ${fewer}`);
  if (paths.length === 0 && folder.context !== '.')
    return refuse('file_missing', `${folderName} is not in the bundle. Add its files, or correct the path.`);
  if (paths.length > contextFilesMax)
    return refuse(
      'too_much_to_build',
      `${folderName} has ${paths.length} files; ${contextFilesMax} are allowed. ${fewer}`,
    );
  const hash = sha256.create();
  let total = 0;
  for (const inContext of paths) {
    const name = nameInContext(folder.context, inContext);
    if (cleanPath(name) !== name || leadsOut(name))
      return refuse('outside_bundle', `The file "${shown(name)}" of the bundle has no clean name. Rename it.`);
    const { digest, bytes } = digestFile(name, sources);
    total += bytes;
    hash.update(new TextEncoder().encode(JSON.stringify([inContext, digest])));
  }
  if (total <= contextBytesMax) return { digest: bytesToHex(hash.digest()) };
  return refuse('too_much_to_build', `${folderName} has ${total} bytes; ${contextBytesMax} are allowed. ${fewer}`);
};

const fewer = 'List in .dockerignore what the build does not need.';

const digestFile = (name: string, { bundle, digests }: Sources): FileDigest => {
  const known = digests.get(name);
  if (known !== undefined) return known;
  const content = bytesIn(bundle, name) ?? new Uint8Array();
  const digest = { digest: bytesToHex(sha256(content)), bytes: content.length };
  digests.set(name, digest);
  return digest;
};

const hashOf = (text: string): string => bytesToHex(sha256(new TextEncoder().encode(text)));

/** Mappings as sorted pairs: their order in the file changes nothing about the image. */
const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value)
    .map(([key, item]) => [key, sorted(item)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
};

/** Names of images are lower case, with single marks between letters and digits. */
const imageName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'image';
