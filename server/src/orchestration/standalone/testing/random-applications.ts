// Generated applications, and what happens to the containers of a host behind Berth's back; for properties of planners.
import * as fc from 'fast-check';
import type { ApplicationSpec, ServiceSpec } from '@berth/contract/application-spec.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { aService, applicationId, exitOf } from '#testing/applications.ts';
import type { TinyEngine } from './tiny-engine.ts';

export const serviceNames = ['a', 'b', 'c', 'd'] as const;
const images = ['sim/web:1', 'sim/web:2', 'sim/once:1'];

/** Dependencies go to earlier services only, so there is no circle; what is waited for can come true. */
const serviceAt = (index: number): fc.Arbitrary<ServiceSpec> => {
  const earlier = serviceNames.slice(0, index);
  const some = fc.subarray([...earlier]);
  return fc
    .record({
      image: fc.constantFrom(...images),
      pullPolicy: fc.constantFrom('always' as const, 'missing' as const),
      policy: fc.constantFrom('no' as const, 'always' as const, 'on-failure' as const, 'unless-stopped' as const),
      environment: fc.constantFrom({}, { A: '1' }, { A: '2' }),
      replicas: fc.integer({ min: 0, max: 3 }),
      healthy: fc.boolean(),
      needs: some,
      links: some,
      borrows: some,
      shares: fc.option(fc.constantFrom(...(earlier.length === 0 ? ['none'] : earlier)), { freq: 4, nil: undefined }),
      network: fc.constantFrom('default', 'back', 'out'),
      mounts: fc.subarray(['data', 'named', undefined]),
    })
    .map((made) => {
      const once = made.image.includes('once');
      const shares = made.shares !== undefined && earlier.includes(made.shares as (typeof serviceNames)[number]);
      return aService({
        image: made.image,
        pullPolicy: made.pullPolicy,
        // A one-shot under `always` runs for ever on a real engine; here it could never settle.
        restart: { policy: once ? 'no' : made.policy },
        environment: made.environment,
        replicas: made.replicas,
        ...(made.healthy && !once ? { healthcheck: { test: ['CMD', 'true'] } } : {}),
        links: made.links.map((service) => ({ service, alias: `to-${service}` })),
        volumesFrom: made.borrows.map((service) => ({ service, readOnly: true })),
        ...(shares
          ? { networks: {}, networkMode: `service:${made.shares}` }
          : { networks: { [made.network]: { aliases: [] } } }),
        mounts: made.mounts.map((volume, at) => ({
          kind: 'volume',
          ...(volume === undefined ? {} : { volume }),
          target: `/mount${at}`,
          readOnly: false,
        })),
        dependsOn: Object.fromEntries(
          made.needs.map((name) => [name, { condition: 'service_started' as const, required: true, restart: false }]),
        ),
      });
    });
};

export const specs: fc.Arbitrary<ApplicationSpec> = fc
  .tuple(
    fc.subarray([...serviceNames], { minLength: 1 }),
    fc.tuple(...serviceNames.map((_, index) => serviceAt(index))),
    fc.boolean(),
  )
  .map(([chosen, services, internal]) => ({
    services: Object.fromEntries(
      serviceNames.flatMap((name, index) => {
        const service = services[index];
        return chosen.includes(name) && service !== undefined ? [[name, prune(service, chosen, services)]] : [];
      }),
    ),
    networks: {
      default: { external: false, labels: {}, internal },
      back: { external: false, labels: {} },
      out: { external: false, name: 'out', labels: {} },
    },
    volumes: { data: { external: false, labels: {} }, named: { external: false, name: 'kept', labels: {} } },
  }));

