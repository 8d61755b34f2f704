// Bundle + variables → the whole Compose model in long form, or every problem with its place. Pure: no disk, no clock,
// no environment of this process; what the caller does not hand over does not exist.
import type { BundleSource } from './bundle.ts';
import type { Failed, Resolved, ResolveOptions } from './resolve-with.ts';
import { resolveWith } from './resolve-with.ts';
import { readFullYaml } from './tree/full-yaml.ts';

export type { ComposeModel, Failed, Resolved, ResolveOptions } from './resolve-with.ts';

export const resolveModel = (bundle: BundleSource, options: ResolveOptions = {}): Resolved | Failed =>
  resolveWith(readFullYaml, bundle, options);
