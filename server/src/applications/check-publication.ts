// Everything that can be said against a publication before anything is touched: the Compose files, the policy, the ports
// and names on the host. One list for the dry run and for the publish itself.
import { readBundle } from '@berth/compose/bundle.ts';
import { compileApplication } from '@berth/compose/compile.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Publication } from '@berth/contract/applications.ts';
import type { EnvironmentSettings } from '@berth/contract/environments.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { HostView } from '#hosts/look-at-host.ts';
import { objectHash } from '#orchestration/standalone/canonical-json.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import { containerName, objectName } from '#orchestration/standalone/wanted-containers.ts';
import { evaluatePolicy } from '#policy/evaluate-policy.ts';
import { findPortProblems, type PortFacts } from './port-check.ts';

export type Compiled =
  | { readonly spec: ApplicationSpec; readonly warnings: readonly Problem[]; readonly placeOf: PlaceOf }
  | { readonly problems: readonly Problem[] };

export const compilePublication = (publication: Publication): Compiled => {
  const compiled = compileApplication(readBundle(publication.bundle), {
    variables: publication.variables ?? {},
    projectName: publication.name,
    profiles: publication.profiles ?? [],
    unsetVariables: 'error',
  });
  return 'problems' in compiled
    ? { problems: compiled.problems }
    : { spec: compiled.spec, warnings: compiled.warnings, placeOf: compiled.placeOf };
};

/** Where in the files what a path of the spec names is written. */
export type PlaceOf = (path: string) => Pick<Problem, 'file' | 'line' | 'column'> | undefined;

/** The problem with its place in the files, where it has none yet and there is one. */
export const placed = (problem: Problem, placeOf: PlaceOf | undefined): Problem =>
  problem.file === undefined && problem.path !== undefined ? { ...problem, ...placeOf?.(problem.path) } : problem;

export const checkPolicy = (spec: ApplicationSpec, settings: EnvironmentSettings): Problem[] =>
  evaluatePolicy(spec, settings);

export interface Candidate {
  readonly id: string | undefined;
  readonly name: string;
  readonly environment: string;
  readonly spec: ApplicationSpec;
  readonly scale: Readonly<Record<string, number>>;
}

/** Ports, names, external objects and networks that are to change on the host. */
export const checkHost = (application: Candidate, host: HostView, others: PortFacts['others']): Problem[] => [
  ...findPortProblems({
    application,
    host: host.name,
    containers: host.observation.containers,
    others,
    listeners: host.listeners,
  }),
  ...findNameProblems(application, host),
  ...findExternalProblems(application, host),
  ...findNetworkProblems(application, host),
];

// The engine changes no network, and lets none be made anew that others are on.
const findNetworkProblems = ({ id, name, spec }: Candidate, { observation }: HostView): Problem[] => {
  const used = new Set(Object.values(spec.services).flatMap(({ networks }) => Object.keys(networks)));
  return Object.entries(spec.networks).flatMap(([key, network]): Problem[] => {
    const engineName = objectName(name, key, network);
    const have = observation.networks.find(
      (one) => id !== undefined && one.name === engineName && one.owner?.application === id,
    );
    const isSame = have?.specHash === undefined || have.specHash === objectHash(network, sha256);
    if (network.external || !used.has(key) || isSame) return [];
    const guest = observation.containers.find(
      ({ owner, networks }) => owner?.application !== id && networks.includes(engineName),
    );
    if (guest === undefined) return [];
    const who =
      guest.owner === undefined
        ? `the container ${guest.name}, which is not Berth’s`
        : `the application ${guest.owner.applicationName}`;
    const message = `The network ${key} cannot be made anew with other settings while ${who} is on it`;
    return [{ severity: 'error', code: 'network_in_use', message, path: `networks.${key}` }];
  });
};

// What the file calls external must be there already, and be of this environment; whose else it is, is not told.
const findExternalProblems = ({ environment, name, spec }: Candidate, { observation }: HostView): Problem[] => {
  const isThere = (objects: readonly { name: string; owner?: { environment: string } | undefined }[], wanted: string) =>
    objects.some((object) => object.name === wanted && object.owner?.environment === environment);
  const missing = (kind: 'network' | 'volume', key: string, given: string | undefined): Problem => ({
    severity: 'error',
    code: `${kind}_not_found`,
    message: `The ${kind} ${given ?? key} is not one of this environment`,
    path: `${kind}s.${key}`,
  });
  return [
    ...Object.entries(spec.networks).flatMap(([key, network]) =>
      network.external && !isThere(observation.networks, objectName(name, key, network))
        ? [missing('network', key, network.name)]
        : [],
    ),
    ...Object.entries(spec.volumes).flatMap(([key, volume]) =>
      volume.external && !isThere(observation.volumes, objectName(name, key, volume))
        ? [missing('volume', key, volume.name)]
        : [],
    ),
  ];
};

const findNameProblems = (application: Candidate, host: HostView): Problem[] =>
  Object.entries(application.spec.services).flatMap(([service, spec]) =>
    Array.from({ length: application.scale[service] ?? spec.replicas }, (_, slot) =>
      containerName(application.name, service, slot),
    ).flatMap((name): Problem[] => {
      const holder = host.observation.containers.find(
        ({ name: held, owner }) => held === name && (owner === undefined || owner.application !== application.id),
      );
      if (holder === undefined) return [];
      const { owner } = holder;
      const message =
        owner === undefined
          ? `Host ${host.name} has a container called ${name} which is not Berth’s`
          : `The container name ${name} belongs to the service ${owner.key} of the application ${owner.applicationName}`;
      return [{ severity: 'error', code: 'name_taken', message, path: `services.${service}` }];
    }),
  );
