import { engineConformance } from './engine-conformance.ts';
import { importSimImages } from './testing/sim-images.ts';
import { startRealEngine } from './testing/real-engine.ts';

engineConformance('real engine', async (folder) => {
  const engine = await startRealEngine({ folder });
  await importSimImages(engine);
  return {
    socket: engine.socket,
    kill: () => engine.end('SIGKILL'),
    start: () => engine.start(),
    restart: () => engine.restart(),
    freeze: () => engine.kill('SIGSTOP'),
    thaw: () => engine.kill('SIGCONT'),
    close: () => engine.close(),
  };
});
