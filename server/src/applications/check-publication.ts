// Everything that can be said against a publication before anything is touched: the Compose files, the policy, the ports
// and names on the host. One list for the dry run and for the publish itself.
import { compileApplication } from '@berth/compose/compile.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Publication } from '@berth/contract/applications.ts';
import type { EnvironmentSettings } from '@berth/contract/environments.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { HostView } from '#hosts/look-at-host.ts';
import { containerName } from '#orchestration/standalone/wanted-containers.ts';
import { evaluatePolicy } from '#policy/evaluate-policy.ts';
import { findPortProblems, type PortFacts } from './port-check.ts';

export type Compiled =
  | { readonly spec: ApplicationSpec; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

export const compilePublication = (publication: Publication): Compiled => {
  const bundle = { files: new Map(Object.entries(publication.bundle.files)), main: publication.bundle.main };
  const compiled = compileApplication(bundle, {
    variables: publication.variables ?? {},
    projectName: publication.name,
    profiles: publication.profiles ?? [],
    unsetVariables: 'error',
  });
  return 'problems' in compiled
    ? { problems: compiled.problems }
    : { spec: compiled.spec, warnings: compiled.warnings };
};

export const checkPolicy = (spec: ApplicationSpec, settings: EnvironmentSettings): Problem[] =>
  evaluatePolicy(spec, settings);

/** Ports and names on the host. */
export const checkHost = (
  application: { id: string | undefined; name: string; spec: ApplicationSpec; scale: Readonly<Record<string, number>> },
  host: HostView,
  others: PortFacts['others'],
): Problem[] => [
  ...findPortProblems({
    application,
    host: host.name,
    containers: host.observation.containers,
    others,
    listeners: host.listeners,
  }),
  ...findNameProblems(application, host),
];

const findNameProblems = (
  application: { id: string | undefined; name: string; spec: ApplicationSpec; scale: Readonly<Record<string, number>> },
  host: HostView,
): Problem[] =>
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
