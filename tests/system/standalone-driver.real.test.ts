// The standalone driver keeps the rules of every driver, on a real engine.
import { mkdtempSync } from 'node:fs';
import { test } from 'node:test';
import { idleCommand, startRealEngine } from '@berth/docker-server/testing/real-engine.ts';
import { driverConformance } from '@berth/server/orchestration/driver-conformance.ts';
import { openStandaloneRig } from '#harness/driver-rig.ts';

driverConformance(test, async () => {
  const engine = await startRealEngine({ folder: mkdtempSync('/tmp/berth-rig-') });
  await engine.importImage('rig/runs:1', idleCommand);
  await engine.importImage('rig/exits:1', ['sh', '-c', 'exit 1']);
  await engine.importImage('rig/finishes:1', ['sh', '-c', 'exit 0']);
  return openStandaloneRig({
    socket: engine.socket,
    images: {
      runs: 'rig/runs:1',
      exits: 'rig/exits:1',
      finishes: 'rig/finishes:1',
      missing: 'registry.invalid/rig/missing:1',
    },
    removeByHand: async (container) => void (await engine.docker('rm', '-f', container)),
    stopByHand: async (container) => void (await engine.docker('stop', container)),
    addForeign: async (name, hostPort) =>
      (
        await engine.docker(
          'run',
          '-d',
          '--name',
          name,
          ...(hostPort === undefined ? [] : ['-p', `${hostPort}:80`]),
          'rig/runs:1',
        )
      ).trim(),
    close: engine.close,
  });
});
