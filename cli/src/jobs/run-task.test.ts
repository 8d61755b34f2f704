import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { inTurn, lines, refusal, runBerth } from '#testing/run-berth.ts';
import { endedRun, sampleRun } from '#testing/sample-run.ts';

const { id } = sampleRun();
const going = sampleRun({ state: 'running', container: 'c1' });
const line = (second: number, text: string, stream: 'out' | 'err' = 'out') => ({
  at: `2026-01-01T12:00:0${second}.000Z`,
  stream,
  text,
});

const run = (
  t: TestContext,
  reads: readonly unknown[],
  given: { log?: unknown; words?: readonly string[]; start?: unknown } = {},
) =>
  runBerth(t, ['run', 'shop', 'web', ...(given.words ?? [])], {
    answers: {
      'POST /applications/shop/runs': given.start ?? sampleRun(),
      [`GET /applications/shop/runs/${id}`]: inTurn(...reads),
      'GET /containers/c1/logs': given.log,
    },
    machine: { environment: { SHELL_GIVES: 'it' } },
  });

test('run sends command, variables and time', async (t) => {
  const words = ['--env', 'A=1=2', '--env', 'SHELL_GIVES', '--timeout', '1m30s', '--', 'ls', '-l', '--json'];
  const { code, err, asked } = await run(t, [endedRun()], { words });
  assert.equal(code, 0, err);
  assert.deepEqual(asked[0]?.body, {
    service: 'web',
    command: ['ls', '-l', '--json'],
    environment: { A: '1=2', SHELL_GIVES: 'it' },
    timeoutMs: 90_000,
  });
});

test('run leaves the service’s own command where none is given', async (t) => {
  const { asked } = await run(t, [endedRun()]);
  assert.deepEqual(asked[0]?.body, { service: 'web', command: null });
});

const ends: Record<string, { run: object; code: number; says: RegExp }> = {
  'with the program’s code': {
    run: { state: 'failed', exitCode: 3, reason: 'exit_code', message: 'It ended with code 3' },
    code: 3,
    says: /^failed: The run of web: It ended with code 3\n$/,
  },
  'with 1 where the program has no code': {
    run: { state: 'failed', exitCode: null, reason: 'image_not_found', message: 'There is no image' },
    code: 1,
    says: /There is no image/,
  },
  'with 1 where the program ended well too late': {
    run: { state: 'timed_out', exitCode: 0, reason: 'timed_out', message: 'Its time was up' },
    code: 1,
    says: /^timed out: /,
  },
  'with 0 and no word of its own': { run: {}, code: 0, says: /^$/ },
};
for (const [name, row] of Object.entries(ends))
  test(`run ends ${name}`, async (t) => {
    const { code, out, err } = await run(t, [endedRun(row.run)]);
    assert.deepEqual([code, out], [row.code, '']);
    assert.match(err, row.says);
  });

test('run prints what the task prints, each stream to its own', async (t) => {
  const log = lines(line(1, 'one'), line(2, 'bad', 'err'), line(3, 'two'));
  const { out, err, asked } = await run(t, [going, endedRun({ logLines: ['one', 'bad', 'two'] })], { log });
  assert.deepEqual([out, err], ['one\ntwo\n', 'bad\n']);
  const query = new URLSearchParams(asked.find(({ what }) => what.endsWith('/logs'))?.query);
  assert.equal(query.get('follow'), 'true');
});

test('run prints what is kept of a task that ended before its log was seen', async (t) => {
  const { out } = await run(t, [endedRun({ logLines: ['one', 'two'] })]);
  assert.equal(out, 'one\ntwo\n');
});

test('run prints the rest of a log that could not be followed to its end', async (t) => {
  const log = inTurn(lines(line(1, 'one'), line(2, 'two')), refusal(404, 'not_found', 'There is no such object'));
  const { out } = await run(t, [going, going, endedRun({ logLines: ['two', 'three'] })], { log });
  assert.equal(out, 'one\ntwo\nthree\n');
});

test('run says what a run waits for, once', async (t) => {
  const waiting = sampleRun({ message: 'The host is away' });
  const { err } = await run(t, [waiting, waiting, endedRun()]);
  assert.equal(err, 'waiting: The host is away\n');
});

test('run goes on when the server is away for a moment', async (t) => {
  const { code, err } = await run(t, [refusal(503, 'unavailable', 'Not now'), endedRun()]);
  assert.equal(code, 0, err);
});

test('run --json prints the run as it ended and nothing else', async (t) => {
  const end = endedRun({ state: 'failed', exitCode: 4, logLines: ['one'] });
  const { code, out, err } = await run(t, [going, end], { words: ['--json'], log: lines(line(1, 'one')) });
  assert.deepEqual([code, err, JSON.parse(out)], [4, '', end]);
});

test('run --detach does not wait', async (t) => {
  const { code, out, asked } = await run(t, [], { words: ['--detach'] });
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^${id} has begun\\..*berth jobs log shop ${id}`));
  assert.equal(asked.length, 1);
});

test('run ends with 4 where there is no such application, and with 2 for a duration that is none', async (t) => {
  const start = refusal(404, 'not_found', 'There is no such object, or you may not know of it');
  const { code, err } = await run(t, [], { start });
  assert.equal(code, 4);
  assert.match(err, /no application called shop in main\/local/);
  assert.equal((await run(t, [], { words: ['--timeout', 'soon'] })).code, 2);
});

test('jobs run follows the same way, and names the job that is not there', async (t) => {
  const answers = {
    'POST /applications/shop/jobs/backup/run': sampleRun(),
    [`GET /applications/shop/runs/${id}`]: endedRun({ state: 'failed', exitCode: 7, logLines: ['no room'] }),
  };
  const { code, out } = await runBerth(t, ['jobs', 'run', 'shop', 'backup'], { answers });
  assert.deepEqual([code, out], [7, 'no room\n']);
  const none = await runBerth(t, ['jobs', 'run', 'shop', 'none'], { answers });
  assert.equal(none.code, 4);
  assert.match(none.err, /no job none of an application called shop/);
});
