// What is taken away by hand or by a fault comes back; what is not ours is left alone; what cannot be seen is unknown.
// Time limits are those that Berth promises: 5 s for a container removed by hand, 10 s for the truth after a restart.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Container } from '@berth/contract/containers.ts';
import { closeAll } from '#harness/close-all.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { publishWell, readApplication, refusedWith, removeWell, untilPhase } from '#harness/application.ts';
import { containersOf, publication, waitForOperation } from '#harness/berth.ts';
import { fetchText, untilAnswers } from '#harness/http.ts';
import { idleImage, inspect, listObjects, openLab, type Lab } from '#harness/lab.ts';
import { openSplitSite, untilHost, type SplitSite } from '#harness/processes.ts';

const backWithinMs = 5_000;
const truthWithinMs = 10_000;
const reconnectWithinMs = 60_000;

let lab: Lab;
let site: SplitSite;
before(async () => {
  lab = await openLab();
  site = await openSplitSite(lab, 'healing');
  for (const { name, labels } of foreigners)
    await lab.engine.docker(
      'run',
      '-d',
      '--restart',
      'always',
      '--name',
      name,
      ...labels.flatMap((label) => ['--label', label]),
      idleImage,
    );
  await publishWell(site, publication('heal', compose));
});
after(() => closeAll(site, lab));

// Names like ours, labels like half of ours: only a whole set of labels makes a container Berth's.
const foreigners = [
  { name: 'somebody-elses', labels: [] },
  { name: 'berth-heal-web-2', labels: [] },
  { name: 'berth-half-labelled', labels: ['io.berth.application-name=heal', 'io.berth.key=web'] },
];

const web = 'berth-heal-web-1';
const compose = `
services:
  web:
    image: lab/web:1
    ports: ["18001:80"]
    environment: {TEXT: alive}
  kept:
    image: lab/idle:1
    restart: always
  careful:
    image: lab/idle:1
    restart: unless-stopped
  failing:
    image: lab/idle:1
    restart: on-failure
  once:
    image: lab/idle:1
    command: ["true"]
`;
const running = ['berth-heal-careful-1', 'berth-heal-failing-1', 'berth-heal-kept-1', web];

const messagesSince = async (instant: string): Promise<string[]> =>
  (
    await site.admin.listApplicationEvents({ params: { ...site.place, application: 'heal' }, query: { limit: 200 } })
  ).items
    .filter(({ at }) => at >= instant)
    .map(({ message }) => message);

const now = (): string => new Date().toISOString();

const holdsForeigners = async (): Promise<void> => {
  const foreign = (await listObjects(lab)).containers.filter(({ name }) =>
    foreigners.some((other) => other.name === name),
  );
  assert.deepEqual(
    foreign.map(({ state }) => state),
    foreigners.map(() => 'running'),
  );
};

/** Every container that is to run is seen to run, by an observation made after `instant`. */
const untilTruth = (instant: string, withinMs: number): Promise<Container[]> =>
  eventually(
    async () => {
      const containers = await containersOf(site.admin, site.place, 'heal');
      const up = containers
        .filter(({ state, observedAt }) => state === 'running' && observedAt > instant)
        .map(({ name }) => name);
      assert.deepEqual(up, running);
      return containers;
    },
    { withinMs, because: 'the API shows what runs' },
  );

const restarts = [
  ['SIGTERM', false],
  ['SIGKILL', false],
  ['SIGTERM', true],
  ['SIGKILL', true],
] as const;

