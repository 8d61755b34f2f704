// Applications of several services, in the shape of what popular projects publish, on a real engine: do they mean here what
// they mean elsewhere? Names are found, the order is kept, data outlives upgrades, gates hold, what is to end has ended.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Operation, Publication } from '@berth/contract/applications.ts';
import { endsWell, publishWell, readApplication, removeWell } from '#harness/application.ts';
import { containersOf, startBerth, type Berth } from '#harness/berth.ts';
import { closeAll } from '#harness/close-all.ts';
import { fetchText, untilAnswers } from '#harness/http.ts';
import { inspect, openLab, type Lab } from '#harness/lab.ts';
import { buildPopularImages, popular, popularApplications } from '#harness/popular.ts';

let lab: Lab;
let berth: Berth;
before(async () => {
  lab = await openLab();
  await buildPopularImages(lab);
  berth = await startBerth({ engineSocket: lab.engine.socket });
});
after(() => closeAll(berth, lab));

const inside = (container: string, ...command: string[]): Promise<string> =>
  lab.engine.docker('exec', container, ...command);
const at = (application: string) => ({ ...berth.place, application });
const succeeded = (wish: Promise<{ operation: Operation }>) => endsWell(berth, wish);
const rollBack = (application: string, number: number) =>
  succeeded(berth.admin.rollBackApplication({ params: { ...at(application), number }, body: {} }));
const publish = async (body: Publication) => {
  await publishWell(berth, body);
  const application = await readApplication(berth, body.name);
  assert.equal(application.phase, 'running', JSON.stringify(application.conditions));
  return application;
};
/** What has come about, in its order: the words before the time. */
const journal = async (container: string): Promise<string[]> => {
  const lines = (await inside(container, 'cat', '/journal/log')).trim().split('\n');
  return lines
    .map((line) => ({ what: line.replace(/ \S+$/, ''), at: Number(/\S+$/.exec(line)?.[0]) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ what }) => what);
};
/** Addresses the name has for that container. */
const addressesOf = async (container: string, name: string): Promise<number> =>
  (await inside(container, 'busybox', 'nslookup', name, '127.0.0.11').catch(() => ''))
    .split('\n\n')
    .slice(1)
    .join('\n')
    .split('\n')
    .filter((line) => /^Address(?: \d+)?: *\d+\./.test(line)).length;
