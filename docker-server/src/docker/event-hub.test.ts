import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { EngineEvent } from '@berth/contract/engine-objects.ts';
import { silentLog } from '@berth/common/log.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { startSimulatedEngine } from '#simulated/simulated-engine.ts';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { openEngine } from './engine.ts';
import { EngineRuns } from './engine-runs.ts';
import { EventHub } from './event-hub.ts';

const openHub = async (t: TestContext) => {
  const clock = makeFakeClock();
  const socket = join(temporaryFolder(), 'docker.sock');
  const simulated = await startSimulatedEngine({ socket });
  const engine = openEngine(clock, silentLog, socket, new EngineRuns(socket, undefined));
  const hub = new EventHub(engine);
  hub.open();
  const alive: (EngineEvent & { type: 'alive' })[] = [];
  const events: (EngineEvent & { type: 'event' })[] = [];
  const stopping = new AbortController();
  const done = (async () => {
    for await (const event of hub.follow(stopping.signal))
      if (event.type === 'alive') alive.push(event);
      else events.push(event);
  })();
  t.after(async () => {
    stopping.abort();
    await done;
    await hub.close();
    engine.close();
    await simulated.close();
  });
  await eventually(() => events.length === 1, { withinMs: 5_000, because: 'the engine is found up' });
  return { clock, simulated, hub, alive, events };
};

const within = { withinMs: 10_000, everyMs: 10 };

test('EventHub says every 15 s that the engine is up', async (t) => {
  const { clock, alive, hub } = await openHub(t);
  assert.equal(hub.isEngineUp, true);
  for (const count of [2, 3]) {
    clock.advance(14_999);
    assert.equal(alive.length, count - 1);
    clock.advance(1);
    await eventually(() => alive.length === count, { ...within, because: 'the engine is told as up again' });
  }
  assert.ok(alive.every((event) => event.engineUp));
});

test('EventHub finds out that the engine takes connections and does not answer, and that it is back', async (t) => {
  const { clock, simulated, alive, events, hub } = await openHub(t);
  simulated.freeze();
  const isTold = (engineUp: boolean) => {
    clock.advance(1_000);
    return alive.at(-1)?.engineUp === engineUp;
  };
  const beganMs = clock.nowMs();
  await eventually(() => isTold(false), { ...within, because: 'the engine is told as down' });
  assert.ok(clock.nowMs() - beganMs >= 15_000);
  assert.equal(hub.isEngineUp, false);
  simulated.thaw();
  await eventually(() => isTold(true), { ...within, because: 'the engine is told as up' });
  // What happened in between was told by nobody: each new stream begins with the hint to list again.
  await eventually(() => events.length === 2, { ...within, because: 'a list is called for' });
  assert.deepEqual(
    events.map((event) => event.action),
    ['relist', 'relist'],
  );
});

test('EventHub ends a listener that falls too far behind', async (t) => {
  const { simulated, hub, events } = await openHub(t);
  const slow = hub.follow(new AbortController().signal);
  await slow.next();
  for (let count = 0; count < 5_001; count += 1) simulated.state.tell('image', 'tag', `image-${count}`, {});
  await eventually(() => events.length === 5_002, { ...within, because: 'one that keeps up has heard all' });
  await assert.rejects(
    async () => {
      for await (const event of slow) assert.ok(event);
    },
    { code: 'unavailable' },
  );
});
