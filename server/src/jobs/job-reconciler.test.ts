import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { nowInstant } from '@berth/common/clock.ts';
import type { JobSpec } from '@berth/contract/jobs.ts';
import type { LiveMessage } from '@berth/contract/live.ts';
import { openPlace } from '#testing/database.ts';
import { makeJobReconciler } from './job-reconciler.ts';
import { nextTime } from './job-times.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** An application with one job of every hour; the clock stands at noon. */
const begin = async (t: TestContext, more: Partial<JobSpec> = {}) => {
  const place = await openPlace();
  t.after(() => place.db.destroy());
  const { db, clock, newId } = place;
  const tenant = await place.tenant('acme');
  const environment = await place.environment(tenant, 'prod');
  const application = await place.application(tenant, environment, 'shop');
  const spec: JobSpec = {
    name: 'hourly',
    service: 'web',
    command: ['work'],
    schedule: '0 * * * *',
    timeZone: 'UTC',
    concurrency: 'forbid',
    missed: 'skip',
    timeoutMs: 60_000,
    keepRuns: 5,
    enabled: true,
    ...more,
  };
  const job = newId('job');
  const now = nowInstant(clock);
  await db
    .insertInto('jobs')
    .values({
      id: job,
      application_id: application,
      name: spec.name,
      spec: JSON.stringify(spec),
      enabled: 1,
      created_by: 'ann',
      next_run_at: nextTime(spec, now) ?? null,
      created_at: now,
      updated_at: now,
    })
    .execute();
  const rung: string[] = [];
  const told: LiveMessage[] = [];
  const live = { tell: (_: unknown, message: LiveMessage) => void told.push(message), follow: () => assert.fail() };
  const parts = {
    db,
    live,
    ringRun: (run: string) => void rung.push(run),
    context: place.systemContext('reconciler'),
  };
  const reconcile = makeJobReconciler(parts);
  return {
    db,
    clock,
    rung,
    told,
    pass: () => reconcile(job),
    /** Of another portal server over the same database. */
    otherPass: () => makeJobReconciler(parts)(job),
    runs: () =>
      db
        .selectFrom('runs')
        .select(['id', 'state', 'reason', 'scheduled_for', 'requested_by', 'cancelled', 'command'])
        .orderBy('id')
        .execute(),
    nextRunAt: async () => (await db.selectFrom('jobs').select('next_run_at').executeTakeFirst())?.next_run_at,
    end: () => db.updateTable('runs').set({ state: 'succeeded', finished_at: now }).execute(),
    wish: (state: 'running' | 'stopped') => db.updateTable('applications').set({ desired_state: state }).execute(),
  };
};

const at = (time: string): string => `2026-01-01T${time}:00.000Z`;

test('makeJobReconciler makes a run when it is due, and rings it', async (t) => {
  const { clock, pass, runs, nextRunAt, rung, told } = await begin(t);
  assert.deepEqual(await pass(), { steps: 0, againMs: minuteMs });
  clock.advance(hourMs - 5_000);
  assert.deepEqual(await pass(), { steps: 0, againMs: 5_000 }, 'it wakes at the time');
  clock.advance(5_000);
  await pass();
  const [run, ...more] = await runs();
  assert.deepEqual(more, []);
  assert.deepEqual(
    [run?.state, run?.scheduled_for, run?.requested_by, run?.command],
    ['waiting', at('13:00'), 'schedule', '["work"]'],
  );
  assert.equal(await nextRunAt(), at('14:00'));
  assert.deepEqual(rung, [run?.id]);
  assert.equal(told.length, 1);
});

test('makeJobReconciler makes one run, however many servers look', async (t) => {
  const { clock, pass, otherPass, runs } = await begin(t);
  clock.advance(hourMs);
  await Promise.all([pass(), otherPass(), pass(), otherPass()]);
  await pass();
  assert.equal((await runs()).length, 1);
});

