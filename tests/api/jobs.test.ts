// Tasks and jobs over the API on a simulated engine: what is run, what becomes of it, who may, and what survives.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { JobSpec, Run } from '@berth/contract/jobs.ts';
import { publishWell, readApplication, refusedWith } from '#harness/application.ts';
import { containersOf, publication, removeAndWait, waitForOperation } from '#harness/berth.ts';
import { objectsOn, onEngine, startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

const compose = `
services:
  web:
    image: sim/web:1
    environment: {LEVEL: info}
    ports: ["80"]
    volumes: ["data:/data"]
  good: {image: "sim/exits-0:1", scale: 0}
  bad: {image: "sim/exits-1:1", scale: 0}
  absent: {image: "sim/missing:7", scale: 0}
volumes: {data: {}}
`;
const at = (application: string) => ({ ...berth.place, application });
const publish = (name: string) => publishWell(berth, publication(name, compose));
const runTask = (application: string, service: string, more: { command?: string[]; timeoutMs?: number } = {}) =>
  berth.admin.runTask({ params: at(application), body: { service, command: null, ...more } });
const readRun = (application: string, run: string) => berth.admin.readRun({ params: { ...at(application), run } });
const until = (application: string, run: string, state: Run['state']): Promise<Run> =>
  eventually(
    async () => {
      const now = await readRun(application, run);
      if (now.state === state) return now;
      throw new Error(`it is ${now.state}: ${now.reason} ${now.message}`);
    },
    { withinMs: 30_000, because: `the run of ${application} should be ${state}` },
  );
const untilCleared = (application: string, run: string): Promise<Run> =>
  eventually(
    async () => {
      const now = await readRun(application, run);
      return now.container === null && now.finishedAt !== null ? now : undefined;
    },
    { withinMs: 30_000, because: 'its container should be gone' },
  );
const runContainers = (application: string): string[] =>
  objectsOn(berth.engine, application).filter((name) => name.includes('-run-'));
const jobOf = (more: Partial<JobSpec> = {}): JobSpec => ({
  name: 'nightly',
  service: 'good',
  command: null,
  // Never during a test.
  schedule: '0 0 29 2 *',
  timeZone: 'UTC',
  concurrency: 'forbid',
  missed: 'skip',
  timeoutMs: 60_000,
  keepRuns: 10,
  enabled: true,
  ...more,
});

suite('a task', { concurrency: 8 }, () => {
  test('succeeds with its words and exit code, and leaves nothing', async () => {
    await publish('task-good');
    const asked = await runTask('task-good', 'good');
    assert.deepEqual([asked.state, asked.requestedBy, asked.revision, asked.job], ['waiting', 'ada', 1, null]);
    const run = await until('task-good', asked.id, 'succeeded');
    assert.deepEqual([run.exitCode, run.logLines, run.reason], [0, ['done'], null]);
    assert.ok(run.startedAt !== null || run.finishedAt !== null);
    await untilCleared('task-good', asked.id);
    assert.deepEqual(runContainers('task-good'), []);
  });

  test('fails with its words and exit code, and is told as an event', async () => {
    await publish('task-bad');
    const run = await until('task-bad', (await runTask('task-bad', 'bad')).id, 'failed');
    assert.deepEqual([run.exitCode, run.reason], [1, 'exit_code']);
    assert.match(run.logLines.join('\n'), /cannot open configuration/);
    const { items } = await berth.admin.listApplicationEvents({ params: at('task-bad'), query: {} });
    const event = items.find(({ reason }) => reason === 'run_failed');
    assert.deepEqual([event?.type, event?.service, event?.actor], ['warning', 'bad', 'ada']);
  });

  test('is a container of the service without a part in it', async () => {
    await publish('task-part');
    const asked = await berth.admin.runTask({
      params: at('task-part'),
      body: { service: 'web', command: ['migrate', '--all'], environment: { LEVEL: 'debug' } },
    });
    const run = await until('task-part', asked.id, 'running');
    const [name = ''] = runContainers('task-part');
    assert.equal(name, `berth-task-part-web-run-${asked.id.slice(-8)}`);
    const container = onEngine(berth.engine, name);
    assert.equal(run.container, container.id);
    // The host of the service's own container has not changed, and the task counts for none of it.
    const application = await readApplication(berth, 'task-part');
    assert.equal(application.services.find((service) => service.name === 'web')?.running, 1);
    assert.deepEqual(application.containers, { desired: 1, running: 1, finished: 0 });
    const listed = await containersOf(berth.admin, berth.place, 'task-part');
    assert.deepEqual(
      listed.map((one) => [one.name, one.run]),
      [
        ['berth-task-part-web-1', undefined],
        [name, asked.id],
      ],
    );
    await berth.admin.cancelRun({ params: { ...at('task-part'), run: asked.id } });
    await until('task-part', asked.id, 'cancelled');
    await untilCleared('task-part', asked.id);
    assert.deepEqual(runContainers('task-part'), []);
    assert.equal((await readApplication(berth, 'task-part')).phase, 'running');
  });

  test('is ended when its time is up', async () => {
    await publish('task-long');
    const run = await until('task-long', (await runTask('task-long', 'web', { timeoutMs: 1_000 })).id, 'timed_out');
    assert.equal(run.reason, 'timed_out');
    await untilCleared('task-long', run.id);
  });

  test('whose image is nowhere fails with its name', async () => {
    await publish('task-absent');
    const run = await until('task-absent', (await runTask('task-absent', 'absent')).id, 'failed');
    assert.equal(run.reason, 'image_not_found');
    assert.match(run.message ?? '', /sim\/missing:7/);
    await untilCleared('task-absent', run.id);
  });

  test('whose container is taken away by hand fails', async () => {
    await publish('task-gone');
    const { id } = await runTask('task-gone', 'web');
    const { container } = await until('task-gone', id, 'running');
    berth.engine.removeByHand(container ?? '');
    const run = await until('task-gone', id, 'failed');
    assert.equal(run.reason, 'container_gone');
    await untilCleared('task-gone', id);
  });

  test('that has ended stays as it is when somebody ends it', async () => {
    await publish('task-late');
    const { id } = await runTask('task-late', 'good');
    await until('task-late', id, 'succeeded');
    const after = await untilCleared('task-late', id);
    assert.deepEqual(await berth.admin.cancelRun({ params: { ...at('task-late'), run: id } }), after);
  });

  test('goes with its application', async () => {
    await publish('task-removed');
    const { id } = await runTask('task-removed', 'web');
    await until('task-removed', id, 'running');
    assert.equal((await removeAndWait(berth.admin, berth.place, 'task-removed')).state, 'succeeded');
    assert.deepEqual(objectsOn(berth.engine, 'task-removed'), []);
  });

  test('runs on while its application is upgraded and stopped', async () => {
    await publish('task-on');
    const { id } = await runTask('task-on', 'web');
    const { container } = await until('task-on', id, 'running');
    await publishWell(berth, publication('task-on', compose.replace('LEVEL: info', 'LEVEL: warn')));
    const { operation } = await berth.admin.stopApplication({ params: at('task-on') });
    assert.equal((await waitForOperation(berth.admin, berth.place, operation.id)).state, 'succeeded');
    const now = await readRun('task-on', id);
    assert.deepEqual([now.state, now.container, now.revision], ['running', container, 1]);
    const later = await runTask('task-on', 'good');
    assert.equal((await until('task-on', later.id, 'succeeded')).revision, 2, 'also while it is stopped');
    await berth.admin.cancelRun({ params: { ...at('task-on'), run: id } });
    await until('task-on', id, 'cancelled');
  });

  test('is refused for what is not there, and listed newest first', async () => {
    await publish('task-list');
    await refusedWith('invalid_request', () => runTask('task-list', 'nothing'));
    await refusedWith('not_found', () => readRun('task-list', 'nothing'));
    const first = await runTask('task-list', 'good');
    const second = await runTask('task-list', 'good');
    await until('task-list', first.id, 'succeeded');
    await until('task-list', second.id, 'succeeded');
    const page = await berth.admin.listRuns({ params: at('task-list'), query: { limit: 1 } });
    assert.deepEqual([page.total, page.items.map(({ id }) => id)], [2, [second.id]]);
    const rest = await berth.admin.listRuns({ params: at('task-list'), query: { cursor: page.next ?? '' } });
    assert.deepEqual(
      rest.items.map(({ id }) => id),
      [first.id],
    );
    const failed = await berth.admin.listRuns({ params: at('task-list'), query: { state: 'failed' } });
    assert.equal(failed.total, 0);
  });
});

suite('a job', { concurrency: 8 }, () => {
  const make = async (application: string, spec: JobSpec) => {
    await publish(application);
    return berth.admin.createJob({ params: at(application), body: spec });
  };

  test('is made, read, changed and removed', async () => {
    const made = await make('job-life', jobOf());
    assert.equal(made.createdBy, 'ada');
    assert.match(made.nextRunAt ?? '', /-02-29T00:00:00\.000Z$/);
    assert.equal(made.upcoming.length, 5);
    assert.equal(made.lastRun, null);
    const params = { ...at('job-life'), job: 'nightly' };
    assert.deepEqual(await berth.admin.readJob({ params: { ...params, job: made.id } }), made);
    const changed = await berth.admin.setJob({
      params,
      body: jobOf({ name: 'daily', schedule: '30 4 * * *', timeZone: 'Asia/Shanghai' }),
    });
    assert.match(changed.nextRunAt ?? '', /T20:30:00\.000Z$/);
    assert.deepEqual([changed.id, changed.name], [made.id, 'daily']);
    const off = await berth.admin.setJob({ params: { ...params, job: 'daily' }, body: jobOf({ enabled: false }) });
    assert.equal(off.nextRunAt, null);
    const { items, total } = await berth.admin.listJobs({ params: at('job-life'), query: {} });
    assert.deepEqual([items, total], [[off], 1]);
    await berth.admin.removeJob({ params: { ...params, job: made.id } });
    await refusedWith('not_found', () => berth.admin.readJob({ params: { ...params, job: made.id } }));
  });

  test('is refused with the reason', async () => {
    await make('job-wrong', jobOf());
    const create = (more: Partial<JobSpec>) => () =>
      berth.admin.createJob({ params: at('job-wrong'), body: jobOf({ name: 'other', ...more }) });
    assert.match((await refusedWith('invalid_request', create({ schedule: '@daily' }))).message, /Nicknames/);
    assert.match((await refusedWith('invalid_request', create({ schedule: '0 0 0 * * *' }))).message, /no seconds/);
    assert.match((await refusedWith('invalid_request', create({ timeZone: 'Mars/One' }))).message, /no time zone/);
    assert.match((await refusedWith('invalid_request', create({ service: 'nothing' }))).message, /no service/);
    await refusedWith('conflict', create({ name: 'nightly' }));
  });

  test('runs now, beside its schedule, and has a history of its own', async () => {
    const { id, nextRunAt } = await make('job-now', jobOf({ keepRuns: 2 }));
    const params = { ...at('job-now'), job: 'nightly' };
    const runs: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      const run = await berth.admin.runJob({ params });
      assert.deepEqual([run.job, run.scheduledFor, run.requestedBy], [{ id, name: 'nightly' }, null, 'ada']);
      await until('job-now', run.id, 'succeeded');
      await untilCleared('job-now', run.id);
      runs.push(run.id);
    }
    await runTask('job-now', 'good');
    const history = await berth.admin.listRuns({ params: at('job-now'), query: { job: 'nightly' } });
    assert.deepEqual(
      history.items.map((run) => run.id),
      runs.slice(-2).reverse(),
      'the oldest leave it when a new one comes',
    );
    const job = await berth.admin.readJob({ params });
    assert.equal(job.lastRun?.id, runs.at(-1));
    assert.equal(job.nextRunAt, nextRunAt);
  });

  test('that forbids two at once refuses the second', async () => {
    await make('job-forbid', jobOf({ service: 'web' }));
    const params = { ...at('job-forbid'), job: 'nightly' };
    const { id } = await berth.admin.runJob({ params });
    await until('job-forbid', id, 'running');
    await refusedWith('wrong_state', () => berth.admin.runJob({ params }));
    await berth.admin.removeJob({ params });
    await eventually(
      () =>
        readRun('job-forbid', id).then(
          () => false,
          () => true,
        ),
      { withinMs: 30_000, because: 'a run ends and goes with its job' },
    );
    assert.deepEqual(runContainers('job-forbid'), []);
  });

  test('that allows two at once has two', async () => {
    await make('job-allow', jobOf({ service: 'web', concurrency: 'allow' }));
    const params = { ...at('job-allow'), job: 'nightly' };
    const both = [await berth.admin.runJob({ params }), await berth.admin.runJob({ params })];
    for (const { id } of both) await until('job-allow', id, 'running');
    assert.equal(runContainers('job-allow').length, 2);
    assert.equal((await removeAndWait(berth.admin, berth.place, 'job-allow')).state, 'succeeded');
  });

  test('that replaces ends the former first', async () => {
    await make('job-replace', jobOf({ service: 'web', concurrency: 'replace' }));
    const params = { ...at('job-replace'), job: 'nightly' };
    const first = await berth.admin.runJob({ params });
    await until('job-replace', first.id, 'running');
    const second = await berth.admin.runJob({ params });
    await until('job-replace', second.id, 'running');
    assert.equal((await readRun('job-replace', first.id)).state, 'cancelled');
    assert.deepEqual(runContainers('job-replace'), [`berth-job-replace-web-run-${second.id.slice(-8)}`]);
    assert.equal((await removeAndWait(berth.admin, berth.place, 'job-replace')).state, 'succeeded');
  });

  test('does not come due while its application is stopped', async () => {
    await make('job-stopped', jobOf({ schedule: '0 4 * * *' }));
    const { operation } = await berth.admin.stopApplication({ params: at('job-stopped') });
    await waitForOperation(berth.admin, berth.place, operation.id);
    const params = { ...at('job-stopped'), job: 'nightly' };
    assert.equal((await berth.admin.readJob({ params })).nextRunAt, null);
    await berth.admin.startApplication({ params: at('job-stopped') });
    assert.match((await berth.admin.readJob({ params })).nextRunAt ?? '', /T04:00/);
  });
});

