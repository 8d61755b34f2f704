// Two revisions side by side: files, variables, and the resolved application by path. Pure.
import type { RevisionDiff } from '@berth/contract/applications.ts';
import { canonicalJson } from '#orchestration/standalone/canonical-json.ts';
import type { RevisionContent } from './hidden-secrets.ts';

const differencesMaximum = 2_000;

export const diffRevisions = (
  before: RevisionContent,
  after: RevisionContent,
): Pick<RevisionDiff, 'files' | 'variables' | 'resolved'> => ({
  files: diffTexts(textsOf(before), textsOf(after)),
  variables: diffTexts(before.variables, after.variables),
  resolved: [
    ...diffValues('bundle.envFiles', before.bundle.envFiles, after.bundle.envFiles),
    ...diffValues('', before.spec, after.spec),
  ].slice(0, differencesMaximum),
});

const textsOf = ({ bundle }: RevisionContent): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(bundle.binaries ?? {}).map(([name, content]) => [name, `(no text, base64) ${content}`]),
  ),
  ...bundle.files,
});

const diffTexts = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) =>
  keysOf(before, after)
    .filter((name) => before[name] !== after[name])
    .map((name) => ({ name, ...sides(before[name], after[name]) }));

const diffValues = (path: string, before: unknown, after: unknown): RevisionDiff['resolved'] => {
  if (canonicalJson(before) === canonicalJson(after) && (before === undefined) === (after === undefined)) return [];
  if (!isMap(before) || !isMap(after)) return [{ path, ...sides(before, after) }];
  return keysOf(before, after).flatMap((key) =>
    diffValues(path === '' ? key : `${path}.${key}`, before[key], after[key]),
  );
};

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keysOf = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();

const sides = <V>(before: V | undefined, after: V | undefined): { before?: V; after?: V } => ({
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});