/** Whether a web server answers there. With nc: the wget of the image has no time limit that works. */
const reaches = async (container: string, address: string, port: number): Promise<boolean> => {
  const question = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 ${address} ${port}`;
  return (await inside(container, 'sh', '-c', `${question} || true`)).startsWith('HTTP/1');
};

/** A server that is not of the host, and that the host can reach. */
const openOutside = async () => {
  const server = createServer((_, answer) => void answer.end('outside'));
  const address = lab.engine.address.replace(/\.2$/, '.1');
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address,
    port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
const idAndStart = async (container: string) => {
  const { Id, State } = await inspect(lab, container);
  return [Id, State.StartedAt];
};

const cases: Readonly<Record<string, () => Promise<void>>> = {
  blog: async () => {
    const files = (variables: Record<string, string>) => popular('blog', { variables });
    await publish(files({ SEED: 'first post' }));
    await untilAnswers(lab, 18_601, 'first post', '/cgi-bin/relay');
    assert.deepEqual(await journal('berth-blog-blog-1'), ['db ready', 'blog starts'], 'the gate holds');
    await inside('berth-blog-db-1', 'sh', '-c', 'printf "second post" > /data/index.html');
    await publish(files({ SEED: 'other', TITLE: 'a new title' }));
    await untilAnswers(lab, 18_601, 'a new title');
    await untilAnswers(lab, 18_601, 'second post', '/cgi-bin/relay');
    await rollBack('blog', 1);
    await untilAnswers(lab, 18_601, 'a blog');
    await untilAnswers(lab, 18_601, 'second post', '/cgi-bin/relay');
    const events = await journal('berth-blog-blog-1');
    assert.deepEqual(
      events.filter((_, index) => index % 2 === 0),
      ['db ready', 'db ready', 'db ready'],
      `each time the database was ready before the blog started: ${events.join(', ')}`,
    );
  },

  queue: async () => {
    const { containers } = await publish(popular('queue'));
    assert.deepEqual(containers, { desired: 4, running: 4, finished: 0 });
    const results = async () => {
      const names = (await inside('berth-queue-broker-1', 'ls', '/work')).trim().split('\n');
      return names.filter((name) => !name.endsWith('.new'));
    };
    await eventually(async () => (await results()).length === 3, { withinMs: 30_000, because: 'all three have work' });
    for (const name of await results())
      assert.equal(await inside('berth-queue-broker-1', 'cat', `/work/${name}`), 'task one');
    assert.equal(await addressesOf('berth-queue-broker-1', 'worker'), 3);
    await succeeded(berth.admin.scaleApplication({ params: at('queue'), body: { services: { worker: 1 } } }));
    assert.equal(await addressesOf('berth-queue-broker-1', 'worker'), 1);
  },

  tracker: async () => {
    const { containers, services } = await publish(popular('tracker'));
    assert.deepEqual(containers, { desired: 3, running: 2, finished: 1 });
    assert.equal(services.find(({ name }) => name === 'migrate')?.finished, 1);
    const order = ['db ready', 'migrate starts', 'migrate ends', 'site starts'];
    assert.deepEqual(await journal('berth-tracker-site-1'), order);
    await untilAnswers(lab, 18_602, 'all tables', '/cgi-bin/relay');
    assert.equal((await inspect(lab, 'berth-tracker-migrate-1')).State.ExitCode, 0);
  },

  gateway: async () => {
    await publish(popular('gateway'));
    await untilAnswers(lab, 18_603, 'the left one', '/cgi-bin/relay');
    await untilAnswers(lab, 18_603, 'the right one', '/cgi-bin/right');
    for (const name of ['left', 'left.internal', 'app-1', 'app-2'])
      assert.equal(await addressesOf('berth-gateway-gateway-1', name), 1, name);
    const outside = await openOutside();
    try {
      assert.ok(await reaches('berth-gateway-gateway-1', outside.address, outside.port));
      // A network that is internal leads nowhere but to its own.
      assert.ok(!(await reaches('berth-gateway-left-1', outside.address, outside.port)));
    } finally {
      await outside.close();
    }
  },

  'shop-2016': async () => {
    const { containers } = await publish(popular('shop-2016'));
    assert.deepEqual(containers, { desired: 4, running: 3, finished: 1 });
    await untilAnswers(lab, 18_604, 'catalogue', '/cgi-bin/relay');
    for (const [name, text] of [
      ['db', 'catalogue'],
      ['mysql', 'catalogue'],
      ['cache', 'cached'],
    ] as const)
      assert.equal(await inside('berth-shop-2016-web-1', 'wget', '-qO-', `http://${name}/`), text);
    await inside('berth-shop-2016-web-1', 'sh', '-c', 'echo order > /shared/orders');
    assert.equal(await inside('berth-shop-2016-db-1', 'cat', '/shared/orders'), 'order\n');
    await assert.rejects(inside('berth-shop-2016-db-1', 'touch', '/shared/x'), /Read-only/);
    assert.equal((await inspect(lab, 'berth-shop-2016-cache-1')).HostConfig['Memory'], 64 * 2 ** 20);
  },

  wiki: async () => {
    await publish(popular('wiki'));
    await untilAnswers(lab, 18_605, 'front page', '/cgi-bin/relay');
    assert.equal(await addressesOf('berth-wiki-wiki-1', 'primary'), 1);
    const { HostConfig } = await inspect(lab, 'berth-wiki-wiki-1');
    const limits = ['Memory', 'MemoryReservation', 'NanoCpus', 'PidsLimit'].map((name) => HostConfig[name]);
    assert.deepEqual(limits, [96 * 2 ** 20, 32 * 2 ** 20, 5e8, 200]);
    const store = await inspect(lab, 'berth-wiki-store-1');
    assert.equal(store.HostConfig['MemorySwap'], 64 * 2 ** 20);
    await assert.rejects(fetchText(`http://${lab.engine.address}:80/`), 'the store has no port of the host');
  },

  dashboard: async () => {
    await publish(popular('dashboard'));
    for (const port of [18_606, 18_607]) await untilAnswers(lab, port, 'dashboard');
    for (const container of ['berth-dashboard-dashboard-1', 'berth-dashboard-dashboard-2']) {
      const files = ['/etc/dashboard.conf', '/run/secrets/token', '/run/secrets/password'];
      const listed = (await inside(container, 'busybox', 'ls', '-ln', ...files.toSorted())).trim().split('\n');
      assert.deepEqual(
        listed.map((line) => line.split(/\s+/)).map(([mode, , uid, gid, , , , , name]) => [mode, uid, gid, name]),
        [
          ['-r--r-----', '1000', '1001', '/etc/dashboard.conf'],
          ['-r--r--r--', '0', '0', '/run/secrets/password'],
          ['-r--------', '1000', '0', '/run/secrets/token'],
        ],
      );
      assert.equal(await inside(container, 'cat', ...files), 'theme = dark\ncanary-token-51c0canary-password-b3e7');
      assert.doesNotMatch(await lab.engine.docker('inspect', container), /canary/);
    }
    assert.doesNotMatch(JSON.stringify(await readApplication(berth, 'dashboard')), /canary/);
    const { HostConfig } = await inspect(lab, 'berth-dashboard-dashboard-1');
    assert.deepEqual(HostConfig['RestartPolicy'], { Name: 'on-failure', MaximumRetryCount: 3 });
    assert.equal(HostConfig['Memory'], 64 * 2 ** 20);
  },

  monitoring: async () => {
    const names = (application: { services: readonly { name: string }[] }) =>
      application.services.map(({ name }) => name).toSorted();
    assert.deepEqual(names(await publish(popular('monitoring'))), ['board', 'collector']);
    await untilAnswers(lab, 18_608, 'up 1', '/cgi-bin/relay');
    const before = await idAndStart('berth-monitoring-board-1');
    const closer = await publish(popular('monitoring', { profiles: ['debug'] }));
    assert.deepEqual(names(closer), ['board', 'collector', 'probe']);
    assert.equal(await inside('berth-monitoring-board-1', 'wget', '-qO-', 'http://probe/'), 'probe');
    assert.deepEqual(await idAndStart('berth-monitoring-board-1'), before, 'what does not change runs on');
    await publish(popular('monitoring', { acceptLosses: true }));
    const left = (await containersOf(berth.admin, berth.place, 'monitoring')).map(({ service }) => service);
    assert.deepEqual(left.toSorted(), ['board', 'collector']);
  },

  search: async () => {
    const { containers } = await publish(popular('search'));
    assert.deepEqual(containers, { desired: 4, running: 1, finished: 3 });
    const steps = ['prepare', 'fetch', 'index'].flatMap((name) => [`${name} starts`, `${name} ends`]);
    assert.deepEqual(await journal('berth-search-search-1'), [...steps, 'search starts']);
    await untilAnswers(lab, 18_609, 'nothing found');
  },

  downloads: async () => {
    await publish(popular('downloads'));
    const look = async (line: string) => {
      await untilAnswers(lab, 18_610, line);
      await untilAnswers(lab, 18_611, 'downloader');
      await untilAnswers(lab, 18_611, 'asker', '/cgi-bin/relay');
      assert.equal(await inside('berth-downloads-asker-1', 'wget', '-qO-', 'http://tunnel:8080/'), 'downloader');
    };
    await look('tunnel 1');
    const before = await inspect(lab, 'berth-downloads-downloader-1');
    await publish(popular('downloads', { variables: { LINE: '2' } }));
    await look('tunnel 2');
    const now = await inspect(lab, 'berth-downloads-downloader-1');
    assert.notEqual(now.Id, before.Id, 'it moved with the network it shares');
    assert.equal(now.HostConfig['NetworkMode'], `container:${(await inspect(lab, 'berth-downloads-tunnel-1')).Id}`);
  },

  split: async () => {
    await publish(popular('split', {}, ['compose.yaml', 'compose.override.yaml']));
    await untilAnswers(lab, 18_612, 'from the override');
    await untilAnswers(lab, 18_612, 'from the included file', '/cgi-bin/relay');
    const { Config, HostConfig } = await inspect(lab, 'berth-split-web-1');
    assert.ok(Config.Env.includes('TEAM=green'));
    assert.equal(Config.Labels['kind'], 'overridden');
    assert.deepEqual(HostConfig['RestartPolicy'], { Name: 'on-failure', MaximumRetryCount: 0 });
  },

  clock: async () => {
    await publish(popular('clock'));
    const lines = async () => (await inside('berth-clock-clock-1', 'cat', '/spool/lines')).trim().split('\n');
    await eventually(async () => (await lines()).includes('tick'), { withinMs: 30_000, because: 'it ticks' });
    const [first] = await lines();
    await publish(popular('clock', { variables: { EVERY: '2' } }));
    const begun = (all: readonly string[]) => all.filter((line) => line.includes('every'));
    assert.deepEqual(
      begun(await lines()).map((line) => line.replace(/^\S+ /, '')),
      ['every 1', 'every 2'],
    );
    await rollBack('clock', 1);
    assert.equal((await lines())[0], first, 'the volume without a name went along');
    assert.equal(begun(await lines()).length, 3);
  },

  built: async () => {
    const files = (RELEASE: string) => popular('built', { variables: { RELEASE } });
    await publish(files('1'));
    await untilAnswers(lab, 18_613, 'release 1');
    await untilAnswers(lab, 18_613, 'assets', '/cgi-bin/relay');
    assert.equal(await inside('berth-built-app-1', 'cat', '/shared.txt'), 'logo\n');
    const before = await idAndStart('berth-built-assets-1');
    await publish(files('2'));
    await untilAnswers(lab, 18_613, 'release 2');
    assert.deepEqual(await idAndStart('berth-built-assets-1'), before, 'nothing of it changed');
    await rollBack('built', 1);
    await untilAnswers(lab, 18_613, 'release 1');
  },

  segments: async () => {
    await publish(popular('segments'));
    await untilAnswers(lab, 18_614, 'app', '/cgi-bin/relay');
    const app = 'berth-segments-app-1';
    assert.equal(await inside(app, 'wget', '-qO-', 'http://data/'), 'data');
    const { IPAddress } = (
      (await lab.api.call('GET', '/containers/berth-segments-data-1/json')) as {
        NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
      }
    ).NetworkSettings.Networks['berth-segments_inner'] ?? { IPAddress: '' };
    assert.ok(await reaches(app, IPAddress, 80), 'by its address too');
    const apart = [
      ['door', 'data'],
      ['stranger', 'data'],
      ['stranger', 'app'],
    ] as const;
    const seen = await Promise.all(
      apart.map(async ([container, name]) => {
        const from = `berth-segments-${container}-1`;
        return Promise.all([addressesOf(from, name), reaches(from, IPAddress, 80)]);
      }),
    );
    assert.deepEqual(seen, [
      [0, false],
      [0, false],
      [0, false],
    ]);
  },
};

suite('popular applications', { concurrency: 4 }, () => {
  for (const [name, look] of Object.entries(cases))
    test(`${name} does what it is published for, and leaves nothing behind`, async () => {
      await look();
      await removeWell(lab, berth, name);
    });

  test('each of them is looked at', () =>
    assert.deepEqual(Object.keys(cases).toSorted(), [...popularApplications].toSorted()));
});
