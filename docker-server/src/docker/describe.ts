// Containers that are not ours, in the words of a Compose file: what they were made with, less what their image says itself.
import type { DescribedContainer } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import type { EngineDefaults, ForeignAnswer, ImageConfig } from './foreign-answer.ts';
import { describeContainer } from './from-describe.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { containerOwnerIn } from './ownership.ts';
import { engineLimits } from './time-limits.ts';

const inspectionsAtOnce = 8;
const containersMaximum = 1_000;

/** `ids`: with commas between; absent: all. One that is gone, or ours, is left out. */
export const describeContainers = async (engine: Engine, ids: string | undefined): Promise<DescribedContainer[]> => {
  const docker = engine.docker(engineLimits.list);
  const wanted = ids === undefined ? undefined : new Set(ids.split(','));
  const listed = await askEngine(() => docker.listContainers({ all: true }));
  const foreign = listed
    .filter((entry) => wanted?.has(entry.Id) ?? true)
    .filter((entry) => containerOwnerIn(engine, entry.Id, entry.Labels) === undefined);
  if (foreign.length > containersMaximum)
    throw new PlatformError('too_large', `The host has more than ${containersMaximum} containers that are not ours`);
  const defaults = await readDefaults(engine);
  const images = new Map<string, Promise<ImageConfig>>();
  const imageOf = (id: string): Promise<ImageConfig> => {
    const asked = images.get(id) ?? inspectImage(engine, id);
    images.set(id, asked);
    return asked;
  };
  const described: DescribedContainer[] = [];
  await mapConcurrently(foreign, inspectionsAtOnce, async ({ Id }) => {
    const answer = await askEngine<ForeignAnswer, undefined>(
      () => engine.docker(engineLimits.question).getContainer(Id).inspect(),
      { 404: () => undefined },
    );
    if (answer !== undefined) described.push(describeContainer(answer, await imageOf(answer.Image), defaults));
  });
  return described.sort((one, other) => one.name.localeCompare(other.name));
};

/** An image that was removed says nothing: then all of the container's configuration is its own. */
const inspectImage = (engine: Engine, id: string): Promise<ImageConfig> =>
  askEngine(
    async (): Promise<ImageConfig> =>
      (await engine.docker(engineLimits.question).getImage(encodeURIComponent(id)).inspect()).Config ?? {},
    { 404: () => ({}), 400: () => ({}) },
  );

const readDefaults = async (engine: Engine): Promise<EngineDefaults> => {
  const info: Readonly<Record<string, unknown>> = await askEngine<Readonly<Record<string, unknown>>>(() =>
    engine.docker(engineLimits.question).info(),
  );
  return {
    cgroup: info['CgroupVersion'] === '2' ? 'private' : 'host',
    runtime: typeof info['DefaultRuntime'] === 'string' ? info['DefaultRuntime'] : 'runc',
    loggingDriver: typeof info['LoggingDriver'] === 'string' ? info['LoggingDriver'] : 'json-file',
  };
};
