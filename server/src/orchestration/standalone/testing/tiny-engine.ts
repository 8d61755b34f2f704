// A pure model of one Docker engine, just enough to carry out a plan: no network, no Docker, and a clock that a test moves.
// It refuses what the real engine refuses, so that a plan in the wrong order fails here.
import { fromInstant, toInstant } from '@berth/common/clock.ts';
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '@berth/contract/engine-objects.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import type { PlannedStep } from '#orchestration/driver.ts';
import type { StandaloneDetail } from '#orchestration/standalone/standalone-steps.ts';

type Step = PlannedStep<StandaloneDetail>;

export interface TinyEngine {
  readonly containers: ObservedContainer[];
  readonly networks: ObservedNetwork[];
  readonly volumes: ObservedVolume[];
  /** Reference → id, and each id → itself. */
  readonly images: Map<string, string>;
  /** Grows with every object made and with every look, so that no two instants are the same. */
  nowMs: number;
  /** What becomes of a container that is started. */
  fate: (container: ObservedContainer) => Fate;
}

/** `slow`: its health check takes until a test says so. `loops`: the engine starts it again and again. */
export type Fate = 'well' | 'slow' | 'sick' | 'ends' | 'loops';

export interface TinyOptions {
  /** A step that fails: before it had its effect, or after it. */
  readonly failing?: (step: Step) => 'before' | 'after' | undefined;
  /** Does each step a second time right after the first; what the second answers does not matter. */
  readonly isTwice?: boolean;
  /** Called before a step has its effect. */
  readonly watch?: (step: Step) => void;
}

export interface TinyApplied {
  /** Ids of steps. */
  readonly done: readonly string[];
  /** Names of containers that were started. */
  readonly started: readonly string[];
  readonly failed: readonly Step[];
}

const startMs = fromInstant('2026-01-01T00:00:00.000Z');

export const makeTinyEngine = (images: readonly string[] = []): TinyEngine => ({
  containers: [],
  networks: [],
  volumes: [],
  images: new Map(images.flatMap((reference) => pulled(reference))),
  nowMs: startMs,
  fate: () => 'well',
});

const pulled = (reference: string): [string, string][] => [
  [reference, `id of ${reference}`],
  [`id of ${reference}`, `id of ${reference}`],
];

export const observeTiny = (engine: TinyEngine): ObservedApplication => ({
  observedAt: instant(engine),
  host: { id: 'hst_11111111111111111111111111' as ObservedApplication['host']['id'], name: 'alpha' },
  containers: engine.containers.map((container) => ({ ...container })),
  networks: [...engine.networks],
  volumes: [...engine.volumes],
  imagesPresent: new Map(engine.images),
});

/** Does the steps in an order that `after` allows; throws when the engine would refuse one. What needs a failed one is left. */
export const applyTiny = (
  engine: TinyEngine,
  desired: DesiredApplication,
  steps: readonly Step[],
  { failing, isTwice, watch }: TinyOptions = {},
): TinyApplied => {
  const ids = new Set(steps.map((step) => step.id));
  const done = new Set<string>();
  const lost = new Set<string>();
  const started: string[] = [];
  const failed: Step[] = [];
  let open = [...steps];
  while (open.length > 0) {
    // The last of those that may run: an order hidden in the list, and not in `after`, does not help.
    const ready = open.findLast((step) => step.after.every((id) => done.has(id) || lost.has(id) || !ids.has(id)));
    if (ready === undefined) throw new Error(`steps wait for one another: ${open.map((step) => step.id).join(', ')}`);
    open = open.filter((step) => step !== ready);
    if (ready.after.some((id) => lost.has(id))) {
      lost.add(ready.id);
      continue;
    }
    const failure = failing?.(ready);
    if (failure !== 'before') {
      watch?.(ready);
      act(engine, desired, ready.detail);
      if (isTwice === true) actAgain(engine, desired, ready.detail);
    }
    if (failure === undefined) {
      done.add(ready.id);
      if (ready.detail.do === 'start_container') started.push(ready.target);
    } else {
      lost.add(ready.id);
      failed.push(ready);
    }
  }
  return { done: [...done], started, failed };
};

