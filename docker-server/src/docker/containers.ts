// Create, rename, start, stop and remove containers of ours. Every verb may be asked twice: the wish counts, not the step.
import type { ContainerSpec } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type Dockerode from 'dockerode';
import { dirname } from 'node:path';
import { findContainer, requireContainer, requireOther, type Caller } from './caller.ts';
import type { KeptFolder } from './container-files.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { requireReference } from './images.ts';
import { containerOwnerOf, isSameContainer, type Labels } from './labels.ts';
import { engineLimits, stopLimits } from './time-limits.ts';
import { toCreateBody, toEndpoint } from './to-engine.ts';

export const createContainer = async (engine: Engine, caller: Caller, spec: ContainerSpec): Promise<{ id: string }> => {
  if (caller.environment !== spec.owner.environment)
    throw new PlatformError('invalid_request', 'The container is of another environment than the request');
  await requireParts(engine, caller, spec);
  const labels = await imageLabels(engine, spec.service.image);
  if (spec.files === undefined || spec.files.length === 0) return makeContainer(engine, spec, labels, undefined);
  const kept = engine.files.keep(spec.owner.environment, spec.files);
  try {
    const made = await makeContainer(engine, spec, labels, kept);
    engine.files.settle(kept.path);
    return made;
  } catch (thrown) {
    // An engine that did not answer may still make the container; the sweep of a later start finds out.
    if (!(thrown instanceof PlatformError) || thrown.code !== 'engine_unavailable') engine.files.drop(kept.path);
    throw thrown;
  }
};

const makeContainer = async (
  engine: Engine,
  spec: ContainerSpec,
  imageLabels: Labels,
  kept: KeptFolder | undefined,
): Promise<{ id: string }> => {
  const { service } = spec;
  const body = toCreateBody(spec, imageLabels, kept?.files);
  const options: Dockerode.ContainerCreateOptions & { _query: object; _body: object } = {
    _query: { name: spec.name, ...(service.platform === undefined ? {} : { platform: service.platform }) },
    _body: body,
  };
  const docker = engine.docker(engineLimits.change);
  const id = await askEngine(async () => (await docker.createContainer(options)).id, {
    409: () => undefined,
  });
  if (id === undefined) {
    const found = await findMade(engine, spec);
    if (kept !== undefined) engine.files.drop(kept.path);
    return found;
  }
  engine.owners.keepContainer(id, spec.owner);
  try {
    await connectNetworks(engine, spec, id, new Set([spec.networks[0]?.name]));
  } catch (thrown) {
    // Half made is worse than not made. Should this fail too, the next create finds it and connects what is missing.
    await askEngine(() => docker.getContainer(id).remove({ force: true, v: true }), { 404: () => undefined });
    throw thrown;
  }
  return { id };
};

/** A container of that name exists: it is the one wished for (an answer got lost), or the name is taken. */
const findMade = async (engine: Engine, spec: ContainerSpec): Promise<{ id: string }> => {
  const found = await askEngine(
    () => engine.docker(engineLimits.question).getContainer(encodeURIComponent(spec.name)).inspect(),
    { 404: () => undefined },
  );
  if (found === undefined)
    throw new PlatformError('engine_refused', `The container ${spec.name} went away while it was made; try again`);
  const owner = containerOwnerOf(found.Config.Labels);
  if (owner === undefined || !isSameContainer(owner, spec.owner))
    throw new PlatformError('name_taken', `Another container of the host has the name ${spec.name}`, {
      name: spec.name,
      holder: found.Id,
    });
  engine.owners.keepContainer(found.Id, owner);
  if (spec.files !== undefined)
    engine.files.restore(
      found.Mounts.map(({ Source, Destination }) => ({ source: Source, target: Destination })),
      spec.files,
    );
  await connectNetworks(engine, spec, found.Id, new Set(Object.keys(found.NetworkSettings.Networks)));
  return { id: found.Id };
};

const connectNetworks = async (
  engine: Engine,
  spec: ContainerSpec,
  id: string,
  connected: ReadonlySet<string | undefined>,
): Promise<void> => {
  if (spec.networkMode !== undefined) return;
  const docker = engine.docker(engineLimits.change);
  for (const network of spec.networks) {
    if (connected.has(network.name)) continue;
    await askEngine(() =>
      docker
        .getNetwork(encodeURIComponent(network.name))
        .connect({ Container: id, EndpointConfig: toEndpoint(network) }),
    );
  }
};

/** Networks, volumes and containers that it names must be of the same environment. */
const requireParts = async (engine: Engine, caller: Caller, spec: ContainerSpec): Promise<void> => {
  const containers = [spec.networkMode, spec.service.pid, spec.service.ipc].map(
    (mode) => /^container:(.+)$/.exec(mode ?? '')?.[1],
  );
  await Promise.all([
    ...spec.networks.map((network) => requireOther(engine, caller, 'network', network.name)),
    ...spec.mounts.map(async (mount) => {
      if (mount.kind === 'volume' && mount.volume !== undefined)
        await requireOther(engine, caller, 'volume', mount.volume);
    }),
    ...containers.map(async (container) => {
      if (container !== undefined) await requireContainer(engine, caller, container);
    }),
  ]);
};

