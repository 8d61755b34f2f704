// Conformance: the engine goes away and comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineEvent } from '@berth/contract/engine-objects.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { codeOf, environment, observeOne, removeOne, runOne, specOf, type Bench } from './subject.ts';

export const faultCases = (bench: () => Bench): void => {
  test('a killed engine is told as down, then as up, and what it ended is said to be its doing', async () => {
    const client = await bench().client(environment);
    const alive: EngineEvent[] = [];
    const stopping = new AbortController();
    void (async () => {
      for await (const event of client.lines('followEvents', { signal: stopping.signal }))
        if (event.type === 'alive') alive.push(event);
    })().catch(() => undefined);
    const plain = await runOne(client, specOf('sim/web:1'));
    const lasting = await runOne(client, specOf('sim/web:1', { service: { restart: { policy: 'always' } } }));
    const ended = await runOne(client, specOf('sim/exits-1:1'));
    await eventually(async () => (await observeOne(client, ended))?.state === 'exited', {
      withinMs: 10_000,
      because: 'the program ends by itself',
    });
    // The end must have been looked into before the engine goes, else nobody can tell the two apart.
    await eventually(() => alive.length > 0, { withinMs: 5_000, because: 'events flow' });
    await bench().subject.kill();
    await eventually(
      () => alive.at(-1)?.type === 'alive' && alive.some((event) => event.type === 'alive' && !event.engineUp),
      {
        withinMs: 10_000,
        because: 'the engine is told as down',
      },
    );
    assert.equal(await codeOf(client.observe()), 'engine_unavailable');
    assert.equal(await codeOf(client.startContainer({ params: { container: plain } })), 'engine_unavailable');
    await bench().subject.start();
    await eventually(async () => (await observeOne(client, plain))?.state === 'exited', {
      withinMs: 20_000,
      because: 'the engine is listed again',
    });
    await eventually(
      () => {
        const last = alive.at(-1);
        return last?.type === 'alive' && last.engineUp;
      },
      { withinMs: 20_000, because: 'the engine is told as up' },
    );
    const exit = (await observeOne(client, plain))?.exit;
    assert.equal(exit?.byEngine, true);
    assert.equal((await observeOne(client, lasting))?.state, 'running');
    assert.equal((await observeOne(client, ended))?.exit?.byEngine, false);
    for (const id of [plain, lasting, ended]) await removeOne(client, id);
    stopping.abort();
  });

  test('an engine that is restarted ends containers, and says so', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1'));
    await bench().subject.restart();
    const seen = await eventually(
      async () => {
        const now = await observeOne(client, id);
        return now?.state === 'exited' && now.exit?.byEngine === true ? now : undefined;
      },
      { withinMs: 30_000, because: 'the container is known as ended by the engine' },
    );
    assert.equal(seen.name.startsWith('c-'), true);
    await client.startContainer({ params: { container: id } });
    await client.stopContainer({ params: { container: id }, body: {} });
    assert.equal((await observeOne(client, id))?.exit?.byEngine, false);
    await removeOne(client, id);
  });

  test('an engine that takes connections and does not answer holds nobody up for ever', async () => {
    const client = await bench().client(environment);
    bench().subject.freeze();
    try {
      const beganMs = performance.now();
      assert.equal(await codeOf(client.findImage({ query: { reference: 'sim/web:1' } })), 'engine_unavailable');
      assert.ok(performance.now() - beganMs < 15_000);
    } finally {
      bench().subject.thaw();
    }
    await eventually(async () => (await client.findImage({ query: { reference: 'sim/web:1' } })).image, {
      withinMs: 20_000,
      because: 'the engine answers again',
    });
  });

  test('a cut connection to the portal is made anew', async () => {
    const before = bench().portal.connections();
    bench().portal.cut();
    await eventually(() => bench().portal.connections() > before, {
      withinMs: 10_000,
      because: 'the Docker Server dials again',
    });
    const client = await bench().client(environment);
    assert.ok((await client.observe()).networks.length > 0);
  });
};
