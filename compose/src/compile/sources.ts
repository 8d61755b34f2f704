// What the parts of one compilation share beside the model: the files of the bundle, the variables, and what was
// worked out once, so that a hundred services built from one folder cost no more than one.
import type { Bundle } from '#bundle.ts';
import type { Lookup } from '#interpolation/template.ts';
import type { StepBudget } from '#values/ignore-patterns.ts';

export type Sources = {
  readonly bundle: Bundle;
  readonly lookup: Lookup;
  /** The name of the application, as the model has it. */
  readonly name: string;
  readonly ignoreBudget: StepBudget;
  /** By name in the bundle. */
  readonly digests: Map<string, FileDigest>;
  /** By folder and Dockerfile. */
  readonly contexts: Map<string, ContextDigest | undefined>;
  /** How many services are built. */
  builds: number;
};

export type FileDigest = { readonly digest: string; readonly bytes: number };
export type ContextDigest = { readonly digest: string };
