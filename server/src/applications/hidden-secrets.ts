// A revision as people read it: the bytes of secrets are hidden wherever they stand. Exports hide nothing. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import { hiddenText, type Publication } from '@berth/contract/applications.ts';

export interface RevisionContent {
  readonly bundle: Publication['bundle'];
  readonly variables: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
  readonly spec: ApplicationSpec;
}

export const readContent = (row: { bundle: string; variables: string; profiles: string; spec: string }) => ({
  bundle: JSON.parse(row.bundle) as Publication['bundle'],
  variables: JSON.parse(row.variables) as Record<string, string>,
  profiles: JSON.parse(row.profiles) as string[],
  spec: JSON.parse(row.spec) as ApplicationSpec,
});

export const hideSecrets = ({ bundle, variables, profiles, spec }: ReturnType<typeof readContent>) => {
  const secrets = Object.values(spec.files ?? {}).filter(({ kind }) => kind === 'secret');
  const files = new Set(secrets.flatMap(({ fromFile }) => (fromFile === undefined ? [] : [fromFile])));
  const named = new Set(secrets.flatMap(({ fromVariable }) => (fromVariable === undefined ? [] : [fromVariable])));
  const hide = (texts: Readonly<Record<string, string>>, names: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, names.has(name) ? hiddenText : text]));
  return {
    bundle: {
      ...bundle,
      files: hide(bundle.files, files),
      // What people read is no place for megabytes of no text, nor is a hidden text base64: such a file is left out.
      ...(bundle.binaries === undefined
        ? {}
        : { binaries: Object.fromEntries(Object.entries(bundle.binaries).filter(([name]) => !files.has(name))) }),
    },
    variables: hide(variables, named),
    profiles,
    spec:
      spec.files === undefined
        ? spec
        : {
            ...spec,
            files: Object.fromEntries(
              Object.entries(spec.files).map(([key, file]) => [
                key,
                file.kind === 'secret' ? { ...file, content: hiddenText } : file,
              ]),
            ),
          },
  };
};
