// The standalone driver keeps the rules of every driver, on the simulated engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSimulatedEngine } from '@berth/docker-server/simulated/simulated-engine.ts';
import { driverConformance } from '@berth/server/orchestration/driver-conformance.ts';
import { openStandaloneRig } from '#harness/driver-rig.ts';

driverConformance(test, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-sim-'));
  const engine = await startSimulatedEngine({ socket: join(folder, 'engine.sock') });
  return openStandaloneRig({
    socket: engine.socket,
    images: { runs: 'sim/web:1', exits: 'sim/exits-1:1', finishes: 'sim/exits-0:1', missing: 'sim/missing:1' },
    removeByHand: async (container) => engine.removeByHand(container),
    stopByHand: async (container) => engine.stopByHand(container),
    addForeign: async (name, hostPort) =>
      engine.addForeign(
        name,
        hostPort === undefined ? {} : { HostConfig: { PortBindings: { '80/tcp': [{ HostPort: String(hostPort) }] } } },
      ),
    close: async () => {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
});
