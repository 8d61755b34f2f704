// Tasks and jobs on a real engine: what they see, how they end, and that a portal server killed at any moment of a run neither
// loses it nor runs it twice.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Run } from '@berth/contract/jobs.ts';
import { publishWell, removeWell, type Site } from '#harness/application.ts';
import { publication } from '#harness/berth.ts';
import { closeAll } from '#harness/close-all.ts';
import { atEvent } from '#harness/engine-events.ts';
import { inspect, listObjects, openLab, type Lab } from '#harness/lab.ts';
import { openSplitSite, type SplitSite } from '#harness/processes.ts';

let lab: Lab;
let site: SplitSite;
before(async () => {
  lab = await openLab();
  site = await openSplitSite(lab, 'jobs');
});
after(() => closeAll(site, lab));

const endWithinMs = 60_000;
const compose = `
services:
  web:
    image: lab/web:1
    environment: {TEXT: hello}
    ports: ["80"]
    stop_grace_period: 1s
    volumes: ["data:/data"]
volumes: {data: {}}
`;

const at = (from: Site, application: string) => ({ ...from.place, application });
const task = (from: Site, application: string, script: string, timeoutMs?: number): Promise<Run> =>
  from.admin.runTask({
    params: at(from, application),
    body: {
      service: 'web',
      command: ['/bin/sh', '-c', script],
      environment: { EXTRA: 'of the task' },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
  });
const until = (from: Site, application: string, run: string, isIt: (run: Run) => boolean, withinMs = endWithinMs) =>
  eventually(
    async () => {
      const now = await from.admin.readRun({ params: { ...at(from, application), run } });
      if (isIt(now)) return now;
      throw new Error(`it is ${now.state}: ${now.reason} ${now.message}`);
    },
    { withinMs, because: `a run of ${application} comes so far` },
  );
const ended = (from: Site, application: string, run: string): Promise<Run> =>
  until(from, application, run, ({ finishedAt, container }) => finishedAt !== null && container === null);
const runsOnEngine = async (application: string): Promise<string[]> =>
  (await listObjects(lab)).containers
    .filter((container) => container.application === application && container.name.includes('-run-'))
    .map(({ name }) => name);

suite('on a real engine', { concurrency: 4 }, () => {
  test('a task has the service’s volumes, networks and variables, and no part in it', async () => {
    await publishWell(site, publication('see', compose));
    const { id } = await task(
      site,
      'see',
      'echo "$TEXT, $EXTRA"; echo kept > /data/mark; wget -qO- http://web/; echo; echo bad >&2; exit 3',
    );
    const run = await ended(site, 'see', id);
    assert.deepEqual(
      [run.state, run.exitCode, run.reason, [...run.logLines].sort()],
      ['failed', 3, 'exit_code', ['bad', 'hello', 'hello, of the task']],
    );
    const second = await ended(site, 'see', (await task(site, 'see', 'cat /data/mark')).id);
    assert.deepEqual([second.state, second.exitCode, second.logLines], ['succeeded', 0, ['kept']]);
    assert.deepEqual(await runsOnEngine('see'), []);
    await removeWell(lab, site, 'see');
  });

  test('a task’s container has no port, no alias, no check and no restart', async () => {
    await publishWell(site, publication('apart', compose));
    const { id } = await task(site, 'apart', 'sleep 300');
    const { container } = await until(site, 'apart', id, ({ state }) => state === 'running');
    const { HostConfig, Config, ...more } = await inspect(lab, container ?? '');
    assert.deepEqual(HostConfig['PortBindings'] ?? {}, {});
    assert.deepEqual(HostConfig['RestartPolicy'], { Name: 'no', MaximumRetryCount: 0 });
    assert.equal(Config.Labels['io.berth.run'], id);
    const { Networks } = (more as unknown as { NetworkSettings: { Networks: Record<string, { Aliases: string[] }> } })
      .NetworkSettings;
    for (const { Aliases } of Object.values(Networks)) assert.ok(!(Aliases ?? []).includes('web'), Aliases.join());
    await site.admin.cancelRun({ params: { ...at(site, 'apart'), run: id } });
    const run = await ended(site, 'apart', id);
    assert.equal(run.state, 'cancelled');
    assert.deepEqual(await runsOnEngine('apart'), []);
    await removeWell(lab, site, 'apart');
  });

  test('a task that hears nothing is ended when its time is up', async () => {
    await publishWell(site, publication('deaf', compose));
    const { id } = await task(site, 'deaf', 'trap "" TERM; echo begun; sleep 300', 2_000);
    const run = await ended(site, 'deaf', id);
    assert.deepEqual([run.state, run.reason, run.exitCode, run.logLines], ['timed_out', 'timed_out', 137, ['begun']]);
    await removeWell(lab, site, 'deaf');
  });

  test('a task whose program is not there fails with the engine’s word', async () => {
    await publishWell(site, publication('nowhere', compose));
    const { id } = await site.admin.runTask({
      params: at(site, 'nowhere'),
      body: { service: 'web', command: ['/no/such/program'] },
    });
    const run = await ended(site, 'nowhere', id);
    assert.equal(run.state, 'failed');
    assert.match(run.message ?? '', /no such file/);
    assert.deepEqual(await runsOnEngine('nowhere'), []);
    await removeWell(lab, site, 'nowhere');
  });

  test('a task goes with its application', async () => {
    await publishWell(site, publication('leave', compose));
    const { id } = await task(site, 'leave', 'sleep 300');
    await until(site, 'leave', id, ({ state }) => state === 'running');
    await removeWell(lab, site, 'leave');
    assert.deepEqual(await runsOnEngine('leave'), []);
  });

  test('a job runs by its schedule', async () => {
    await publishWell(site, publication('clockwork', compose));
    const params = at(site, 'clockwork');
    const job = await site.admin.createJob({
      params,
      body: {
        name: 'each-minute',
        service: 'web',
        command: ['/bin/sh', '-c', 'echo tick'],
        schedule: '* * * * *',
        timeZone: 'Asia/Kathmandu',
        concurrency: 'forbid',
        missed: 'skip',
        timeoutMs: 30_000,
        keepRuns: 5,
        enabled: true,
      },
    });
    const run = await eventually(
      async () => {
        const { lastRun } = await site.admin.readJob({ params: { ...params, job: job.id } });
        return lastRun?.state === 'succeeded' ? lastRun : undefined;
      },
      { withinMs: 150_000, because: 'a minute comes', everyMs: 500 },
    );
    assert.deepEqual([run.requestedBy, run.logLines, run.exitCode], ['schedule', ['tick'], 0]);
    assert.match(run.scheduledFor ?? '', /:00\.000Z$/);
    await removeWell(lab, site, 'clockwork');
  });
});

// Each start leaves a line in the volume; how long it takes is a restart of the portal server and more.
const counted = 'echo started >> /data/starts; sleep 6; echo finished';
const moments: Readonly<Record<string, string | undefined>> = {
  'right after the answer': undefined,
  'when the container is made': 'container create',
  'when it is started': 'container start',
  'when it has ended': 'container die',
  'when it is removed': 'container destroy',
};

suite('after kill -9 of the portal server', { concurrency: 3 }, () => {
  for (const [name, what] of Object.entries(moments))
    test(`${name}, a run goes on: one container, one start, one outcome`, async () => {
      const slug = name.replaceAll(' ', '-');
      const own = await openSplitSite(lab, `jobs-${slug}`);
      try {
        const application = `k-${slug}`.slice(0, 30);
        await publishWell(own, publication(application, compose));
        const id = await killDuring(own, application, what);
        const run = await ended(own, application, id);
        assert.deepEqual([run.state, run.exitCode, run.logLines], ['succeeded', 0, ['finished']]);
        const { items } = await own.admin.listRuns({ params: at(own, application), query: {} });
        assert.deepEqual(
          items.map((one) => one.id),
          [id],
        );
        assert.deepEqual(await runsOnEngine(application), []);
        const check = await ended(own, application, (await task(own, application, 'cat /data/starts')).id);
        assert.deepEqual(check.logLines, ['started'], 'it was started once');
        await removeWell(lab, own, application);
      } finally {
        await own.close();
      }
    });
});

const killDuring = async (own: SplitSite, application: string, what: string | undefined): Promise<string> => {
  const kill = () => process.kill(own.portal.pid, 'SIGKILL');
  let id: string;
  if (what === undefined) {
    ({ id } = await task(own, application, counted));
    kill();
  } else {
    const watch = await atEvent(
      lab,
      (event) => event.what === what && event.name.startsWith(`berth-${application}-web-run-`),
      1,
      kill,
    );
    ({ id } = await task(own, application, counted));
    await watch.happened;
    watch.close();
  }
  await own.portal.kill('SIGKILL');
  await own.portal.start();
  return id;
};