const imageLabels = (engine: Engine, image: string): Promise<Labels> =>
  askEngine(
    async () =>
      (await engine.docker(engineLimits.question).getImage(requireReference(image)).inspect()).Config?.Labels ?? {},
    {
      404: () => {
        throw new PlatformError('image_not_found', `The image ${image} is not on this host`, { image });
      },
    },
  );

/** Having the name already is success. */
export const renameContainer = async (
  engine: Engine,
  caller: Caller,
  container: string,
  name: string,
): Promise<void> => {
  const { id } = await requireContainer(engine, caller, container);
  const taken = async () => {
    const docker = engine.docker(engineLimits.question);
    const holder = await askEngine(() => docker.getContainer(encodeURIComponent(name)).inspect(), {
      404: () => undefined,
    });
    if (holder?.Id === id) return undefined;
    throw new PlatformError('name_taken', `Another container of the host has the name ${name}`, {
      name,
      ...(holder === undefined ? {} : { holder: holder.Id }),
    });
  };
  // 400 comes for the name it has, and for a name that is none.
  const refused = async () => {
    const { Name } = await askEngine(() => engine.docker(engineLimits.question).getContainer(id).inspect());
    if (Name === `/${name}`) return undefined;
    throw new PlatformError('invalid_request', `${JSON.stringify(name)} is no name for a container`);
  };
  await askEngine<unknown, undefined>(() => engine.docker(engineLimits.change).getContainer(id).rename({ name }), {
    400: refused,
    404: () => goneOrRefused(engine, id),
    409: taken,
  });
};

export const startContainer = async (engine: Engine, caller: Caller, container: string): Promise<void> => {
  const { id } = await requireContainer(engine, caller, container);
  await askEngine(() => engine.docker(engineLimits.change).getContainer(id).start(), {
    // Already running.
    304: () => undefined,
    404: () => goneOrRefused(engine, id),
  });
};

export const stopContainer = async (
  engine: Engine,
  caller: Caller,
  container: string,
  graceMs: number | undefined,
): Promise<void> => {
  const { id } = await requireContainer(engine, caller, container);
  const limits = stopLimits(graceMs ?? (await ownGraceMs(engine, id)));
  const options = graceMs === undefined ? {} : { t: Math.ceil(graceMs / 1000) };
  await askEngine(() => engine.docker(limits).getContainer(id).stop(options), {
    304: () => undefined,
    404: () => goneOrRefused(engine, id),
  });
};

const engineGraceMs = 10_000;

/** What the engine waits for when it is told no number. */
const ownGraceMs = (engine: Engine, id: string): Promise<number> =>
  askEngine(
    async () => {
      const { Config } = await engine.docker(engineLimits.question).getContainer(id).inspect();
      const seconds: unknown = 'StopTimeout' in Config ? Config.StopTimeout : undefined;
      return typeof seconds === 'number' ? seconds * 1000 : engineGraceMs;
    },
    { 404: () => engineGraceMs },
  );

// The engine says 404 also for parts of a container (a network, an image): only its own absence is `not_found`.
const goneOrRefused = async (engine: Engine, id: string): Promise<undefined> => {
  engine.owners.forgetContainer(id);
  const there = await findContainer(engine, { environment: undefined }, id);
  if (there === undefined) throw new PlatformError('not_found', 'There is no such container', { container: id });
  throw new PlatformError('engine_refused', 'A network or volume of the container is gone', { container: id });
};

export const removeContainer = async (
  engine: Engine,
  caller: Caller,
  container: string,
  removeAnonymousVolumes: boolean,
): Promise<void> => {
  const found = await findContainer(engine, caller, container);
  if (found === undefined) {
    await refuseForeign(engine, container);
    return;
  }
  const folders = await fileFolders(engine, found.id);
  await askEngine(
    () => engine.docker(engineLimits.change).getContainer(found.id).remove({ force: true, v: removeAnonymousVolumes }),
    { 404: () => undefined, 409: () => waitForRemoval(engine, found.id) },
  );
  engine.owners.forgetContainer(found.id);
  for (const folder of folders) engine.files.drop(folder);
};

const fileFolders = async (engine: Engine, id: string): Promise<string[]> => {
  const known = new Set(engine.files.known());
  if (known.size === 0) return [];
  const mounts = await askEngine(
    async () => (await engine.docker(engineLimits.question).getContainer(id).inspect()).Mounts,
    { 404: () => [] },
  );
  return mounts.map(({ Source }) => dirname(Source)).filter((folder) => known.has(folder));
};

/** Gone is as wished, but what is somebody else's must stay. */
const refuseForeign = async (engine: Engine, container: string): Promise<void> => {
  const there = await askEngine(
    () => engine.docker(engineLimits.question).getContainer(encodeURIComponent(container)).inspect(),
    { 404: () => undefined },
  );
  if (there !== undefined) throw new PlatformError('not_found', 'There is no such container', { container });
};

const removalTriesMaximum = 100;
const removalTryEveryMs = 100;

/** Somebody else is removing it at this moment. */
const waitForRemoval = async (engine: Engine, id: string): Promise<void> => {
  const docker = engine.docker(engineLimits.question);
  for (let tries = 0; tries < removalTriesMaximum; tries += 1) {
    const there = await askEngine(() => docker.getContainer(id).inspect(), { 404: () => undefined });
    if (there === undefined) return;
    await new Promise<void>((resolve) => engine.clock.after(removalTryEveryMs, resolve));
  }
  throw new PlatformError('engine_refused', 'The engine is removing the container, and does not come to an end');
};
