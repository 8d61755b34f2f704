// Portal server and Docker Server with 100 running containers and nobody asking: memory and CPU.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startRealEngine } from '@berth/docker-server/testing/real-engine.ts';
import { clientWith, publication, publishAndWait, setUp } from '#harness/berth.ts';
import { freePort } from '#harness/free-port.ts';
import { startOwnProcess, usageOf } from './own-process.ts';
import { median, say, type BenchResult } from './result.ts';

const applications = 5;
const servicesEach = 20;
const settleMs = 20_000;
const windowMs = 20_000;
const image = 'bench/sleeper:1';
const command = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait; done'];

export default async (rounds: number): Promise<BenchResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const dataFolder = join(folder, 'data');
  const engine = await startRealEngine({ folder: join(folder, 'engine') });
  await engine.importImage(image, command);
  const berth = await startOwnProcess({
    engineSocket: engine.socket,
    dataFolder,
    port: await freePort(),
    viaNpm: true,
  });
  try {
    const client = clientWith(
      berth.url,
      await setUp(berth.url, readFileSync(join(dataFolder, 'setup-code'), 'utf8').trim()),
    );
    const place = { tenant: 'main', environment: 'local' };
    const services = Array.from({ length: servicesEach }, (_, at) => `  s${at}:\n    image: ${image}\n`).join('');
    for (let at = 0; at < applications; at += 1) {
      const operation = await publishAndWait(
        client,
        place,
        publication(`idle-${at}`, `services:\n${services}`),
        180_000,
      );
      if (operation.state !== 'succeeded') throw new Error(`publishing failed: ${operation.message}`);
    }
    await pause(settleMs);
    const windows: { rssMb: number; cpu: number }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const before = usageOf(berth.pid);
      const startedMs = performance.now();
      await pause(windowMs);
      const after = usageOf(berth.pid);
      const window = {
        rssMb: after.rssMb,
        cpu: (after.cpuSeconds - before.cpuSeconds) / ((performance.now() - startedMs) / 1000),
      };
      windows.push(window);
      say(`window ${round}: ${window.rssMb.toFixed(0)} MB, ${(window.cpu * 100).toFixed(2)} % of a core`);
    }
    return {
      values: { rss_mb: median(windows.map(({ rssMb }) => rssMb)), cpu_core: median(windows.map(({ cpu }) => cpu)) },
      runs: rounds,
    };
  } finally {
    await berth.stop();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
