// Bundle + variables → the whole Compose model in long form, or every problem with its place. Pure: no disk, no clock,
// no environment of this process; what the caller does not hand over does not exist.
import type { BundleSource, Problem } from './bundle.ts';
import { canonicalTree } from './canonical/tree.ts';
import { checkTree } from './check/consistency.ts';
import { readDotenv } from './interpolation/dotenv.ts';
import type { Lookup } from './interpolation/template.ts';
import { dotenvOptions } from './load/include.ts';
import { loadFiles } from './load/load.ts';
import { folderOf } from './load/paths.ts';
import type { Session } from './load/session.ts';
import { readText } from './load/session.ts';
import { resolveEnvironment } from './model/environment.ts';
import { normalise } from './model/normalise.ts';
import { selectProfiles } from './model/profiles.ts';
import { findProjectName } from './model/project-name.ts';
import type { MapNode } from './tree/node.ts';
import { mapValues, update } from './tree/node.ts';
import type { FullReader } from './tree/read-yaml.ts';
import { createReport } from './tree/report.ts';

/** The long form of a Compose file, as `config` prints it; every value keeps its place. */
export type ComposeModel = {
  readonly name: string;
  /** The name was asked for, by the caller or by a file; else it is a guess. */
  readonly isNamed: boolean;
  readonly era: 'v1' | 'spec';
  readonly root: MapNode;
};

export type ResolveOptions = {
  /** What `${…}` finds; wins over `.env` files. The only variables there are. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Wins over COMPOSE_PROJECT_NAME and over `name:`. */
  readonly projectName?: string;
  /** The name when nothing else gives one. */
  readonly defaultName?: string;
  /** Empty or absent: COMPOSE_PROFILES. `*` activates all. */
  readonly profiles?: readonly string[];
  /** Where relative paths count from; absent: the folder of the first file. */
  readonly projectDirectory?: string;
  /** `error`: one problem that lists the variables that are not set. */
  readonly unsetVariables?: 'warn' | 'error';
  /** `read`: a person's own machine, where files may name others anywhere. */
  readonly outside?: 'refuse' | 'read';
  /** What `~` stands for; absent: it is left as it is. */
  readonly home?: string;
};

export type Resolved = {
  readonly model: ComposeModel;
  readonly warnings: readonly Problem[];
  /** What `${…}` found: for what the files name by variable without writing `${…}`. */
  readonly lookup: Lookup;
};
export type Failed = { readonly problems: readonly Problem[] };

/** `readFull`: the parser for what is not simple YAML. */
export const resolveWith = (
  readFull: FullReader,
  bundle: BundleSource,
  options: ResolveOptions = {},
): Resolved | Failed => {
  const session: Session = {
    report: createReport(),
    readFull,
    files: bundle.files,
    outside: options.outside ?? 'refuse',
    home: options.home,
    budget: { used: 0 },
    produced: { characters: 0 },
    unset: new Map(),
    documents: new Map(),
    included: 0,
    era: undefined,
  };
  const resolved = resolveIn(session, bundle, options);
  reportUnset(session, options.unsetVariables ?? 'warn');
  const { problems } = session.report;
  if (resolved === undefined || session.report.hasErrors()) return { problems: onlyUnset(problems) };
  return { ...resolved, warnings: problems };
};

/** The same without the full parser, which takes long to load; undefined: it is needed. */
export const resolveSimply = (bundle: BundleSource, options: ResolveOptions = {}): Resolved | Failed | undefined => {
  let isSimple = true;
  const giveUp: FullReader = (report, _budget, file) => {
    isSimple = false;
    report.error({ file, line: 1, column: 1 }, [], 'yaml_syntax', 'This file needs the full parser.');
    return [];
  };
  const result = resolveWith(giveUp, bundle, options);
  return isSimple ? result : undefined;
};

