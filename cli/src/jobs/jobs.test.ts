import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '@berth/contract/jobs.ts';
import { refusal, runBerth } from '#testing/run-berth.ts';
import { endedRun, sampleJob, sampleRun } from '#testing/sample-run.ts';

const job = sampleJob();
const own = ['id', 'createdBy', 'createdAt', 'updatedAt', 'nextRunAt', 'upcoming', 'lastRun'];
const specOf = (from: Job): object => Object.fromEntries(Object.entries(from).filter(([key]) => !own.includes(key)));
const path = '/applications/shop/jobs';

const made: Record<string, { words: readonly string[]; body: object }> = {
  'with what most jobs want': {
    words: ['--service', 'db', '--schedule', '0 3 * * *', '--zone', 'Asia/Shanghai'],
    body: { ...specOf(job), command: null, environment: undefined },
  },
  'with everything': {
    words:
      '--service db --schedule @daily --zone UTC --concurrency replace --missed run_once --timeout 5m --keep 3 --env A=1 --env B= --disable -- ./backup.sh -v'.split(
        ' ',
      ),
    body: {
      name: 'backup',
      service: 'db',
      schedule: '@daily',
      timeZone: 'UTC',
      command: ['./backup.sh', '-v'],
      environment: { A: '1', B: '' },
      concurrency: 'replace',
      missed: 'run_once',
      timeoutMs: 300_000,
      keepRuns: 3,
      enabled: false,
    },
  },
};
for (const [name, { words, body }] of Object.entries(made))
  test(`jobs create makes a job ${name}`, async (t) => {
    const answers = { [`POST ${path}`]: job };
    const { code, out, err, asked } = await runBerth(t, ['jobs', 'create', 'shop', 'backup', ...words], { answers });
    assert.equal(code, 0, err);
    assert.deepEqual(asked[0]?.body, JSON.parse(JSON.stringify(body)));
    assert.match(
      out,
      /^The job backup was made: 0 3 \* \* \* in Asia\/Shanghai\.\nIt runs next.*\n( {2}2026-01-0.*\n){2}$/,
    );
  });

test('jobs create takes the zone of this machine where none is given', async (t) => {
  const words = ['jobs', 'create', 'shop', 'backup', '--service', 'db', '--schedule', '0 3 * * *', '--json'];
  const { out, asked } = await runBerth(t, words, { answers: { [`POST ${path}`]: job } });
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  assert.match(asked[0]?.text ?? '', new RegExp(`"timeZone":"${zone}"`));
  assert.deepEqual(JSON.parse(out), job);
});

const changed: Record<string, { words: readonly string[]; change: object }> = {
  'the schedule': { words: ['--schedule', '5 4 * * *'], change: { schedule: '5 4 * * *' } },
  'nothing else when it is disabled': { words: ['--disable'], change: { enabled: false } },
  'name, command and variables': {
    words: ['--name', 'save', '--env', 'B=2', '--', './save.sh'],
    change: { name: 'save', environment: { B: '2' }, command: ['./save.sh'] },
  },
};
for (const [name, { words, change }] of Object.entries(changed))
  test(`jobs set changes ${name}`, async (t) => {
    const answers = { [`GET ${path}/backup`]: job, [`PUT ${path}/backup`]: job };
    const { code, err, asked } = await runBerth(t, ['jobs', 'set', 'shop', 'backup', ...words], { answers });
    assert.equal(code, 0, err);
    assert.deepEqual(asked[1]?.body, { ...specOf(job), ...change });
  });

test('jobs set enables a job that is disabled', async (t) => {
  const off = sampleJob({ enabled: false });
  const answers = { [`GET ${path}/backup`]: off, [`PUT ${path}/backup`]: job };
  const { asked } = await runBerth(t, ['jobs', 'set', 'shop', 'backup', '--enable'], { answers });
  assert.match(asked[1]?.text ?? '', /"enabled":true/);
});

const wrong: Record<string, readonly string[]> = {
  'no service': ['create', 'shop', 'a', '--schedule', '* * * * *'],
  'no schedule': ['create', 'shop', 'a', '--service', 'db'],
  'a variable without its value': [
    'create',
    'shop',
    'a',
    '--service',
    'db',
    '--schedule',
    '* * * * *',
    '--env',
    'NONE',
  ],
  'another way to wait': ['set', 'shop', 'a', '--concurrency', 'queue'],
  'too many runs to keep': ['set', 'shop', 'a', '--keep', '501'],
};
for (const [name, words] of Object.entries(wrong))
  test(`jobs takes ${name} for wrong usage`, async (t) => {
    const { code, asked } = await runBerth(t, ['jobs', ...words]);
    assert.deepEqual([code, asked], [2, []]);
  });

