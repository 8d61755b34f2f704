import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { engineConformance } from './engine-conformance.ts';
import { startSimulatedEngine } from './simulated/simulated-engine.ts';

engineConformance('simulated engine', async (folder) => {
  await mkdir(folder);
  const engine = await startSimulatedEngine({ socket: join(folder, 'docker.sock') });
  return engine;
});
