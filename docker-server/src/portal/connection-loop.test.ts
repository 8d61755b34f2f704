import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { silentLog } from '@berth/common/log.ts';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { keepConnected, reconnectDelayMs } from './connection-loop.ts';
import { requireSafe } from './portal-request.ts';

const table: Record<string, { failures: number; chance: number; delayMs: number }> = {
  'nothing at all by chance': { failures: 3, chance: 0, delayMs: 0 },
  'at most half a second after a good connection': { failures: 0, chance: 1, delayMs: 500 },
  'at most a second after one failure': { failures: 1, chance: 1, delayMs: 1_000 },
  'half of what it could be': { failures: 2, chance: 0.5, delayMs: 1_000 },
  'at most 30 seconds after many': { failures: 1_000, chance: 1, delayMs: 30_000 },
};
for (const [name, { failures, chance, delayMs }] of Object.entries(table))
  test(`reconnectDelayMs waits ${name}`, () =>
    assert.equal(
      reconnectDelayMs(failures, () => chance),
      delayMs,
    ));

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

test('keepConnected dials again after failures and after the end of a connection, until told to stop', async () => {
  const clock = makeFakeClock();
  const stopping = new AbortController();
  const dialled: number[] = [];
  let endConnection = () => {};
  const loop = {
    dial: async () => {
      dialled.push(clock.nowMs());
      if (dialled.length <= 2) throw new PlatformError('unavailable', 'the portal is away');
      return new Duplex({ read: () => undefined });
    },
    serve: () =>
      new Promise<void>((resolve) => {
        endConnection = resolve;
      }),
  };
  const done = keepConnected(clock, silentLog, loop, stopping.signal, () => 1);
  await settle();
  assert.equal(dialled.length, 1);
  clock.advance(1_000);
  await settle();
  assert.equal(dialled.length, 2);
  clock.advance(2_000);
  await settle();
  assert.equal(dialled.length, 3);
  // It holds for a while, so the next try comes soon.
  clock.advance(60_000);
  endConnection();
  await settle();
  clock.advance(500);
  await settle();
  assert.equal(dialled.length, 4);
  stopping.abort();
  endConnection();
  await done;
});

const safe: Record<string, { url: string; allowPlaintext: boolean; good: boolean }> = {
  'TLS anywhere': { url: 'https://portal.example', allowPlaintext: false, good: true },
  'plain text to this machine': { url: 'http://127.0.0.1:8000', allowPlaintext: false, good: true },
  'plain text to this machine by name': { url: 'http://localhost:8000', allowPlaintext: false, good: true },
  'plain text to this machine by IPv6': { url: 'http://[::1]:8000', allowPlaintext: false, good: true },
  'plain text elsewhere': { url: 'http://portal.example', allowPlaintext: false, good: false },
  'plain text to a name that looks like this machine': {
    url: 'http://127.0.0.1.example',
    allowPlaintext: false,
    good: false,
  },
  'plain text elsewhere in a laboratory': { url: 'http://10.0.0.1', allowPlaintext: true, good: true },
  'another protocol': { url: 'ftp://127.0.0.1', allowPlaintext: true, good: false },
};
for (const [name, { url, allowPlaintext, good }] of Object.entries(safe))
  test(`requireSafe ${good ? 'allows' : 'refuses'} ${name}`, () => {
    const check = () => requireSafe(new URL(url), allowPlaintext);
    if (good) check();
    else assert.throws(check, { code: 'invalid_request' });
  });