test('jobs list shows when each runs next, and how the last run ended', async (t) => {
  const items = [
    sampleJob({ lastRun: endedRun({ state: 'failed' }) }),
    sampleJob({ name: 'off', enabled: false, nextRunAt: null, command: null }),
    sampleJob({ name: 'rests', nextRunAt: null }),
  ];
  const answers = { [`GET ${path}`]: { items, total: 3 } };
  const { out } = await runBerth(t, ['jobs', 'list', 'shop'], { answers });
  assert.match(
    out,
    /backup +db +0 3 \* \* \* \(Asia\/Shanghai\) +2026-01-0\S+ \S+ +failed +2026-01-01 \S+ +\.\/backup\.sh\n/,
  );
  assert.match(out, /off +db .* disabled\n/);
  assert.match(out, /rests +db .* not while it is stopped +\.\/backup\.sh\n$/);
  const none = await runBerth(t, ['jobs', 'list', 'shop'], { answers: { [`GET ${path}`]: { items: [], total: 0 } } });
  assert.match(none.out, /berth jobs create shop/);
});

test('jobs history shows runs, the latest last, and refuses a job nobody knows', async (t) => {
  const items = [endedRun({ state: 'timed_out', exitCode: 137, message: 'Its time was up' }), endedRun()];
  const answers = { 'GET /applications/shop/runs': { items, total: 2 }, [`GET ${path}/backup`]: job };
  const { out, asked } = await runBerth(t, ['jobs', 'history', 'shop', 'backup', '--limit', '2'], { answers });
  assert.match(out, /^RUN .*\nrun_\w+ .*succeeded +0 +5s +ada\nrun_\w+ .*timed out +137 +5s +ada +Its time was up\n$/);
  assert.equal(asked.at(-1)?.query, 'limit=2&job=backup');
  assert.equal((await runBerth(t, ['jobs', 'history', 'shop', 'none'], { answers })).code, 4);
});

test('jobs log prints the last lines of a run, or where to look while it goes on', async (t) => {
  const answers = {
    'GET /applications/shop/runs/one': endedRun({ logLines: ['a', 'b'] }),
    'GET /applications/shop/runs/two': sampleRun({ state: 'running', container: 'c1' }),
  };
  assert.equal((await runBerth(t, ['jobs', 'log', 'shop', 'one'], { answers })).out, 'a\nb\n');
  assert.match((await runBerth(t, ['jobs', 'log', 'shop', 'two'], { answers })).err, /berth logs c1/);
  assert.match((await runBerth(t, ['jobs', 'log', 'shop', 'no'], { answers })).err, /no run no of an application/);
});

test('jobs cancel ends a run', async (t) => {
  const answers = { 'POST /applications/shop/runs/one/cancel': sampleRun() };
  assert.match((await runBerth(t, ['jobs', 'cancel', 'shop', 'one'], { answers })).out, /is being ended/);
});

test('jobs remove asks for the name, or takes --yes', async (t) => {
  const answers = { [`GET ${path}/backup`]: job, [`DELETE ${path}/backup`]: {} };
  const remove = (words: readonly string[], answer?: string) =>
    runBerth(t, ['jobs', 'remove', 'shop', 'backup', ...words], {
      answers,
      ...(answer === undefined ? {} : { machine: { canAsk: true, ask: () => Promise.resolve(answer) } }),
    });
  assert.equal((await remove([])).code, 2);
  assert.equal((await remove([], 'no')).code, 1);
  assert.equal((await remove([], 'backup')).code, 0);
  assert.match((await remove(['--yes'])).out, /is removed/);
});

test('jobs tells a refusal of the server in its words', async (t) => {
  const answers = {
    [`GET ${path}/backup`]: job,
    [`PUT ${path}/backup`]: refusal(400, 'invalid_request', 'No such day'),
  };
  const { code, err } = await runBerth(t, ['jobs', 'set', 'shop', 'backup', '--schedule', '0 0 32 * *'], { answers });
  assert.equal(code, 1);
  assert.match(err, /No such day/);
});