// A refusal is an answer like another: whoever repeats a request does not know that the first one came through.
const actAgain = (engine: TinyEngine, desired: DesiredApplication, detail: StandaloneDetail): void => {
  try {
    act(engine, desired, detail);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
  }
};

class Refusal extends Error {}

const instant = (engine: TinyEngine): string => {
  engine.nowMs += 1;
  return toInstant(engine.nowMs);
};

const serial = (engine: TinyEngine): number => {
  engine.nowMs += 1;
  return engine.nowMs - startMs;
};

const refuse = (why: string): never => {
  throw new Refusal(`the engine refuses: ${why}`);
};

const act = (engine: TinyEngine, desired: DesiredApplication, detail: StandaloneDetail): void => {
  switch (detail.do) {
    case 'pull_image':
      for (const [reference, id] of pulled(detail.reference)) engine.images.set(reference, id);
      return;
    case 'create_network':
      if (engine.networks.some((network) => network.name === detail.name)) refuse(`a second network ${detail.name}`);
      engine.networks.push({
        id: `net-${serial(engine)}`,
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
      const users = engine.containers.filter((container) => container.networks.includes(name ?? ''));
      if (users.length > 0) refuse(`the network ${name} is in use by ${users.map((user) => user.name).join(', ')}`);
      removeWhere(engine.networks, (network) => network.id === detail.network);
      return;
    }
    case 'remove_volume':
      removeWhere(engine.volumes, (volume) => volume.name === detail.volume);
      return;
    case 'remove_container': {
      const running = engine.containers.find((container) => container.id === detail.container);
      if (running !== undefined && isLive(running.state)) refuse(`${running.name} still runs`);
      removeWhere(engine.containers, (container) => container.id === detail.container);
      return;
    }
    case 'build_image':
      for (const [reference, id] of pulled(detail.reference)) engine.images.set(reference, id);
      return;
    case 'rename_container':
      if (engine.containers.some(({ name }) => name === detail.name)) refuse(`the name ${detail.name} is taken`);
      change(engine, detail.container, { name: detail.name });
      return;
    case 'stop_container':
      // What does not run is left as it is.
      if (engine.containers.some(({ id, state }) => id === detail.container && isLive(state)))
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
    id: `id-${serial(engine)}`,
    name: spec.name,
    owner: spec.owner,
    image: spec.service.image,
    imageId: engine.images.get(spec.service.image) ?? '',
    state: 'created',
    health: spec.service.healthcheck === undefined ? 'none' : 'starting',
    ports: [],
    networks: spec.networks.map((network) => network.name),
    createdAt: instant(engine),
    restarts: 0,
  });
};

const isLive = (state: ObservedContainer['state']): boolean =>
  state === 'running' || state === 'restarting' || state === 'paused';

// Images called `once` end well at once; a health check passes as soon as it is asked, unless fate has it otherwise.
const start = (
  engine: TinyEngine,
  desired: DesiredApplication,
  detail: Extract<StandaloneDetail, { do: 'start_container' }>,
): void => {
  const container = engine.containers.findLast((candidate) =>
    detail.container === undefined
      ? candidate.owner?.application === desired.id &&
        candidate.owner.key === detail.service &&
        candidate.owner.slot === detail.slot
      : candidate.id === detail.container,
  );
  if (container === undefined) return refuse(`no container of ${detail.service} to start`);
  for (const name of container.networks)
    if (!engine.networks.some((network) => network.name === name)) refuse(`the network ${name} is gone`);
  if (isLive(container.state)) return;
  const startedAt = instant(engine);
  const fate = engine.fate(container);
  const hasCheck = container.health !== 'none';
  if (fate === 'ends' || container.image.includes('once'))
    change(engine, container.id, { state: 'exited', startedAt, exit: ending(engine, fate === 'ends' ? 1 : 0) });
  else if (fate === 'loops')
    change(engine, container.id, { state: 'restarting', startedAt, restarts: 3, exit: ending(engine, 1) });
  else {
    const health = fate === 'slow' ? 'starting' : fate === 'sick' ? 'unhealthy' : 'healthy';
    change(engine, container.id, { state: 'running', startedAt, restarts: 0, health: hasCheck ? health : 'none' });
  }
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
