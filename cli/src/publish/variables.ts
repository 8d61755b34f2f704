// The values that `${…}` finds when a bundle is published: those of `.env`, or of --env-file in its place, then the
// shell, then --var; the later wins. Of the shell only what the files ask for goes along: a shell holds secrets that are nobody's business.
import type { Problem } from '@berth/compose/bundle.ts';
import { readDotenv } from '@berth/compose/interpolation/dotenv.ts';
import { PlatformError } from '@berth/common/platform-error.ts';

export type Variables = {
  /** To be handed to the reader of the files; notes what is read. */
  readonly values: Readonly<Record<string, string>>;
  /** What has to go along for the same files to read the same elsewhere. */
  readonly needed: () => Record<string, string>;
};

export type VariableSources = {
  /** `.env`, or the --env-file files in their order. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly shell: Readonly<Record<string, string | undefined>>;
  readonly given: Readonly<Record<string, string>>;
};

export const collectVariables = (sources: VariableSources): { variables: Variables; problems: Problem[] } => {
  const { shell, given } = sources;
  const { values: fromFiles, problems } = readFiles(sources);
  const asked = new Set<string>();
  const values: Record<string, string> = {};
  const offer = (name: string, value: string, note: boolean): void => {
    const get = (): string => {
      if (note) asked.add(name);
      return value;
    };
    Object.defineProperty(values, name, { enumerable: true, configurable: true, get });
  };
  for (const [name, value] of fromFiles) offer(name, value, false);
  for (const [name, value] of Object.entries(shell)) if (value !== undefined) offer(name, value, true);
  for (const [name, value] of Object.entries(given)) offer(name, value, false);
  const needed = (): Record<string, string> => {
    const own = Object.entries(shell).flatMap(([name, value]) =>
      value !== undefined && asked.has(name) ? [[name, value] as const] : [],
    );
    const all = [...fromFiles, ...own, ...Object.entries(given)];
    // The name goes along by itself, and a name that no file can ask for would be refused.
    return Object.fromEntries(all.filter(([name]) => namePattern.test(name) && name !== 'COMPOSE_PROJECT_NAME'));
  };
  return { variables: { values, needed }, problems };
};

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

const readFiles = ({ files, shell, given }: VariableSources): { values: Map<string, string>; problems: Problem[] } => {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  const lookup = (name: string): string | undefined =>
    (Object.hasOwn(given, name) ? given[name] : undefined) ?? shell[name] ?? values.get(name);
  for (const { name: file, text } of files) {
    const report = (code: Problem['code'], message: string, line: number): void =>
      void problems.push({ severity: 'error', code, message, file, line, column: 1 });
    const read = readDotenv(text, {
      lookup,
      isRaw: false,
      produced: { characters: 0 },
      fault: ({ code, message, line }) => report(code, message, line),
      unset: (name, line) => report('unset_variable', `The variable ${name} is not set.`, line),
    });
    for (const [name, value] of read) values.set(name, value);
  }
  return { values, problems };
};

/** `--var K=V` as a record; `--var K` takes the shell's. */
export const readAssignments = (
  texts: readonly string[],
  shell: Readonly<Record<string, string | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      const name = equals < 0 ? text : text.slice(0, equals);
      const value = equals < 0 ? shell[name] : text.slice(equals + 1);
      if (!namePattern.test(name))
        throw new PlatformError('invalid_request', `--var ${name}: a name holds letters, digits and "_"`);
      if (value === undefined)
        throw new PlatformError(
          'invalid_request',
          `--var ${name}: the shell has no such variable. Write ${name}=VALUE`,
        );
      return [name, value];
    }),
  );
