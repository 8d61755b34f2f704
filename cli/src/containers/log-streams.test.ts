import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@berth/common/clock.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { sendJson, startFakeServer } from '#testing/fake-server.ts';
import { sampleContainer } from '#testing/sample-container.ts';
import { followAll, followOne, mergeByTime } from './log-streams.ts';

async function* sequence(...times: readonly string[]): AsyncGenerator<{ at: string }> {
  for (const at of times) yield { at };
}

test('mergeByTime puts the lines of all sequences in order', async () => {
  const merged = mergeByTime([sequence('1', '4', '5'), sequence(), sequence('2', '3', '6')]);
  assert.deepEqual(
    (await Array.fromAsync(merged)).map(({ at }) => at),
    ['1', '2', '3', '4', '5', '6'],
  );
});

test('mergeByTime ends its sequences when nobody wants more', async () => {
  let ended = 0;
  const watched = async function* (): AsyncGenerator<{ at: string }> {
    try {
      yield* sequence('1', '2');
    } finally {
      ended += 1;
    }
  };
  for await (const _ of mergeByTime([watched(), watched()])) break;
  assert.equal(ended, 2);
});

const line = (second: number): string =>
  `${JSON.stringify({ at: `2026-01-01T12:00:0${second}.000000000Z`, stream: 'out', text: `line ${second}` })}\n`;

test('followOne takes up a broken line after the last line seen, without saying one twice', async (t) => {
  const asked: string[] = [];
  const server = await startFakeServer((path, _request, response) => {
    asked.push(new URL(path, 'http://x').searchParams.toString());
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    if (asked.length === 1) response.write(line(1) + line(2), () => response.destroy());
    else response.end(line(2) + line(3));
  });
  t.after(server.close);
  const printed: string[] = [];
  const last = await followOne(
    server.session(makeFakeMachine()),
    { tenant: 't', environment: 'e' },
    sampleContainer('a'),
    {
      wish: { tail: 5, search: 'line' },
      last: undefined,
      print: ({ text }) => printed.push(text),
    },
  );
  assert.deepEqual(printed, ['line 1', 'line 2', 'line 3']);
  assert.equal(last, '2026-01-01T12:00:03.000000000Z');
  assert.deepEqual(asked, [
    'tail=5&search=line&follow=true',
    `search=line&since=${encodeURIComponent('2026-01-01T12:00:02.000000000Z')}&tail=100000&follow=true`,
  ]);
});

test('followOne ends when the container is gone meanwhile', async (t) => {
  let asked = 0;
  const server = await startFakeServer((_path, _request, response) => {
    asked += 1;
    if (asked > 1) sendJson(response, { error: { code: 'not_found', message: 'Gone' } }, 404);
    else response.write(line(1), () => response.destroy());
  });
  t.after(server.close);
  const place = { tenant: 't', environment: 'e' };
  const from = { wish: {}, last: undefined, print: () => undefined };
  const last = await followOne(server.session(makeFakeMachine()), place, sampleContainer('a'), from);
  assert.equal(last, '2026-01-01T12:00:01.000000000Z');
});

test('followAll also follows what comes later, and ends when nothing runs any more', async () => {
  const lists = [
    [sampleContainer('a')],
    [sampleContainer('a'), sampleContainer('b')],
    [sampleContainer('a', { state: 'exited' }), sampleContainer('b', { state: 'exited' })],
  ];
  const followed: string[] = [];
  const rounds = { count: 0 };
  const ends = new Map<string, () => void>();
  await followAll(
    systemClock,
    async () => {
      const list = lists[Math.min(rounds.count, lists.length - 1)] ?? [];
      rounds.count += 1;
      if (rounds.count > 2) for (const end of ends.values()) end();
      return list;
    },
    ({ id }) => {
      followed.push(id);
      return new Promise((resolve) => ends.set(id, resolve));
    },
  );
  assert.deepEqual(followed, ['a', 'b']);
});

test('followAll fails when following does', async () => {
  const failure = new TypeError('broken');
  const follow = () => Promise.reject(failure);
  await assert.rejects(
    followAll(systemClock, async () => [sampleContainer('a')], follow),
    failure,
  );
});
