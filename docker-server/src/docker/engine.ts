// The engine of this host: dockerode by class of time limits, whose objects are whose, and whether the engine is up.
import type http from 'node:http';
import type { Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { Adoptions } from './adoptions.ts';
import { ContainerFiles } from './container-files.ts';
import { dockerOver, type Docker } from './dockerode.ts';
import { makeEngineAgent, makeModem } from './modem.ts';
import type { EngineRuns } from './engine-runs.ts';
import { OwnerCache } from './owner-cache.ts';
import { InspectCache } from './inspect-cache.ts';
import { engineLimits, type EngineLimits } from './time-limits.ts';

export interface Engine {
  readonly clock: Clock;
  readonly log: Log;
  readonly socketPath: string;
  /** dockerode under those limits. */
  readonly docker: (limits: EngineLimits) => Docker;
  /** Asks on a new connection whether the engine is there. */
  readonly pingAnew: () => Promise<unknown>;
  readonly runs: EngineRuns;
  readonly owners: OwnerCache;
  readonly inspected: InspectCache;
  readonly adoptions: Adoptions;
  readonly files: ContainerFiles;
  readonly close: () => void;
}

/** What is remembered of the engine's objects beyond what the engine can tell. */
export type EngineState = Pick<Engine, 'adoptions' | 'files'>;

/** Nothing outlives this process. */
const forgetful = (): EngineState => ({ adoptions: new Adoptions(undefined), files: new ContainerFiles(undefined) });

export const openEngine = (
  clock: Clock,
  log: Log,
  socketPath: string,
  runs: EngineRuns,
  kept: EngineState = forgetful(),
): Engine => {
  const agent: http.Agent = makeEngineAgent();
  const made = new Map<EngineLimits, Docker>();
  const docker = (limits: EngineLimits): Docker => {
    const kept = made.get(limits);
    if (kept !== undefined) return kept;
    const fresh = dockerOver(makeModem(clock, { socketPath, agent }, limits));
    // The named classes are few and kept; limits made for one call are not.
    if (Object.values<EngineLimits>(engineLimits).includes(limits)) made.set(limits, fresh);
    return fresh;
  };
  return {
    clock,
    log,
    socketPath,
    docker,
    pingAnew: () => dockerOver(makeModem(clock, { socketPath, agent: false }, engineLimits.ping)).ping(),
    runs,
    owners: new OwnerCache(),
    inspected: new InspectCache(),
    ...kept,
    close: () => agent.destroy(),
  };
};
