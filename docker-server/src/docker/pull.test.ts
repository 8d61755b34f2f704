import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PullLine } from '@berth/contract/engine-objects.ts';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { startSimulatedEngine, type SimulatedEngine } from '#simulated/simulated-engine.ts';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { openEngine, type Engine } from './engine.ts';
import { EngineRuns } from './engine-runs.ts';
import { pullImage, withTag } from './pull.ts';

let simulated: SimulatedEngine;
let engine: Engine;
before(async () => {
  const socket = join(temporaryFolder(), 'docker.sock');
  simulated = await startSimulatedEngine({ socket });
  engine = openEngine(systemClock, silentLog, socket, new EngineRuns(socket, undefined));
});
after(async () => {
  engine.close();
  await simulated.close();
});

const pull = async (reference: string): Promise<PullLine[]> => {
  const lines: PullLine[] = [];
  const { signal } = new AbortController();
  for await (const line of pullImage(engine, reference, undefined, signal)) lines.push(line);
  return lines;
};

test('pullImage ends with the image and its digest', async () => {
  const lines = await pull('shop/web:2');
  const last = lines.at(-1);
  assert.ok(last?.type === 'done');
  assert.match(last.imageId, /^sha256:/);
  assert.match(last.digest ?? '', /^sha256:/);
  assert.deepEqual(lines.at(-2), {
    type: 'progress',
    layersDone: 2,
    layersTotal: 2,
    bytes: 2_000_000,
    bytesTotal: 2_000_000,
  });
});

test('pullImage shows progress of a slow pull, which never goes back', async () => {
  const lines = await pull('sim/slow-pull');
  const bytes = lines.flatMap((line) => (line.type === 'progress' ? [line.bytes] : []));
  assert.ok(bytes.length >= 5, String(bytes.length));
  assert.deepEqual(
    bytes,
    bytes.toSorted((a, b) => a - b),
  );
  assert.equal(lines.at(-1)?.type, 'done');
});

test('pullImage finds the failure that comes after a good status', async () => {
  assert.deepEqual(await pull('sim/missing'), [
    {
      type: 'failed',
      code: 'image_not_found',
      message: 'manifest for sim/missing:latest not found: manifest unknown: manifest unknown',
    },
  ]);
});

test('pullImage says so when the engine goes away', async () => {
  const lines = pull('sim/slow-pull:2');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await simulated.kill();
  const last = (await lines).at(-1);
  assert.ok(last?.type === 'failed' && last.code === 'engine_unavailable', JSON.stringify(last));
  const refused = (await pull('shop/web:3')).at(-1);
  assert.ok(refused?.type === 'failed' && refused.code === 'engine_unavailable', JSON.stringify(refused));
  await simulated.start();
});

const references = {
  'shop/web': 'shop/web:latest',
  'shop/web:2': 'shop/web:2',
  'registry.example:5000/shop/web': 'registry.example:5000/shop/web:latest',
  'shop/web@sha256:abc': 'shop/web@sha256:abc',
};
for (const [reference, tagged] of Object.entries(references))
  test(`withTag makes ${reference} ${tagged}`, () => assert.equal(withTag(reference), tagged));
