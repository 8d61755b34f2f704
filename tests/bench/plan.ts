// Planning where nothing is to be done: 1,000 and 10,000 services of one container each, an upgrade on its way, so that all the
// planner knows of batches is looked at as well. In this process, after a warm-up; no engine.
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { sha256 } from '@berth/server/orchestration/standalone/sha256.ts';
import { planStandalone } from '@berth/server/orchestration/standalone/standalone-plan.ts';
import { wantedContainers } from '@berth/server/orchestration/standalone/wanted-containers.ts';
import { aNetwork, aService, dependsOn, seen, up, want } from '@berth/server/testing/applications.ts';
import { median, say, timed, type BenchResult } from './result.ts';

const run = async (rounds: number): Promise<BenchResult> => {
  const small = converged(1_000);
  const large = converged(10_000);
  const times = { small: [] as number[], large: [] as number[] };
  for (let round = 0; round <= Math.max(rounds, 5); round += 1) {
    const ofSmall = await timed(async () => small());
    const ofLarge = await timed(async () => large());
    // The first round warms up.
    if (round === 0) continue;
    times.small.push(ofSmall);
    times.large.push(ofLarge);
    say(`round ${round}: 1,000 in ${ofSmall.toFixed(1)} ms, 10,000 in ${ofLarge.toFixed(1)} ms`);
  }
  return {
    values: { ms_1000: median(times.small), ms_10000: median(times.large) },
    runs: times.small.length,
  };
};

export default run;

/** A plan for so many services that all run as they should; throws when it has a step. */
const converged = (count: number): (() => void) => {
  const services = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `s${index}`,
      aService({ dependsOn: index % 10 === 0 ? {} : dependsOn(`s${index - 1}`) }),
    ]),
  );
  const upgrade = { state: 'rolling', former: undefined, settings: {}, isGated: true, batchDoneAt: {} } as const;
  const desired = want(services, { upgrade });
  const containers = wantedContainers(desired, sha256).map(({ service, slot, spec }): ObservedContainer =>
    up(service, slot, { owner: spec.owner }),
  );
  const observed = seen({ containers, networks: [aNetwork('berth-shop_default')] });
  return () => {
    const { steps } = planStandalone(desired, observed, sha256);
    if (steps.length > 0) throw new RangeError(`${steps.length} steps where there is nothing to do`);
  };
};
