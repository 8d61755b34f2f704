// Names of readings in the cache: environment first, so that everything of one environment can be aged together.
import type { EnvironmentPlace } from '#util/path-builder.ts';

export type QueryKind =
  | 'environments'
  | 'applications'
  | 'application'
  | 'containers'
  | 'hosts'
  | 'events'
  | 'operations'
  | 'revisions'
  | 'jobs'
  | 'runs'
  | 'hooks'
  | 'imports';

export const environmentKey = (place: EnvironmentPlace) => ['environment', place.tenant, place.environment] as const;

export const kindKey = (place: EnvironmentPlace, kind: QueryKind, ...rest: readonly unknown[]) =>
  [...environmentKey(place), kind, ...rest] as const;
