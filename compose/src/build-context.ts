// The files an image is built from: those of the bundle below the build's folder, without what `.dockerignore` names and
// without the Compose files themselves, so that a change of a port does not build anew. Who hashes and who builds ask
// the same function here.
import type { Build } from '@berth/contract/application-spec.ts';
import type { Bundle } from './bundle.ts';
import { decodeBase64, encodeBase64, textOfBytes } from './values/base64.ts';
import type { StepBudget } from './values/ignore-patterns.ts';
import { createStepBudget, ignoredPaths } from './values/ignore-patterns.ts';

/** Path in the context → base64. */
export const contextFiles = (bundle: Bundle, build: Pick<Build, 'context' | 'dockerfile'>): Record<string, string> =>
  Object.fromEntries(
    listContext(bundle, build, createStepBudget()).map((path) => [
      path,
      base64Of(bundle, nameInContext(build.context, path)) ?? '',
    ]),
  );

/** What an engine can be handed in one request, with the third that base64 takes. */
export const contextBytesMax = 22 * 1024 * 1024;
export const contextFilesMax = 2000;

/** Paths in the context, sorted. The Dockerfile and `.dockerignore` come along whatever is ignored, as engines expect. */
export const listContext = (
  bundle: Bundle,
  { context, dockerfile }: Pick<Build, 'context' | 'dockerfile'>,
  budget: StepBudget,
): readonly string[] => {
  const prefix = context === '.' ? '' : `${context}/`;
  const names = [...bundle.files.keys(), ...(bundle.binaries?.keys() ?? [])];
  const inside = names.filter((name) => name.startsWith(prefix) && !bundle.main.includes(name));
  const paths = [...new Set(inside)].map((name) => name.slice(prefix.length));
  const ignoreFile = ignoreFileOf(bundle, context, dockerfile);
  const text = ignoreFile === undefined ? '' : (textIn(bundle, nameInContext(context, ignoreFile)) ?? '');
  const ignored = ignoredPaths(text, paths, budget);
  return paths
    .filter((path) => !ignored.has(path) || path === dockerfile || path === '.dockerignore')
    .toSorted((left, right) => (left < right ? -1 : 1));
};

/** `NAME.dockerignore` beside the Dockerfile goes before the one of the context. */
const ignoreFileOf = (bundle: Bundle, context: string, dockerfile: string | undefined): string | undefined =>
  [...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]), '.dockerignore'].find(
    (path) => textIn(bundle, nameInContext(context, path)) !== undefined,
  );

export const nameInContext = (context: string, path: string): string => (context === '.' ? path : `${context}/${path}`);

export const hasFile = ({ files, binaries }: Bundle, name: string): boolean =>
  files.get(name) !== undefined || binaries?.get(name) !== undefined;

export const bytesIn = ({ files, binaries }: Bundle, name: string): Uint8Array | undefined => {
  const content = files.get(name);
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (content !== undefined) return content;
  const written = binaries?.get(name);
  return written === undefined ? undefined : decodeBase64(written);
};

/** undefined also for what is no text. */
export const textIn = (bundle: Bundle, name: string): string | undefined => {
  const content = bundle.files.get(name);
  if (typeof content === 'string') return content;
  const bytes = bytesIn(bundle, name);
  return bytes === undefined ? undefined : textOfBytes(bytes);
};

const base64Of = (bundle: Bundle, name: string): string | undefined => {
  if (bundle.files.get(name) === undefined) return bundle.binaries?.get(name);
  const bytes = bytesIn(bundle, name);
  return bytes === undefined ? undefined : encodeBase64(bytes);
};