const resolveIn = (
  session: Session,
  bundle: BundleSource,
  options: ResolveOptions,
): Pick<Resolved, 'model' | 'lookup'> | undefined => {
  const [first] = bundle.main;
  if (first === undefined) {
    session.report.error(undefined, [], 'no_main_file', 'No Compose file was named. Name at least one.');
    return undefined;
  }
  const directory = options.projectDirectory ?? folderOf(first);
  const outer = readVariables(session, bundle, options, directory);
  const found = findProjectName(session, bundle.main, outer, options);
  if (found === undefined || session.report.hasErrors()) return undefined;
  const { name, isNamed } = found;
  const lookup: Lookup = (key) => (key === 'COMPOSE_PROJECT_NAME' ? name : outer(key));
  const files = bundle.main.map((file) => ({ name: file, place: undefined, path: [] }));
  const merged = loadFiles(session, { directory, lookup }, files, []);
  if (merged === undefined) return undefined;
  const root = finish(session, merged, options, lookup);
  return { model: { name, isNamed, era: session.era ?? 'spec', root }, lookup };
};

const finish = (session: Session, merged: MapNode, options: ResolveOptions, lookup: Lookup): MapNode => {
  const { report } = session;
  const canonical = canonicalTree(report, merged);
  const { root, inactive } = selectProfiles(canonical, activeProfiles(options, lookup));
  const withEnvironment = update(root, 'services', (services) =>
    services.kind === 'map'
      ? mapValues(services, (service, key) =>
          service.kind === 'map' ? resolveEnvironment(session, lookup, service, ['services', key]) : service,
        )
      : services,
  );
  const normal = normalise(withEnvironment, lookup);
  // Normalising has taken out what nobody uses; a definition that nobody uses must be right all the same.
  checkTree({ report, root: normal, declared: canonical, inactive });
  return normal;
};

const activeProfiles = (options: ResolveOptions, lookup: Lookup): readonly string[] => {
  if (options.profiles !== undefined && options.profiles.length > 0) return options.profiles;
  const named = lookup('COMPOSE_PROFILES') ?? '';
  return named
    .split(',')
    .map((profile) => profile.trim())
    .filter((profile) => profile !== '');
};

/** The caller's variables over those of the environment files. */
const readVariables = (
  session: Session,
  { envFiles }: BundleSource,
  options: ResolveOptions,
  directory: string,
): Lookup => {
  const given = options.variables ?? {};
  const caller: Lookup = (name) => (Object.hasOwn(given, name) ? given[name] : undefined);
  const values = new Map<string, string>();
  const files = envFiles ?? [directory === '.' ? '.env' : `${directory}/.env`];
  const lookup: Lookup = (name) => caller(name) ?? values.get(name);
  for (const file of files) {
    const place = { file, line: 0, column: 0 };
    const text = readText(session, file, { place, path: [], isRequired: envFiles !== undefined });
    if (text === undefined) continue;
    for (const [key, value] of readDotenv(text, dotenvOptions(session, lookup, file))) values.set(key, value);
  }
  return lookup;
};

const reportUnset = (session: Session, severity: 'warn' | 'error'): void => {
  if (session.unset.size === 0) return;
  if (severity === 'warn') {
    for (const [name, { place, path }] of session.unset)
      session.report.warn(place, path, 'unset_variable', `The variable ${name} is not set; it counts as empty text.`);
    return;
  }
  const [first] = session.unset.values();
  const names = [...session.unset.keys()];
  const subject = names.length === 1 ? 'This variable is' : 'These variables are';
  const message = `${subject} not set: ${names.join(', ')}. Give each a value, or a default with \${NAME:-default}.`;
  session.report.error(first?.place, first?.path ?? [], 'unset_variable', message);
};

/** Where variables are missing, everything else that is wrong may come of that. */
const onlyUnset = (problems: readonly Problem[]): readonly Problem[] => {
  const isUnset = (problem: Problem): boolean => problem.severity === 'error' && problem.code === 'unset_variable';
  if (!problems.some(isUnset)) return problems;
  return problems.filter((problem) => isUnset(problem) || problem.code === 'required_variable');
};