// A service serviceNames only services that are there, and asks of each what it can come to.
const prune = (service: ServiceSpec, chosen: readonly string[], all: readonly ServiceSpec[]): ServiceSpec => {
  const shared = service.networkMode?.slice('service:'.length);
  const partner = all[serviceNames.indexOf((shared ?? '') as (typeof serviceNames)[number])];
  const isAlone = shared !== undefined && (!chosen.includes(shared) || partner?.replicas === 0);
  const { networkMode: _, ...alone } = service;
  return {
    ...(isAlone ? { ...alone, networks: { default: { aliases: [] } } } : service),
    links: service.links.filter((link) => chosen.includes(link.service)),
    volumesFrom: (service.volumesFrom ?? []).filter((from) => chosen.includes(from.service)),
    dependsOn: Object.fromEntries(
      Object.entries(service.dependsOn)
        .filter(([name]) => chosen.includes(name))
        .map(([name, dependency]) => {
          const needed = all[serviceNames.indexOf(name as (typeof serviceNames)[number])];
          const condition = needed?.image.includes('once')
            ? 'service_completed_successfully'
            : needed?.healthcheck === undefined
              ? 'service_started'
              : 'service_healthy';
          return [name, { ...dependency, condition }];
        }),
    ),
  };
};

const troubles = ['gone', 'killed', 'engine', 'stopped', 'no-network'] as const;
const moreTroubles = [...troubles, 'double', 'unknown', 'sick', 'slow', 'no-volume', 'no-image'] as const;

/** What happens to a host between two looks: each number picks an object, each word a mishap. */
export const mishaps = fc.array(fc.tuple(fc.nat(20), fc.constantFrom(...troubles)), { maxLength: 4 });
/** Also things that only a wish, or time, puts right. */
export const moreMishaps = fc.array(fc.tuple(fc.nat(20), fc.constantFrom(...moreTroubles)), { maxLength: 3 });
export type Mishap = readonly [number, (typeof moreTroubles)[number]];

/** Foreign containers are left alone: they show that nobody else touches them either. */
export const mishap = (engine: TinyEngine, [pick, kind]: Mishap): void => {
  const own = engine.containers.filter(({ owner }) => owner?.application === applicationId);
  const container = own[pick % Math.max(1, own.length)];
  const used = new Set(engine.containers.flatMap((one) => (one.state === 'running' ? one.networks : [])));
  if (kind === 'no-network')
    take(engine.networks, pick, ({ name, owner }) => owner?.application === applicationId && !used.has(name));
  // A volume that is in use cannot be removed, and here all are as long as there is a container.
  if (kind === 'no-volume' && own.length === 0)
    take(engine.volumes, pick, ({ owner }) => owner?.application === applicationId);
  if (kind === 'no-image')
    engine.images.delete([...engine.images.keys()][pick % Math.max(1, engine.images.size)] ?? '');
  if (container === undefined) return;
  const at = engine.containers.indexOf(container);
  const { owner } = container;
  const become = (more: Partial<ObservedContainer>): void => {
    engine.containers[at] = { ...container, ...more };
  };
  const end = (code: number, byEngine: boolean) => become({ state: 'exited', exit: exitOf(code, { byEngine }) });
  if (kind === 'gone') engine.containers.splice(at, 1);
  if (kind === 'killed') end(137, false);
  if (kind === 'engine') end(137, true);
  if (kind === 'stopped') end(0, false);
  if (kind === 'double')
    engine.containers.push({
      ...container,
      id: `${container.id}-${(engine.nowMs += 1)}`,
      name: `${container.name}-${engine.nowMs}`,
    });
  if (kind === 'unknown' && owner !== undefined) become({ owner: { ...owner, specHash: 'unknown' } });
  if (container.state !== 'running' || container.health === 'none') return;
  if (kind === 'sick') become({ health: 'unhealthy' });
  if (kind === 'slow') become({ health: 'starting' });
};

const take = <T>(list: T[], pick: number, may: (item: T) => boolean): void => {
  const found = list.filter(may);
  const item = found[pick % Math.max(1, found.length)];
  if (item !== undefined) list.splice(list.indexOf(item), 1);
};
