// Everything on the engine, completely or not at all: what is missing from an observation is taken not to exist.
import type { Observation } from '@berth/contract/engine-objects.ts';
import { nowInstant } from '@berth/common/clock.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { toInspected, toObservedContainer, toObservedNetwork, toObservedVolume } from './from-engine.ts';
import type { Inspected, ListedContainer } from './from-engine.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { containerOwnerIn, otherOwnerIn } from './ownership.ts';
import { engineLimits } from './time-limits.ts';

const inspectionsAtOnce = 8;

export const observe = async (engine: Engine): Promise<Observation> => {
  const docker = engine.docker(engineLimits.list);
  const observedAt = nowInstant(engine.clock);
  const adopted = engine.adoptions.known();
  const files = engine.files.known();
  const [listed, networks, volumes] = await Promise.all([
    askEngine(() => docker.listContainers({ all: true })),
    askEngine(() => docker.listNetworks()),
    askEngine(() => docker.listVolumes()),
  ]);
  engine.adoptions.retain(adopted, {
    containers: new Set(listed.map((entry) => entry.Id)),
    networks: new Set(networks.map((entry) => entry.Name)),
    volumes: new Set((volumes.Volumes ?? []).map((entry) => entry.Name)),
  });
  engine.files.sweep(files, new Set(listed.flatMap((entry) => entry.Mounts.map((mount) => mount.Source))));
  const inspected = await inspectOurs(engine, listed);
  const ourNetworks = new Set(
    networks.flatMap(({ Name, Labels }) => (otherOwnerIn(engine, 'network', Name, Labels) === undefined ? [] : [Name])),
  );
  return {
    observedAt,
    containers: listed
      // Removed between the list and the inspection: it does not exist any more.
      .filter((entry) => inspected.get(entry.Id) !== 'gone')
      .map((entry) =>
        toObservedContainer(
          entry,
          known(inspected.get(entry.Id)),
          (started, finished) => engine.runs.isByEngine(started, finished),
          engine.adoptions.container(entry.Id),
          ourNetworks,
        ),
      ),
    networks: networks.map((entry) => toObservedNetwork(entry, engine.adoptions.other('network', entry.Name))),
    volumes: (volumes.Volumes ?? []).map((entry) =>
      toObservedVolume(entry, engine.adoptions.other('volume', entry.Name)),
    ),
  };
};

const known = (found: Inspected | 'gone' | undefined): Inspected | undefined => (found === 'gone' ? undefined : found);

const inspectOurs = async (
  engine: Engine,
  listed: readonly ListedContainer[],
): Promise<ReadonlyMap<string, Inspected | 'gone'>> => {
  const found = new Map<string, Inspected | 'gone'>();
  const missing: ListedContainer[] = [];
  for (const entry of listed) {
    const owner = containerOwnerIn(engine, entry.Id, entry.Labels);
    if (owner === undefined) continue;
    engine.owners.keepContainer(entry.Id, owner);
    const kept = engine.inspected.get(entry.Id, statusKey(entry));
    if (kept === undefined) missing.push(entry);
    else found.set(entry.Id, kept);
  }
  engine.inspected.retain(new Set(listed.map((entry) => entry.Id)));
  await mapConcurrently(missing, inspectionsAtOnce, async (entry) => {
    const inspected = await inspectContainer(engine, entry.Id);
    found.set(entry.Id, inspected ?? 'gone');
    // A start that fails leaves it as it is, with an error, and the engine tells no event of that.
    if (inspected !== undefined && entry.State !== 'created')
      engine.inspected.keep(entry.Id, statusKey(entry), inspected);
  });
  return found;
};

const inspectContainer = (engine: Engine, id: string): Promise<Inspected | undefined> =>
  askEngine(async () => toInspected(await engine.docker(engineLimits.question).getContainer(id).inspect()), {
    404: () => undefined,
  });

/** The state, and the exit code that the list shows in words; ages in it change by themselves. */
const statusKey = (entry: ListedContainer): string => `${entry.State} ${/\(\d+\)/.exec(entry.Status)?.[0] ?? ''}`;
