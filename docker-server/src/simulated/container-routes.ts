// Containers of a simulated engine: list, create, inspect, rename, start, stop, remove.
import { cancelTimers, endSim, startSim, stopSim } from './sim-lifecycle.ts';
import { findSimImage } from './sim-images.ts';
import { hasLabels, isTrue, readFilters, Refusal, route, type SimRoute } from './sim-http.ts';
import { toInspectJson, toListJson } from './container-json.ts';
import type { SimContainer, SimCreateBody, SimState } from './sim-state.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

export interface CreateTrap {
  /** True once: the answer of the next create is lost on its way. */
  cutNext: boolean;
}

export const containerRoutes = (state: SimState, trap: CreateTrap): SimRoute[] => [
  route('GET', '/containers/json', ({ query }) => {
    const filters = readFilters(query);
    const all = [...state.containers.values()]
      .filter((container) => isTrue(query.get('all')) || container.state === 'running')
      .filter((container) => hasLabels(container.labels, filters.get('label')))
      .reverse();
    return { status: 200, json: all.map((container) => toListJson(state, container)) };
  }),
  route('POST', '/containers/create', ({ query, body, answer }) => {
    const container = createSim(state, query.get('name') ?? '', body as SimCreateBody);
    if (trap.cutNext) {
      trap.cutNext = false;
      answer.destroy();
      return undefined;
    }
    return { status: 201, json: { Id: container.id, Warnings: [] } };
  }),
  route('GET', '/containers/:x/json', ({ parts }) => ({
    status: 200,
    json: toInspectJson(state, requireSim(state, parts[0])),
  })),
  route('POST', '/containers/:x/start', ({ parts }) => {
    const container = requireSim(state, parts[0]);
    if (container.state === 'running') return { status: 304 };
    cancelTimers(container);
    startSim(state, container);
    return { status: 204 };
  }),
  route('POST', '/containers/:x/rename', ({ parts, query }) => {
    const container = requireSim(state, parts[0]);
    const name = (query.get('name') ?? '').replace(/^\//, '');
    if (name === container.name) throw new Refusal(400, 'Renaming a container with the same name as its current name');
    requireFreeName(state, name);
    const before = container.name;
    container.name = name;
    state.tellContainer('rename', container, { oldName: `/${before}` });
    return { status: 204 };
  }),
  route('POST', '/containers/:x/stop', ({ parts }) => {
    const container = requireSim(state, parts[0]);
    if (container.state !== 'running' && container.state !== 'restarting') return { status: 304 };
    stopSim(state, container);
    return { status: 204 };
  }),
  route('DELETE', '/containers/:x', ({ parts, query }) => {
    const container = requireSim(state, parts[0]);
    if (container.state === 'running' && !isTrue(query.get('force')))
      throw new Refusal(
        409,
        `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`,
      );
    removeSim(state, container);
    return { status: 204 };
  }),
];

export const requireSim = (state: SimState, reference: string | undefined): SimContainer => {
  const found = state.findContainer(reference ?? '');
  if (found === undefined) throw new Refusal(404, `No such container: ${reference}`);
  return found;
};

export const createSim = (state: SimState, name: string, body: SimCreateBody): SimContainer => {
  const image = findSimImage(state, body.Image);
  if (image === undefined) throw new Refusal(404, `No such image: ${body.Image}`);
  const id = state.newId();
  const wanted = name === '' ? `sim_${id.slice(0, 12)}` : name.replace(/^\//, '');
  requireFreeName(state, wanted);
  const container: SimContainer = {
    id,
    name: wanted,
    body,
    imageId: image.id,
    labels: { ...image.labels, ...body.Labels },
    createdMs: state.clock.nowMs(),
    state: 'created',
    startedMs: undefined,
    finishedMs: undefined,
    exitCode: 0,
    error: '',
    outOfMemory: false,
    restarts: 0,
    isStopped: false,
    health: 'none',
    networks: firstNetworks(state, body),
    ports: [],
    logs: [],
    files: new Map([
      ['/', { bytes: Buffer.alloc(0), isFolder: true }],
      ['/etc', { bytes: Buffer.alloc(0), isFolder: true }],
      ['/etc/hostname', { bytes: Buffer.from(`${id.slice(0, 12)}\n`), isFolder: false }],
      ['/data', { bytes: Buffer.alloc(0), isFolder: true }],
    ]),
    timers: new Set(),
  };
  makeMissingVolumes(state, body);
  state.containers.set(id, container);
  state.tellContainer('create', container);
  return container;
};

const requireFreeName = (state: SimState, name: string): void => {
  if (!namePattern.test(name))
    throw new Refusal(400, `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  const holder = [...state.containers.values()].find((container) => container.name === name);
  if (holder !== undefined)
    throw new Refusal(
      409,
      `Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
};

const firstNetworks = (state: SimState, body: SimCreateBody): SimContainer['networks'] => {
  const mode = body.HostConfig?.NetworkMode ?? 'default';
  if (mode.startsWith('container:')) {
    requireSim(state, mode.slice('container:'.length));
    return new Map();
  }
  const name = mode === 'default' ? 'bridge' : mode;
  const network = state.findNetwork(name);
  if (network === undefined) throw new Refusal(404, `network ${name} not found`);
  const endpoint = body.NetworkingConfig?.EndpointsConfig?.[name] ?? {};
  return new Map([[network.name, endpoint]]);
};

// The engine makes a volume that is named and missing, without labels or options.
const makeMissingVolumes = (state: SimState, body: SimCreateBody): void => {
  for (const mount of body.HostConfig?.Mounts ?? [])
    if (mount.Type === 'volume' && mount.Source && !state.volumes.has(mount.Source))
      state.volumes.set(mount.Source, { name: mount.Source, driver: 'local', labels: {}, options: {} });
};

export const removeSim = (state: SimState, container: SimContainer): void => {
  cancelTimers(container);
  if (container.state === 'running') {
    state.tellContainer('kill', container, { signal: '9' });
    endSim(state, container, 137);
  }
  state.containers.delete(container.id);
  state.tellContainer('destroy', container);
};
