// A portal that is started again elsewhere: another port, as another name or address would be.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startAllInOne, waitForHost } from '@berth/all-in-one/all-in-one.ts';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { startSimulatedEngine } from '@berth/docker-server/simulated/simulated-engine.ts';
import { freePort } from '#harness/free-port.ts';

test('the host of the all-in-one finds its portal at another port', async (t) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'berth-moves-'));
  const engine = await startSimulatedEngine({ socket: join(dataFolder, 'engine.sock') });
  t.after(async () => {
    await engine.close();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  const hosts: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const berth = await startAllInOne({
      dataFolder,
      address: '127.0.0.1',
      port: await freePort(),
      portalFolder: undefined,
      tls: undefined,
      trustedProxies: [],
      engineSocket: join(dataFolder, 'engine.sock'),
      clock: systemClock,
      log: silentLog,
    });
    try {
      await waitForHost(systemClock, berth);
      const { items } = await berth.client.listHosts({ params: berth });
      hosts.push(...items.map(({ id }) => id));
    } finally {
      await berth.close();
    }
  }
  assert.equal(hosts.length, 2);
  assert.equal(hosts[0], hosts[1], 'the same host, not a second one');
});
