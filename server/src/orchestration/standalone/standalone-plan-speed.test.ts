// Ten thousand containers of one application are planned while others wait: the planner may not grow with their square.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aNetwork, aService, dependsOn, publish, seen, up, want } from '#testing/applications.ts';
import { planStandalone } from './standalone-plan.ts';
import { wantedContainers } from './wanted-containers.ts';

const hash = (text: string): string => String(text.length);
const services = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [
    `s${index}`,
    aService({
      replicas: 20,
      ports: [publish(80, { published: { from: 1024, to: 60_000 } })],
      mounts: [{ kind: 'volume', target: '/data', readOnly: false }],
      dependsOn: index % 10 === 0 ? {} : dependsOn(`s${index - 1}`),
    }),
  ]),
);
const desired = want(services);
const converged = seen({
  containers: wantedContainers(desired, hash).map(({ service, slot, spec }) =>
    up(service, slot, { owner: spec.owner }),
  ),
  networks: [aNetwork('berth-shop_default')],
});
const outdated = seen({ containers: converged.containers.map(({ owner: _, ...rest }) => up('x', 0, rest)) });
const cases = {
  'nothing to do': [desired, converged, 0],
  'everything to make': [desired, seen(), 30_001],
  'everything to replace': [desired, outdated, 0],
  'everything to stop': [{ ...desired, state: 'stopped' as const }, converged, 10_000],
  'everything to remove': [{ ...desired, state: 'removed' as const, removeVolumes: true }, converged, 20_001],
} as const;

for (const [name, [wish, observed, steps]] of Object.entries(cases))
  test(`planStandalone is quick with ten thousand containers and ${name}`, () => {
    const started = performance.now();
    const plan = planStandalone(wish, observed, hash);
    // The goal is 600 ms; a planner that compares each with each takes half a minute.
    assert.ok(performance.now() - started < 5_000, `${performance.now() - started} ms`);
    if (steps > 0) assert.equal(plan.steps.length, steps);
  });