test('a run waits for a host that is away, and is done once when it is back', async () => {
  const place = { tenant: 'main', environment: 'away' };
  const host = await berth.addHost(place);
  const admin = berth.admin;
  await publishWell({ ...berth, place }, publication('away', compose));
  await host.stopDockerServer();
  await berth.untilHost(place, 'unreachable');
  const params = { ...place, application: 'away' };
  const asked = await admin.runTask({ params, body: { service: 'good', command: null } });
  const given = await admin.runTask({ params, body: { service: 'good', command: null } });
  const reason = (run: string) => async () => (await admin.readRun({ params: { ...params, run } })).reason;
  await eventually(async () => (await reason(asked.id)()) === 'host_unreachable', {
    withinMs: 30_000,
    because: 'it says what it waits for',
  });
  // To give up needs no host.
  await admin.cancelRun({ params: { ...params, run: given.id } });
  await eventually(async () => (await admin.readRun({ params: { ...params, run: given.id } })).state === 'cancelled', {
    withinMs: 30_000,
    because: 'it is given up',
  });
  await host.startDockerServer();
  await eventually(async () => (await admin.readRun({ params: { ...params, run: asked.id } })).state === 'succeeded', {
    withinMs: 60_000,
    because: 'it is done',
  });
  await eventually(async () => (await admin.readRun({ params: { ...params, run: given.id } })).container === null, {
    withinMs: 60_000,
    because: 'what was given up is known to have left nothing',
  });
});
