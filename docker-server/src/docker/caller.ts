// For whom a verb acts. Objects of another environment, and foreign ones, look as if they were not there.
import type { ContainerOwner, Owner } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { askEngine } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { containerOwnerIn, otherOwnerIn } from './ownership.ts';
import { engineLimits } from './time-limits.ts';

export interface Caller {
  /** Undefined only on questions: then any object of ours will do. */
  readonly environment: string | undefined;
}

export interface OurContainer {
  readonly id: string;
  readonly owner: ContainerOwner;
}

const fullId = /^[0-9a-f]{64}$/;

/** Throws `not_found` unless it is a container of ours in the caller's environment. */
export const requireContainer = async (engine: Engine, caller: Caller, container: string): Promise<OurContainer> => {
  const found = await findContainer(engine, caller, container);
  if (found === undefined) throw new PlatformError('not_found', 'There is no such container', { container });
  return found;
};

export const findContainer = async (
  engine: Engine,
  caller: Caller,
  container: string,
): Promise<OurContainer | undefined> => {
  const kept = fullId.test(container) ? engine.owners.container(container) : undefined;
  const found = kept === undefined ? await inspectOwner(engine, container) : { id: container, owner: kept };
  return found !== undefined && isCallers(caller, found.owner) ? found : undefined;
};

const inspectOwner = (engine: Engine, container: string): Promise<OurContainer | undefined> =>
  askEngine(
    async () => {
      const answer = await engine.docker(engineLimits.question).getContainer(encodeURIComponent(container)).inspect();
      const owner = containerOwnerIn(engine, answer.Id, answer.Config.Labels);
      if (owner === undefined) return undefined;
      engine.owners.keepContainer(answer.Id, owner);
      return { id: answer.Id, owner };
    },
    { 404: () => undefined, 400: () => undefined },
  );

const isCallers = (caller: Caller, owner: Owner): boolean =>
  caller.environment === undefined || caller.environment === owner.environment;

/** Throws `not_found` unless there is a network or volume of that name, ours, in the caller's environment. */
export const requireOther = async (
  engine: Engine,
  caller: Caller,
  kind: 'network' | 'volume',
  name: string,
): Promise<void> => {
  const owner = engine.owners.other(kind, name) ?? (await inspectOther(engine, kind, name));
  if (owner === undefined || !isCallers(caller, owner))
    throw new PlatformError('not_found', `There is no ${kind} ${name} in this environment`, { [kind]: name });
  if (engine.inspected.isLive) engine.owners.keepOther(kind, name, owner);
};

const inspectOther = (engine: Engine, kind: 'network' | 'volume', name: string): Promise<Owner | undefined> => {
  const docker = engine.docker(engineLimits.question);
  return askEngine(
    async () => {
      const object =
        kind === 'network' ? docker.getNetwork(encodeURIComponent(name)) : docker.getVolume(encodeURIComponent(name));
      const { Labels } = await object.inspect();
      return otherOwnerIn(engine, kind, name, Labels);
    },
    { 404: () => undefined, 400: () => undefined },
  );
};
