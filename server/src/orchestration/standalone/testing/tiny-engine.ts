// A pure model of one Docker engine, just enough to carry out a plan: no time, no network, no Docker. It refuses what the
// real engine refuses, so that a plan in the wrong order fails here.
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import type { PlannedStep } from '#orchestration/driver.ts';
import type { StandaloneDetail } from '#orchestration/standalone/standalone-steps.ts';

type Step = PlannedStep<StandaloneDetail>;

export interface TinyEngine {
  readonly containers: ObservedContainer[];
  readonly networks: ObservedNetwork[];
  readonly volumes: ObservedVolume[];
  /** Reference → id. */
  readonly images: Map<string, string>;
  /** Grows with every object made; stands for the time. */
  serial: number;
}

export const makeTinyEngine = (images: readonly string[] = []): TinyEngine => ({
  containers: [],
  networks: [],
  volumes: [],
  images: new Map(images.map((reference) => [reference, `id of ${reference}`])),
  serial: 0,
});

export const observeTiny = (engine: TinyEngine): ObservedApplication => ({
  observedAt: instant(engine),
  host: { id: 'hst_11111111111111111111111111' as ObservedApplication['host']['id'], name: 'alpha' },
  containers: engine.containers.map((container) => ({ ...container })),
  networks: [...engine.networks],
  volumes: [...engine.volumes],
  imagesPresent: new Map(engine.images),
});

/** Does the steps in an order that `after` allows; throws when the engine would refuse one. Gives names of started containers. */
export const applyTiny = (engine: TinyEngine, desired: DesiredApplication, steps: readonly Step[]): string[] => {
  const ids = new Set(steps.map((step) => step.id));
  const done = new Set<string>();
  const started: string[] = [];
  let open = [...steps];
  while (open.length > 0) {
    // The last of those that may run: an order hidden in the list, and not in `after`, does not help.
    const ready = open.findLast((step) => step.after.every((id) => done.has(id) || !ids.has(id)));
    if (ready === undefined) throw new Error(`steps wait for one another: ${open.map((step) => step.id).join(', ')}`);
    if (ready.detail.do === 'start_container') started.push(ready.target);
    act(engine, desired, ready.detail);
    done.add(ready.id);
    open = open.filter((step) => step !== ready);
  }
  return started;
};

const instant = (engine: TinyEngine): string => {
  engine.serial += 1;
  return `2026-01-01T00:00:00.${String(engine.serial).padStart(6, '0')}Z`;
};

const refuse = (why: string): never => {
  throw new Error(`the engine refuses: ${why}`);
};

const act = (engine: TinyEngine, desired: DesiredApplication, detail: StandaloneDetail): void => {
  switch (detail.do) {
    case 'pull_image':
      engine.images.set(detail.reference, `id of ${detail.reference}`);
      return;
    case 'create_network':
      if (engine.networks.some((network) => network.name === detail.name)) refuse(`a second network ${detail.name}`);
      engine.networks.push({
        id: `net-${(engine.serial += 1)}`,
        name: detail.name,
        driver: 'bridge',
        owner: detail.owner,
        specHash: detail.specHash,
        createdAt: instant(engine),
      });
      return;
    case 'create_volume':
      if (engine.volumes.some((volume) => volume.name === detail.name)) refuse(`a second volume ${detail.name}`);
      engine.volumes.push({ name: detail.name, driver: 'local', owner: detail.owner, specHash: detail.specHash });
      return;
    case 'remove_network': {
      const name = engine.networks.find((network) => network.id === detail.network)?.name;
      if (engine.containers.some((container) => container.networks.includes(name ?? '')))
        refuse(`the network ${name} is in use`);
      removeWhere(engine.networks, (network) => network.id === detail.network);
      return;
    }
    case 'remove_volume':
      removeWhere(engine.volumes, (volume) => volume.name === detail.volume);
      return;
    case 'remove_container': {
      const running = engine.containers.find((container) => container.id === detail.container);
      if (running?.state === 'running') refuse(`${running.name} still runs`);
      removeWhere(engine.containers, (container) => container.id === detail.container);
      return;
    }
    case 'build_image':
      engine.images.set(detail.reference, `id of ${detail.reference}`);
      return;
    case 'rename_container':
      if (engine.containers.some(({ name }) => name === detail.name)) refuse(`the name ${detail.name} is taken`);
      change(engine, detail.container, { name: detail.name });
      return;
    case 'stop_container':
      change(engine, detail.container, { state: 'exited', exit: ending(engine, 143) });
      return;
    case 'create_container':
      create(engine, detail.container);
      return;
    case 'start_container':
      start(engine, desired, detail);
  }
};

const create = (engine: TinyEngine, spec: Extract<StandaloneDetail, { do: 'create_container' }>['container']): void => {
  if (engine.containers.some((container) => container.name === spec.name)) refuse(`the name ${spec.name} is taken`);
  if (!engine.images.has(spec.service.image)) refuse(`no image ${spec.service.image}`);
  for (const { name } of spec.networks)
    if (!engine.networks.some((network) => network.name === name)) refuse(`no network ${name}`);
  for (const mount of spec.mounts)
    if (mount.kind === 'volume' && !engine.volumes.some((volume) => volume.name === mount.volume))
      refuse(`no volume ${mount.volume}`);
  const shared = spec.networkMode?.match(/^service:(.+)$/)?.[1];
  if (shared !== undefined && !engine.containers.some((other) => other.owner?.key === shared && other.owner.slot === 0))
    refuse(`no container of ${shared} to share a network with`);
  engine.containers.push({
    id: `id-${(engine.serial += 1)}`,
    name: spec.name,
    owner: spec.owner,
    image: spec.service.image,
    imageId: spec.service.image,
    state: 'created',
    health: spec.service.healthcheck === undefined ? 'none' : 'starting',
    ports: [],
    networks: spec.networks.map((network) => network.name),
    createdAt: instant(engine),
    restarts: 0,
  });
};

// Images called `once` end well at once; a health check passes as soon as it is asked.
const start = (
  engine: TinyEngine,
  desired: DesiredApplication,
  detail: Extract<StandaloneDetail, { do: 'start_container' }>,
): void => {
  const container = engine.containers.find((candidate) =>
    detail.container === undefined
      ? candidate.owner?.application === desired.id &&
        candidate.owner.key === detail.service &&
        candidate.owner.slot === detail.slot
      : candidate.id === detail.container,
  );
  if (container === undefined) return refuse(`no container of ${detail.service} to start`);
  for (const name of container.networks)
    if (!engine.networks.some((network) => network.name === name)) refuse(`the network ${name} is gone`);
  if (container.image.includes('once')) change(engine, container.id, { state: 'exited', exit: ending(engine, 0) });
  else change(engine, container.id, { state: 'running', health: container.health === 'none' ? 'none' : 'healthy' });
};

const ending = (engine: TinyEngine, code: number): NonNullable<ObservedContainer['exit']> => ({
  code,
  at: instant(engine),
  outOfMemory: false,
  error: '',
  byEngine: false,
});

const change = (engine: TinyEngine, id: string, to: Partial<ObservedContainer>): void => {
  const at = engine.containers.findIndex((container) => container.id === id);
  const before = engine.containers[at];
  if (before === undefined) return refuse(`no container ${id}`);
  engine.containers[at] = { ...before, ...to };
};

const removeWhere = <T>(list: T[], gone: (item: T) => boolean): void => {
  for (let at = list.length - 1; at >= 0; at -= 1) {
    const item = list[at];
    if (item !== undefined && gone(item)) list.splice(at, 1);
  }
};
