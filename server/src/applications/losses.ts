// What the step from one revision to another would take away, for a person to confirm. Volumes are never deleted; a loss
// is what a service no longer finds, or a pause of all at once. Pure.
import type { ApplicationSpec, NetworkSpec, ServiceSpec, VolumeSpec } from '@berth/contract/application-spec.ts';
import type { Loss } from '@berth/contract/applications.ts';
import type { Problem } from '@berth/contract/problems.ts';
import { canonicalJson } from '#orchestration/standalone/canonical-json.ts';
import { objectName } from '#orchestration/standalone/wanted-containers.ts';

export const findLosses = (application: string, former: ApplicationSpec | undefined, now: ApplicationSpec): Loss[] =>
  former === undefined
    ? []
    : [
        ...serviceLosses(former, now),
        ...volumeLosses(application, former, now),
        ...networkLosses(application, former, now),
      ];

export const lossProblems = (losses: readonly Loss[]): Problem[] =>
  losses.map(({ kind, message }) => ({ severity: 'error', code: kind, message }));

const serviceLosses = (former: ApplicationSpec, now: ApplicationSpec): Loss[] => {
  const added = new Map(Object.entries(now.services).filter(([name]) => former.services[name] === undefined));
  const losses: Loss[] = [];
  for (const [name, service] of Object.entries(former.services)) {
    if (now.services[name] !== undefined) continue;
    const anonymous = service.mounts.some((mount) => mount.kind === 'volume' && mount.volume === undefined);
    const successor = [...added].find(([, candidate]) => isLike(service, candidate))?.[0];
    if (successor === undefined) {
      const left = anonymous ? '; its anonymous volumes stay on the host unused' : '';
      losses.push({
        kind: 'service_removed',
        name,
        message: `${name} is removed, with what its containers wrote outside volumes${left}`,
      });
    } else {
      added.delete(successor);
      const left = anonymous ? '; its anonymous volumes do not follow' : '';
      losses.push({
        kind: 'service_renamed',
        name,
        message: `${name} looks renamed to ${successor}: new containers take its place${left}`,
      });
    }
  }
  return losses;
};

// The same program, or the same door to the outside.
const isLike = (a: ServiceSpec, b: ServiceSpec): boolean => {
  const doors = (service: ServiceSpec) =>
    service.ports.flatMap(({ published, protocol }) =>
      published === undefined ? [] : [`${published.from}-${published.to}/${protocol}`],
    );
  return a.image === b.image || doors(a).some((door) => doors(b).includes(door));
};

const volumeLosses = (application: string, former: ApplicationSpec, now: ApplicationSpec): Loss[] => {
  const engineNames = ({ volumes }: ApplicationSpec) =>
    new Map(Object.entries(volumes).map(([key, volume]) => [nameOf(application, key, volume), volume]));
  const used = usedVolumes(application, now);
  const next = engineNames(now);
  return Object.entries(former.volumes).flatMap(([key, volume]): Loss[] => {
    const name = nameOf(application, key, volume);
    if (usedVolumes(application, former).has(name) && !used.has(name))
      return [
        {
          kind: 'volume_left_behind',
          name: key,
          message: `The volume ${key} is no longer used; it is kept on the host as ${name}`,
        },
      ];
    const successor = next.get(name);
    if (successor !== undefined && makingOf(successor) !== makingOf(volume))
      return [
        {
          kind: 'volume_differs',
          name: key,
          message: `The volume ${key} is asked for with another driver or options; ${name} is kept as it is`,
        },
      ];
    return [];
  });
};

const usedVolumes = (application: string, spec: ApplicationSpec): Set<string> =>
  new Set(
    Object.values(spec.services).flatMap(({ mounts }) =>
      mounts.flatMap((mount) =>
        mount.kind === 'volume' && mount.volume !== undefined
          ? [nameOf(application, mount.volume, spec.volumes[mount.volume])]
          : [],
      ),
    ),
  );

const nameOf = (application: string, key: string, given: VolumeSpec | NetworkSpec | undefined): string =>
  given?.engineName ?? objectName(application, key, given);

const makingOf = ({ external, driver, driverOptions }: VolumeSpec): string =>
  canonicalJson([external, driver ?? 'local', driverOptions ?? {}]);

const networkLosses = (application: string, former: ApplicationSpec, now: ApplicationSpec): Loss[] =>
  Object.entries(former.networks).flatMap(([key, network]): Loss[] => {
    const next = now.networks[key];
    if (next === undefined || network.external || next.external) return [];
    if (nameOf(application, key, network) !== nameOf(application, key, next)) return [];
    if (canonicalJson(network) === canonicalJson(next)) return [];
    const services = Object.entries(now.services)
      .filter(([, service]) => service.networks[key] !== undefined)
      .map(([name]) => name);
    const stopped = services.length === 0 ? '' : `; ${services.join(', ')} stop at once meanwhile`;
    return [{ kind: 'network_replaced', name: key, message: `The network ${key} is made anew${stopped}` }];
  });
