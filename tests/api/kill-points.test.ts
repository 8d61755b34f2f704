// `kill -9` right before and right after every change on the engine, of a publish, an upgrade, a rollback, a change of
// scale and a removal. The points are counted at a door in front of the engine, so none is left out: a first chain without
// a kill says how many there are, then each of them has its turn. Whatever the point: one operation with one outcome, the
// containers there should be and no other, and the volume of the beginning.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Operation } from '@berth/contract/applications.ts';
import { startSimulatedEngine, type SimulatedEngine } from '@berth/docker-server/simulated/simulated-engine.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { chainName as name, chainStages as stages, type ChainStage } from '#harness/application-chain.ts';
import { waitForOperation } from '#harness/berth.ts';
import { openEngineDoor, type EngineDoor } from '#harness/engine-door.ts';
import {
  openAllInOneSite,
  openSplitSite,
  type AllInOneSite,
  type ServerProcess,
  type SplitSite,
} from '#harness/processes.ts';
import { objectsOn } from '#harness/simulated-berth.ts';

const workers = 4;
type Victim = 'all-in-one' | 'portal server' | 'Docker Server';

type Site = SplitSite | AllInOneSite;

let folder: string;
/** Points of each stage, from the chain without a kill. */
let counts: readonly number[];

/** One chain after the other, `workers` side by side; a chain kills at the same point of each of its stages. */
const everyPoint = async (victim: Victim, every: number): Promise<void> => {
  const points = Array.from({ length: Math.ceil(Math.max(...counts) / every) }, (_, index) => index * every);
  assert.ok(points.length > 0);
  const failures: string[] = [];
  const work = async () => {
    for (let point = points.shift(); point !== undefined; point = points.shift())
      await chain(victim, point).catch((thrown: unknown) =>
        failures.push(`point ${point}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`),
      );
  };
  await Promise.all(Array.from({ length: workers }, work));
  assert.deepEqual(failures, []);
};

interface Rig {
  readonly engine: SimulatedEngine;
  readonly door: EngineDoor;
  readonly site: Site;
  readonly victim: ServerProcess;
}

const withRig = async <T>(name: string, victim: Victim, run: (rig: Rig) => Promise<T>): Promise<T> => {
  const engine = await startSimulatedEngine({ socket: join(folder, `${name}-engine.sock`) });
  const door = await openEngineDoor(engine.socket, join(folder, `${name}-door.sock`));
  const host = { folder, engine: { socket: door.socket, address: '127.0.0.1', pid: process.pid } };
  try {
    if (victim === 'all-in-one') {
      const site = await openAllInOneSite(host, name);
      try {
        return await run({ engine, door, site, victim: site.process });
      } finally {
        await site.close();
      }
    }
    const site = await openSplitSite(host, name);
    try {
      return await run({ engine, door, site, victim: victim === 'portal server' ? site.portal : site.dockerServer });
    } finally {
      await site.close();
    }
  } finally {
    await door.close();
    await engine.close();
  }
};

const chain = (victim: Victim, point: number): Promise<void> =>
  withRig(`${victim.replaceAll(' ', '-')}-${point}`, victim, async (rig) => {
    const { door, site, engine } = rig;
    const stranger = engine.addForeign('somebody-elses');
    for (const [index, stage] of stages.entries()) {
      door.reset();
      let killed: Promise<void> | undefined;
      if (point < (counts[index] ?? 0))
        door.atPoint(point, async () => {
          const ended = rig.victim.kill('SIGKILL');
          killed = ended.then(() => rig.victim.start());
          await ended;
        });
      // The kill may come before the answer does; what was recorded is found in the list.
      await stage.ask(site).catch(() => undefined);
      await eventually(() => killed !== undefined || point >= (counts[index] ?? 0), {
        withinMs: 30_000,
        because: `${stage.phase} comes to point ${point} of ${counts[index]}: ${door.changes().join(', ')}`,
      });
      await killed;
      await settle(rig, await newest(site, index), stage);
    }
    assert.equal(engine.state.findContainer('somebody-elses')?.id, stranger, 'what is foreign was not touched');
  });

/** The stage's operation: one was asked for, and one there is. */
const newest = (site: Site, index: number): Promise<{ operation: Operation }> =>
  eventually(
    async () => {
      const { items } = await site.admin.listOperations({ params: site.place, query: { limit: 200 } });
      assert.equal(
        items.length,
        index + 1,
        `one operation for each wish: ${JSON.stringify(items.map(({ kind, state }) => [kind, state]))}`,
      );
      const [operation] = items;
      assert.ok(operation !== undefined);
      return { operation };
    },
    { withinMs: 20_000, because: 'the server should answer' },
  );

const settle = async (
  { site, engine }: Rig,
  { operation }: { operation: Operation },
  stage: ChainStage,
): Promise<void> => {
  const ended = await waitForOperation(site.admin, site.place, operation.id, 120_000);
  assert.equal(ended.state, 'succeeded', `${stage.phase}: ${ended.reason} ${ended.message}`);
  assert.deepEqual(objectsOn(engine, name), [...stage.holds], stage.phase);
  const containers = stage.holds.filter((object) => !object.includes('_'));
  for (const container of containers)
    assert.equal(engine.state.findContainer(container)?.state, 'running', `${container} runs after ${stage.phase}`);
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bk-'));
  counts = await withRig('count', 'all-in-one', async (rig) => {
    const found: number[] = [];
    for (const stage of stages) {
      rig.door.reset();
      await settle(rig, await stage.ask(rig.site), stage);
      found.push(rig.door.points());
    }
    return found;
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

suite('after kill -9 at any point', () => {
  test('of the chain, there are points to kill at', () => {
    for (const [index, { phase }] of stages.entries())
      assert.ok((counts[index] ?? 0) >= 8, `${phase} has ${counts[index]} points`);
  });

  test('of the all-in-one, a restart ends as if nothing had been', () => everyPoint('all-in-one', 1));
  test('of the portal server alone, at every sixth point', () => everyPoint('portal server', 6));
  test('of the Docker Server alone, at every sixth point', () => everyPoint('Docker Server', 6));
});