test('makeJobReconciler makes up once for all that was missed', async (t) => {
  const { clock, pass, runs } = await begin(t, { missed: 'run_once' });
  clock.advance(9.5 * hourMs);
  await pass();
  await pass();
  assert.deepEqual(
    (await runs()).map((run) => [run.state, run.scheduled_for]),
    [['waiting', at('21:00')]],
  );
});

test('makeJobReconciler tells once of all that was missed', async (t) => {
  const { clock, pass, runs, nextRunAt } = await begin(t);
  clock.advance(9.5 * hourMs);
  await pass();
  await pass();
  assert.deepEqual(
    (await runs()).map((run) => [run.state, run.reason, run.scheduled_for]),
    [['skipped', 'missed', at('21:00')]],
  );
  assert.equal(await nextRunAt(), at('22:00'));
});

test('makeJobReconciler skips while the former run goes on', async (t) => {
  const { clock, pass, runs, end } = await begin(t);
  for (let hour = 0; hour < 2; hour += 1) {
    clock.advance(hourMs);
    await pass();
  }
  await end();
  clock.advance(hourMs);
  await pass();
  assert.deepEqual(
    (await runs()).map((run) => [run.reason, run.scheduled_for]),
    [
      [null, at('13:00')],
      ['former_runs_on', at('14:00')],
      [null, at('15:00')],
    ],
  );
});

test('makeJobReconciler asks the former run to end where it is to be replaced', async (t) => {
  const { clock, pass, runs, rung } = await begin(t, { concurrency: 'replace' });
  clock.advance(hourMs);
  await pass();
  clock.advance(hourMs);
  await pass();
  const [former, run] = await runs();
  assert.deepEqual([former?.cancelled, run?.cancelled, run?.state], [1, 0, 'waiting']);
  assert.deepEqual(new Set(rung.slice(1)), new Set([former?.id, run?.id]));
});

test('makeJobReconciler tells once of a stopped application, and goes on when it runs', async (t) => {
  const { clock, pass, runs, wish } = await begin(t);
  await wish('stopped');
  for (let hour = 0; hour < 3; hour += 1) {
    clock.advance(hourMs);
    await pass();
  }
  await wish('running');
  clock.advance(hourMs);
  await pass();
  assert.deepEqual(
    (await runs()).map((run) => [run.state, run.reason, run.scheduled_for]),
    [
      ['skipped', 'application_stopped', at('13:00')],
      ['waiting', null, at('16:00')],
    ],
  );
});

test('makeJobReconciler makes up for a stopped application once it runs', async (t) => {
  const { clock, pass, runs, wish } = await begin(t, { missed: 'run_once' });
  await wish('stopped');
  clock.advance(3 * hourMs);
  assert.deepEqual(await pass(), { steps: 0, againMs: minuteMs });
  assert.deepEqual(await runs(), []);
  await wish('running');
  clock.advance(minuteMs);
  await pass();
  assert.deepEqual(
    (await runs()).map((run) => run.scheduled_for),
    [at('15:00')],
  );
});

test('makeJobReconciler keeps the history short', async (t) => {
  const { clock, pass, runs, end } = await begin(t, { keepRuns: 2 });
  for (let hour = 0; hour < 5; hour += 1) {
    clock.advance(hourMs);
    await pass();
    await end();
  }
  assert.deepEqual(
    (await runs()).map((run) => run.scheduled_for),
    [at('16:00'), at('17:00')],
  );
});

test('makeJobReconciler skips when too many runs have not ended', async (t) => {
  const { clock, pass, runs } = await begin(t, { concurrency: 'allow' });
  for (let hour = 0; hour < 51; hour += 1) {
    clock.advance(hourMs);
    await pass();
  }
  const all = await runs();
  assert.deepEqual([all.filter(({ state }) => state === 'waiting').length, all.at(-1)?.reason], [50, 'too_many_runs']);
});

test('makeJobReconciler leaves a job alone that was removed', async (t) => {
  const { db, pass } = await begin(t);
  await db.deleteFrom('jobs').execute();
  assert.deepEqual(await pass(), { steps: 0 });
});
