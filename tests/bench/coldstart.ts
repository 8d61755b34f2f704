// `npm start`, from the command to the first successful request, with everything installed and a first run behind it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRealEngine } from '@berth/docker-server/testing/real-engine.ts';
import { freePort } from '#harness/free-port.ts';
import { startOwnProcess } from './own-process.ts';
import { median, say, type BenchResult } from './result.ts';

export default async (rounds: number): Promise<BenchResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const engine = await startRealEngine({ folder: join(folder, 'engine') });
  try {
    const seconds: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const berth = await startOwnProcess({
        engineSocket: engine.socket,
        dataFolder: join(folder, 'data'),
        port: await freePort(),
        viaNpm: true,
      });
      await berth.stop();
      if (round === 0) continue;
      seconds.push(berth.startedInMs / 1000);
      say(`start ${round}: ${berth.startedInMs.toFixed(0)} ms`);
    }
    return { values: { seconds: median(seconds) }, runs: rounds };
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
