// Networks, volumes and images of a simulated engine, with the manners of the real one.
import { toInstant } from '@berth/common/clock.ts';
import { addSimImage, behaviourOf, digestOf, findSimImage, normalReference } from './sim-images.ts';
import { hasLabels, readFilters, Refusal, route, type SimRoute } from './sim-http.ts';
import type { SimEndpoint, SimNetwork, SimState, SimVolume } from './sim-state.ts';
import { requireSim } from './container-routes.ts';

interface NetworkBody {
  readonly Name: string;
  readonly CheckDuplicate?: boolean;
  readonly Driver?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

export const networkRoutes = (state: SimState): SimRoute[] => [
  route('GET', '/networks', ({ query }) => {
    const filters = readFilters(query);
    const all = [...state.networks.values()]
      // The engine's filter by name is by part of it.
      .filter((network) => filters.get('name')?.some((name) => network.name.includes(name)) ?? true)
      .filter((network) => hasLabels(network.labels, filters.get('label')));
    return { status: 200, json: all.map(toNetworkJson) };
  }),
  route('POST', '/networks/create', ({ body }) => {
    const wish = body as NetworkBody;
    const holder = state.findNetwork(wish.Name);
    if (holder !== undefined && wish.CheckDuplicate === true)
      throw new Refusal(409, `network with name ${wish.Name} already exists`);
    const network = addNetwork(state, wish.Name, wish.Driver ?? 'bridge', wish.Labels ?? {});
    // Without the check there are now two of that name, and only a warning.
    const warning = holder === undefined ? '' : `Network with name ${wish.Name} (id : ${holder.id}) already exists`;
    return { status: 201, json: { Id: network.id, Warning: warning } };
  }),
  route('GET', '/networks/:x', ({ parts }) => ({
    status: 200,
    json: toNetworkJson(requireNetwork(state, parts[0])),
  })),
  route('DELETE', '/networks/:x', ({ parts }) => {
    const network = requireNetwork(state, parts[0]);
    const user = [...state.containers.values()].find(
      (container) => container.state === 'running' && container.networks.has(network.name),
    );
    if (user !== undefined)
      throw new Refusal(
        403,
        `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
      );
    state.networks.delete(network.id);
    state.tell('network', 'destroy', network.id, { name: network.name, type: network.driver });
    return { status: 204 };
  }),
  route('POST', '/networks/:x/connect', ({ parts, body }) => {
    const network = requireNetwork(state, parts[0]);
    const { Container, EndpointConfig } = body as { Container: string; EndpointConfig?: SimEndpoint };
    const container = requireSim(state, Container);
    if (container.networks.has(network.name))
      throw new Refusal(403, `endpoint with name ${container.name} already exists in network ${network.name}`);
    container.networks.set(network.name, EndpointConfig ?? {});
    state.tell('network', 'connect', network.id, { container: container.id, name: network.name, type: network.driver });
    return { status: 200 };
  }),
];

export const addNetwork = (
  state: SimState,
  name: string,
  driver: string,
  labels: Readonly<Record<string, string>> = {},
): SimNetwork => {
  const network: SimNetwork = { id: state.newId(), name, driver, labels, createdMs: state.clock.nowMs() };
  state.networks.set(network.id, network);
  state.tell('network', 'create', network.id, { name, type: driver });
  return network;
};

const requireNetwork = (state: SimState, reference: string | undefined): SimNetwork => {
  const found = state.findNetwork(reference ?? '');
  if (found === undefined) throw new Refusal(404, `network ${reference} not found`);
  return found;
};

const toNetworkJson = (network: SimNetwork) => ({
  Name: network.name,
  Id: network.id,
  Created: toInstant(network.createdMs),
  Scope: 'local',
  Driver: network.driver,
  EnableIPv6: false,
  Internal: false,
  Attachable: false,
  Containers: {},
  Options: {},
  Labels: network.labels,
});

interface VolumeBody {
  readonly Name?: string;
  readonly Driver?: string;
  readonly DriverOpts?: Readonly<Record<string, string>>;
  readonly Labels?: Readonly<Record<string, string>>;
}

export const volumeRoutes = (state: SimState): SimRoute[] => [
  route('GET', '/volumes', ({ query }) => {
    const filters = readFilters(query);
    const all = [...state.volumes.values()].filter((volume) => hasLabels(volume.labels, filters.get('label')));
    return { status: 200, json: { Volumes: all.map(toVolumeJson), Warnings: null } };
  }),
  route('POST', '/volumes/create', ({ body }) => {
    const wish = body as VolumeBody;
    const name = wish.Name ?? state.newId();
    // One that exists is answered as if it had been made, with its old options.
    const kept = state.volumes.get(name);
    const volume = kept ?? {
      name,
      driver: wish.Driver ?? 'local',
      labels: wish.Labels ?? {},
      options: wish.DriverOpts ?? {},
    };
    if (kept !== undefined && kept.driver !== (wish.Driver ?? 'local'))
      throw new Refusal(409, `create ${name}: conflict: volume name must be unique`);
    state.volumes.set(name, volume);
    if (kept === undefined) state.tell('volume', 'create', name, { driver: volume.driver });
    return { status: 201, json: toVolumeJson(volume) };
  }),
  route('GET', '/volumes/:x', ({ parts }) => ({ status: 200, json: toVolumeJson(requireVolume(state, parts[0])) })),
  route('DELETE', '/volumes/:x', ({ parts }) => {
    const volume = requireVolume(state, parts[0]);
    const user = [...state.containers.values()].find((container) =>
      container.body.HostConfig?.Mounts?.some((mount) => mount.Type === 'volume' && mount.Source === volume.name),
    );
    if (user !== undefined) throw new Refusal(409, `remove ${volume.name}: volume is in use - [${user.id}]`);
    state.volumes.delete(volume.name);
    state.tell('volume', 'destroy', volume.name, { driver: volume.driver });
    return { status: 204 };
  }),
];

const requireVolume = (state: SimState, name: string | undefined): SimVolume => {
  const found = state.volumes.get(name ?? '');
  if (found === undefined) throw new Refusal(404, `get ${name}: no such volume`);
  return found;
};

const toVolumeJson = (volume: SimVolume) => ({
  CreatedAt: toInstant(0),
  Driver: volume.driver,
  Labels: volume.labels,
  Mountpoint: `/var/lib/docker/volumes/${volume.name}/_data`,
  Name: volume.name,
  Options: Object.keys(volume.options).length === 0 ? null : volume.options,
  Scope: 'local',
});

const slowPullMs = 3_000;
const layerBytes = 1_000_000;

export const imageRoutes = (state: SimState): SimRoute[] => [
  route('GET', '/images/json', () => ({
    status: 200,
    json: [...state.images].map(([reference, image]) => ({ Id: image.id, RepoTags: [reference], RepoDigests: [] })),
  })),
  route('GET', '/images/*/json', ({ parts }) => {
    const image = findSimImage(state, parts[0] ?? '');
    if (image === undefined) throw new Refusal(404, `No such image: ${parts[0]}`);
    return {
      status: 200,
      json: {
        Id: image.id,
        RepoTags: [normalReference(parts[0] ?? '')],
        RepoDigests: [],
        Config: {
          Labels: image.labels,
          Volumes: image.volumes.length === 0 ? null : Object.fromEntries(image.volumes.map((path) => [path, {}])),
          ExposedPorts: Object.fromEntries(image.exposedPorts.map((port) => [port, {}])),
        },
      },
    };
  }),
  route('POST', '/images/create', async ({ query, answer }) => {
    const from = query.get('fromImage') ?? '';
    const tag = query.get('tag');
    const reference = normalReference(tag === null || tag === '' ? from : `${from}:${tag}`);
    const { pull } = behaviourOf(reference);
    answer.writeHead(200, { 'content-type': 'application/json' });
    const say = (line: object) => answer.write(`${JSON.stringify(line)}\r\n`);
    say({ status: `Pulling from ${reference.split(':')[0]}`, id: reference.split(':')[1] ?? 'latest' });
    if (pull === 'fails') {
      // 200 was said already; only the stream tells.
      const message = `manifest for ${reference} not found: manifest unknown: manifest unknown`;
      say({ errorDetail: { message }, error: message });
      answer.end();
      return undefined;
    }
    await sayLayers(state, say, pull === 'slow' ? slowPullMs : 0);
    addSimImage(state, reference, state.images.get(reference) ?? {});
    say({ status: `Digest: ${digestOf(`digest ${reference}`)}` });
    say({ status: `Status: Downloaded newer image for ${reference}` });
    state.tell('image', 'pull', reference, { name: reference });
    answer.end();
    return undefined;
  }),
];

const sayLayers = async (state: SimState, say: (line: object) => void, takesMs: number): Promise<void> => {
  const layers = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'];
  for (const id of layers) say({ status: 'Pulling fs layer', progressDetail: {}, id });
  const steps = takesMs === 0 ? 1 : 20;
  for (let step = 1; step <= steps; step += 1) {
    if (takesMs > 0) await new Promise<void>((resolve) => state.clock.after(takesMs / steps, resolve));
    for (const id of layers)
      say({
        status: 'Downloading',
        progressDetail: { current: (layerBytes * step) / steps, total: layerBytes },
        progress: '[>]',
        id,
      });
  }
  for (const id of layers) say({ status: 'Download complete', progressDetail: {}, id });
  for (const id of layers) say({ status: 'Pull complete', progressDetail: {}, id });
};