suite('healing', { concurrency: 2 }, () => {
  suite('on a host whose parts fail', { concurrency: 1 }, () => {
    suite('by hand', { concurrency: 1 }, () => {
      test('a container that is removed is back within 5 s, and an event says why', async (t) => {
        const instant = now();
        const former = await inspect(lab, web);
        await lab.engine.docker('rm', '-f', web);
        const removedMs = performance.now();
        await untilAnswers(lab, 18001, 'alive', '/', backWithinMs);
        t.diagnostic(
          `docker rm -f of one container: it answered again after ${Math.round(performance.now() - removedMs)} ms`,
        );
        assert.notEqual((await inspect(lab, web)).Id, former.Id);
        await eventually(
          async () =>
            (await messagesSince(instant)).some(
              (message) => message === `Started ${web}: it is gone and has to be there`,
            ),
          { withinMs: backWithinMs, because: 'an event says why' },
        );
        const { name, conditions } = await untilPhase(site, 'heal', 'running');
        assert.deepEqual([name, conditions.map(({ type }) => type)], ['heal', ['Available']]);
      });

      test('a stopped or killed container with a restart policy runs again', async () => {
        await lab.engine.docker('stop', 'berth-heal-kept-1');
        const instant = now();
        await lab.engine.docker('kill', 'berth-heal-careful-1');
        await untilTruth(instant, truthWithinMs);
      });

      test('a container without a restart policy that a person stops stays as they left it', async () => {
        await publishWell(site, publication('left', 'services:\n  box:\n    image: lab/idle:1\n'));
        await lab.engine.docker('stop', 'berth-left-box-1');
        const instant = now();
        await eventually(
          async () =>
            (await containersOf(site.admin, site.place, 'left')).every(
              ({ state, observedAt }) => state === 'exited' && observedAt > instant,
            ),
          { withinMs: truthWithinMs, because: 'it is seen to have stopped' },
        );
        const { id } = await readApplication(site, 'left');
        await eventually(
          async () =>
            (await site.admin.listLoops()).items.some(
              ({ key, lastRunAt }) => key === id && (lastRunAt ?? '') > instant,
            ),
          { withinMs: truthWithinMs, because: 'its loop has looked' },
        );
        assert.equal((await inspect(lab, 'berth-left-box-1')).State.Status, 'exited');
        const { operation } = await site.admin.startApplication({ params: { ...site.place, application: 'left' } });
        assert.equal((await waitForOperation(site.admin, site.place, operation.id)).state, 'succeeded');
        assert.equal((await inspect(lab, 'berth-left-box-1')).State.Status, 'running');
        await removeWell(lab, site, 'left');
      });

      test('foreign containers are not touched, whatever they are called', holdsForeigners);

      test('many containers removed at once are all back', async () => {
        const once = await inspect(lab, 'berth-heal-once-1');
        const former = await Promise.all(running.map((name) => inspect(lab, name)));
        await lab.engine.docker('rm', '-f', ...running);
        await eventually(
          async () => {
            const ids = (await untilTruth('', 0)).map(({ id }) => id);
            return !former.some(({ Id }) => ids.includes(Id));
          },
          { withinMs: truthWithinMs, because: 'others run in their place' },
        );
        const after = await inspect(lab, 'berth-heal-once-1');
        assert.deepEqual(
          [after.Id, after.State.StartedAt],
          [once.Id, once.State.StartedAt],
          'what has finished is not run again',
        );
      });
    });

    suite('the engine', { concurrency: 1 }, () => {
      for (const [signal, liveRestore] of restarts)
        test(`ends by ${signal} ${liveRestore ? 'with' : 'without'} live-restore: the truth is back within 10 s, and all runs`, async (t) => {
          await setLiveRestore(liveRestore);
          const before = await Promise.all(running.map((name) => inspect(lab, name)));
          const once = await inspect(lab, 'berth-heal-once-1');
          const instant = now();
          await lab.engine.restart(signal);
          const backMs = performance.now();
          const back = now();
          await untilHost(site, 'active', truthWithinMs);
          await untilTruth(back, truthWithinMs);
          t.diagnostic(
            `engine back after ${signal}, live-restore ${liveRestore}: all seen to run after ${Math.round(performance.now() - backMs)} ms`,
          );
          await untilAnswers(lab, 18001, 'alive');
          const after = await Promise.all(running.map((name) => inspect(lab, name)));
          assert.deepEqual(
            after.map(({ Id }) => Id),
            before.map(({ Id }) => Id),
            'no container is made anew for a restart of the engine',
          );
          if (liveRestore)
            assert.deepEqual(
              after.map(({ State }) => State.StartedAt),
              before.map(({ State }) => State.StartedAt),
              'no container is started anew',
            );
          else
            await eventually(
              async () => (await messagesSince(instant)).includes(`Started ${web}: it ended with the Docker engine`),
              {
                withinMs: truthWithinMs,
                because: `an event gives the cause: ${(await messagesSince(instant)).join(' | ')}`,
              },
            );
          assert.equal(
            (await inspect(lab, once.Id)).State.StartedAt,
            once.State.StartedAt,
            'what has finished is not run again',
          );
          await untilPhase(site, 'heal', 'running');
          await holdsForeigners();
        });

      test('stands still for 20 s: unknown, never stopped; the rest answers; then all is as before', async (t) => {
        const before = await Promise.all(running.map((name) => inspect(lab, name)));
        const pausedMs = performance.now();
        lab.engine.kill('SIGSTOP');
        try {
          const host = await untilHost(site, 'engine_down', 20_000);
          t.diagnostic(`the host was seen to be down after ${Math.round(performance.now() - pausedMs)} ms`);
          assert.match(host.reason ?? '', /engine/i);
          const askedMs = performance.now();
          assert.deepEqual(
            new Set((await containersOf(site.admin, site.place, 'heal')).map(({ state }) => state)),
            new Set(['unknown']),
          );
          const application = await untilPhase(site, 'heal', 'unknown', 5_000);
          assert.equal(application.containers.running, 0);
          assert.equal(application.conditions[0]?.reason, 'engine_unavailable');
          await site.admin.readCaller();
          t.diagnostic(`four calls beside it took ${Math.round(performance.now() - askedMs)} ms`);
          assert.equal(await fetchText(`http://${lab.engine.address}:18001/`), 'alive', 'what runs goes on');
          const preview = await site.admin.previewApplication({
            params: site.place,
            body: publication('heal', compose),
          });
          assert.ok(
            preview.problems.some(({ code, severity }) => code === 'host_unreachable' && severity === 'warning'),
            JSON.stringify(preview.problems),
          );
          await pause(Math.max(0, 20_000 - (performance.now() - pausedMs)));
        } finally {
          lab.engine.kill('SIGCONT');
        }
        const back = now();
        await untilHost(site, 'active', truthWithinMs);
        await untilTruth(back, truthWithinMs);
        await untilPhase(site, 'heal', 'running');
        const after = await Promise.all(running.map((name) => inspect(lab, name)));
        assert.deepEqual(
          after.map(({ Id, State }) => [Id, State.StartedAt]),
          before.map(({ Id, State }) => [Id, State.StartedAt]),
        );
      });
    });

    const later = publication('later', 'services:\n  box:\n    image: lab/idle:1\n');

    suite('a part of Berth', { concurrency: 1 }, () => {
      test('the Docker Server, is away: workloads answer, containers are unknown, a publish waits and is then done', async () => {
        const before = await inspect(lab, web);
        await site.dockerServer.kill('SIGKILL');
        try {
          const host = await untilHost(site, 'unreachable', truthWithinMs);
          assert.match(host.reason ?? '', /not connected/);
          assert.equal(await fetchText(`http://${lab.engine.address}:18001/`), 'alive');
          assert.deepEqual(
            new Set((await containersOf(site.admin, site.place, 'heal')).map(({ state }) => state)),
            new Set(['unknown']),
          );
          await refusedWith('host_unreachable', () =>
            site.admin.openLines('readLogs', { params: { ...site.place, container: before.Id } }),
          );
          const { operation } = await site.admin.publishApplication({ params: site.place, body: later });
          await untilPhase(site, 'later', 'unknown', truthWithinMs);
          assert.equal(
            (await site.admin.readOperation({ params: { ...site.place, operation: operation.id } })).state,
            'running',
            'what was asked for is kept',
          );
        } finally {
          await site.dockerServer.start();
        }
        const back = now();
        const [operation] = (await site.admin.listOperations({ params: site.place, query: { application: 'later' } }))
          .items;
        assert.equal((await waitForOperation(site.admin, site.place, operation?.id ?? '')).state, 'succeeded');
        await untilTruth(back, truthWithinMs);
        assert.equal((await inspect(lab, web)).State.StartedAt, before.State.StartedAt);
        await removeWell(lab, site, 'later');
      });

      test('the portal server, is away: workloads answer, and what was removed meanwhile comes back with it', async () => {
        await site.portal.kill('SIGKILL');
        try {
          assert.equal(await fetchText(`http://${lab.engine.address}:18001/`), 'alive');
          await lab.engine.docker('rm', '-f', web);
        } finally {
          await site.portal.start();
        }
        const back = now();
        await untilHost(site, 'active');
        await untilAnswers(lab, 18001, 'alive', '/', backWithinMs);
        await untilTruth(back, truthWithinMs);
      });

      test('the portal server, stands still while the Docker Server lives: both find together again', async () => {
        const before = await inspect(lab, web);
        await site.portal.kill('SIGSTOP');
        try {
          assert.equal(await fetchText(`http://${lab.engine.address}:18001/`), 'alive');
          await pause(3_000);
        } finally {
          await site.portal.kill('SIGCONT');
        }
        await untilHost(site, 'active');
        await untilTruth('', truthWithinMs);
        assert.equal((await inspect(lab, web)).State.StartedAt, before.State.StartedAt);
      });

      test('at the end nothing foreign was touched, and removing leaves nothing behind', async () => {
        await holdsForeigners();
        assert.equal((await readApplication(site, 'heal')).phase, 'running');
        await removeWell(lab, site, 'heal');
        await holdsForeigners();
        const { containers, networks, volumes } = await listObjects(lab);
        assert.deepEqual([containers.length, networks, volumes], [foreigners.length, [], []]);
      });
    });
  });

  suite('over a link that is cut', { concurrency: 1 }, () => {
    test('the host is unreachable and runs on; a minute after the link returns at the latest, all is as before', async (t) => {
      const apart = await openLab();
      let host: SplitSite | undefined;
      try {
        const there = await openSplitSite(apart, 'cut', { apart: true });
        host = there;
        await publishWell(
          there,
          publication(
            'far',
            'services:\n  web:\n    image: lab/web:1\n    ports: ["18001:80"]\n    environment: {TEXT: far}\n  gone:\n    image: lab/idle:1\n',
          ),
        );
        await untilAnswers(apart, 18001, 'far');
        const { services } = await readApplication(there, 'far');
        const endpoint = services.find(({ name }) => name === 'web')?.endpoints[0];
        assert.deepEqual(
          [endpoint?.address, endpoint?.hostPort],
          [apart.engine.address, 18001],
          'where a person reaches it',
        );
        const before = await inspect(apart, 'berth-far-web-1');
        const link = `berth-e${apart.engine.address.split('.')[2]}`;
        execFileSync('ip', ['link', 'set', link, 'down']);
        const cutMs = performance.now();
        try {
          await untilHost(there, 'unreachable', 60_000);
          t.diagnostic(`a cut link was noticed after ${Math.round(performance.now() - cutMs)} ms`);
          assert.deepEqual(
            new Set((await containersOf(there.admin, there.place, 'far')).map(({ state }) => state)),
            new Set(['unknown']),
          );
          await untilPhase(there, 'far', 'unknown');
          await apart.engine.docker('rm', '-f', 'berth-far-gone-1');
        } finally {
          execFileSync('ip', ['link', 'set', link, 'up']);
        }
        const backMs = performance.now();
        await untilHost(there, 'active', reconnectWithinMs);
        await untilPhase(there, 'far', 'running');
        t.diagnostic(`all was known and running ${Math.round(performance.now() - backMs)} ms after the link came back`);
        const after = await inspect(apart, 'berth-far-web-1');
        assert.deepEqual([after.Id, after.State.StartedAt], [before.Id, before.State.StartedAt]);
        assert.equal(
          (await inspect(apart, 'berth-far-gone-1')).State.Status,
          'running',
          'what was removed meanwhile is back',
        );
        await removeWell(apart, there, 'far');
      } finally {
        await closeAll(host, apart);
      }
    });
  });
});

/** As a person would: in the daemon's file, taken over without a restart. */
const setLiveRestore = async (on: boolean): Promise<void> => {
  writeFileSync(join(lab.engine.folder, 'daemon.json'), JSON.stringify({ 'live-restore': on }));
  lab.engine.kill('SIGHUP');
  await eventually(
    async () => ((await lab.api.call('GET', '/info')) as { LiveRestoreEnabled: boolean }).LiveRestoreEnabled === on,
    {
      withinMs: 10_000,
      because: 'the engine takes its file over',
    },
  );
};
