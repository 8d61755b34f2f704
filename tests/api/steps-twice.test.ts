// Every change on the engine is asked for twice, of a publish, an upgrade, a rollback, a change of scale and a removal: whether
// the caller gets the first answer or, as one who asks again, the second. The end is the same as when each is asked once.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ownerLabels } from '@berth/docker-server/docker/labels.ts';
import { startSimulatedEngine, type SimulatedEngine } from '@berth/docker-server/simulated/simulated-engine.ts';
import { chainName, chainStages } from '#harness/application-chain.ts';
import { startBerth, waitForOperation } from '#harness/berth.ts';
import { openEngineDoor } from '#harness/engine-door.ts';
import { objectsOn } from '#harness/simulated-berth.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'bt-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Name, revision and state of each container: ids and times differ from run to run. */
const standing = (engine: SimulatedEngine): string[] =>
  [...engine.state.containers.values()]
    .filter(({ labels }) => labels[ownerLabels.applicationName] === chainName)
    .map(({ name, state, labels }) => `${name} r${labels[ownerLabels.revision]} ${state}`)
    .sort();

/** What stands after each stage of the chain. */
const live = async (repeated: 'first' | 'second' | undefined): Promise<string[][]> => {
  const name = repeated ?? 'once';
  const engine = await startSimulatedEngine({ socket: join(folder, `${name}-engine.sock`) });
  const door = await openEngineDoor(engine.socket, join(folder, `${name}-door.sock`));
  const stranger = engine.addForeign('somebody-elses');
  if (repeated !== undefined) door.repeat(repeated);
  const berth = await startBerth({ engineSocket: door.socket });
  try {
    const ends: string[][] = [];
    for (const { phase, ask, holds } of chainStages) {
      door.reset();
      const { operation } = await ask(berth);
      const ended = await waitForOperation(berth.admin, berth.place, operation.id, 90_000);
      assert.equal(ended.state, 'succeeded', `${phase}: ${ended.reason} ${ended.message}`);
      assert.ok(door.changes().length > 0, `${phase} changes something`);
      assert.deepEqual(objectsOn(engine, chainName), [...holds], phase);
      ends.push(standing(engine));
    }
    assert.equal(engine.state.findContainer('somebody-elses')?.id, stranger);
    return ends;
  } finally {
    await berth.close();
    await door.close();
    await engine.close();
  }
};

suite('with every change asked for twice', () => {
  test('the end is the same, whichever answer comes back', async () => {
    const [once, first, second] = await Promise.all([live(undefined), live('first'), live('second')]);
    assert.deepEqual(first, once);
    assert.deepEqual(second, once);
  });
});
