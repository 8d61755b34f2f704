import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import type { LiveMessage } from '@berth/contract/live.ts';
import { applicationId, environmentId, otherEnvironmentId } from '#testing/applications.ts';
import { makeLiveHub } from './live-hub.ts';

const changed = (
  application: string = applicationId,
  what: 'applications' | 'containers' = 'applications',
): LiveMessage => ({
  type: 'changed',
  what,
  application,
});

const begin = async () => {
  const clock = makeFakeClock();
  const hub = makeLiveHub(clock);
  const ending = new AbortController();
  const reader = hub.follow(environmentId, ending.signal);
  assert.deepEqual((await reader.next()).value, { type: 'alive' });
  return { clock, hub, ending, reader, next: async () => (await reader.next()).value as LiveMessage | undefined };
};

test('makeLiveHub says it is alive first, then tells what is told, in order', async () => {
  const { hub, next } = await begin();
  hub.tell(environmentId, changed('a'));
  hub.tell(environmentId, changed('b'));
  assert.deepEqual([await next(), await next()], [changed('a'), changed('b')]);
});

test('makeLiveHub wakes a reader that waits', async () => {
  const { hub, next } = await begin();
  const waiting = next();
  hub.tell(environmentId, changed());
  assert.deepEqual(await waiting, changed());
});

test('makeLiveHub tells nothing of another environment', async () => {
  const { hub, next, clock } = await begin();
  hub.tell(otherEnvironmentId, changed());
  const waiting = next();
  clock.advance(15_000);
  assert.deepEqual(await waiting, { type: 'alive' });
});

test('makeLiveHub tells every reader of an environment', async () => {
  const { hub, next } = await begin();
  const second = hub.follow(environmentId, new AbortController().signal);
  await second.next();
  hub.tell(environmentId, changed());
  assert.deepEqual([await next(), (await second.next()).value], [changed(), changed()]);
});

test('makeLiveHub gives a sign of life every 15 seconds without news', async () => {
  const { next, clock } = await begin();
  for (let count = 0; count < 3; count += 1) {
    let answer: LiveMessage | undefined;
    const waiting = next().then((message) => (answer = message));
    clock.advance(14_999);
    await Promise.resolve();
    assert.equal(answer, undefined);
    clock.advance(1);
    await waiting;
    assert.deepEqual(answer, { type: 'alive' });
  }
});

test('makeLiveHub says the same hint once while nobody has read it, and again afterwards', async () => {
  const { hub, next } = await begin();
  for (let count = 0; count < 5; count += 1) hub.tell(environmentId, changed('a'));
  hub.tell(environmentId, changed('a', 'containers'));
  assert.deepEqual([await next(), await next()], [changed('a'), changed('a', 'containers')]);
  hub.tell(environmentId, changed('a', 'containers'));
  assert.deepEqual(await next(), changed('a', 'containers'));
});

test('makeLiveHub ends a reader that cannot keep up, so that it comes back and reads everything', async () => {
  const { hub, reader } = await begin();
  for (let count = 0; count < 501; count += 1) hub.tell(environmentId, changed(`app-${count}`));
  let read = 0;
  for await (const message of reader) {
    assert.ok(message.type === 'changed');
    read += 1;
    assert.ok(read <= 500);
  }
  assert.ok(read <= 1, `it read ${read} old messages first`);
});

test('makeLiveHub ends when the caller is gone, also in the middle of a wait', async () => {
  const { reader, ending } = await begin();
  const waiting = reader.next();
  ending.abort();
  assert.equal((await waiting).done, true);
});

test('makeLiveHub keeps nothing for a reader that is gone', async () => {
  const { hub, reader, clock } = await begin();
  await reader.return(undefined);
  hub.tell(environmentId, changed());
  const again = hub.follow(environmentId, new AbortController().signal);
  await again.next();
  const waiting = again.next();
  clock.advance(15_000);
  assert.deepEqual((await waiting).value, { type: 'alive' }, 'no old news');
});

test('makeLiveHub ends at once for a caller who was gone before it began', async () => {
  const hub = makeLiveHub(makeFakeClock());
  const ending = new AbortController();
  ending.abort();
  const read: LiveMessage[] = [];
  for await (const message of hub.follow(environmentId, ending.signal)) read.push(message);
  assert.deepEqual(read, [{ type: 'alive' }]);
});
