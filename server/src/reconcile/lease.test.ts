import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { openDb } from '#db/open.ts';
import type { Db } from '#db/tables.ts';
import { makeLeases } from './lease.ts';

const open = async (t: { after: (call: () => Promise<void>) => void }): Promise<Db> => {
  const db = await openDb(':memory:');
  t.after(() => db.destroy());
  return db;
};

test('makeLeases gives a lease to one holder only', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  const [one, two] = [makeLeases(db, clock, 'one'), makeLeases(db, clock, 'two')];
  assert.equal(await one.hold('environment:a'), 1);
  assert.equal(await two.hold('environment:a'), undefined);
  assert.equal(await two.hold('environment:b'), 1, 'another lease is another matter');
});

test('makeLeases keeps the number while the holder stays, and renews before the lease runs out', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  const [one, two] = [makeLeases(db, clock, 'one'), makeLeases(db, clock, 'two')];
  for (let round = 0; round < 10; round += 1) {
    assert.equal(await one.hold('a'), 1);
    clock.advance(6_000);
    assert.equal(await two.hold('a'), undefined);
  }
});

test('makeLeases lets another take over when the lease has run out, with a higher number', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  const [one, two] = [makeLeases(db, clock, 'one'), makeLeases(db, clock, 'two')];
  await one.hold('a');
  clock.advance(15_000);
  assert.equal(await two.hold('a'), 2);
  assert.equal(await one.hold('a'), undefined, 'the former holder learns of it');
  clock.advance(15_000);
  assert.equal(await one.hold('a'), 3, 'and its number grows when it comes back');
});

test('makeLeases keeps the number of a holder whose lease ran out and nobody took', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  const one = makeLeases(db, clock, 'one');
  await one.hold('a');
  clock.advance(60_000);
  assert.equal(await one.hold('a'), 1);
});

test('makeLeases gives a restarted server a higher number, since it is another holder', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  await makeLeases(db, clock, 'run-1').hold('a');
  clock.advance(15_000);
  assert.equal(await makeLeases(db, clock, 'run-2').hold('a'), 2);
});

test('makeLeases gives its leases back at once, and only its own', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  const [one, two] = [makeLeases(db, clock, 'one'), makeLeases(db, clock, 'two')];
  await one.hold('a');
  await two.hold('b');
  await one.release();
  assert.equal(await two.hold('a'), 2);
  assert.equal(await one.hold('b'), undefined);
});

test('makeLeases gives one of two servers that ask at the same time the lease, and the number to nobody twice', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  const servers = [0, 1].map((index) => makeLeases(db, clock, `server-${index}`));
  const given: number[] = [];
  for (let round = 1; round <= 10; round += 1) {
    const fences = (await Promise.all(servers.map((leases) => leases.hold('a')))).filter(
      (fence) => fence !== undefined,
    );
    assert.equal(fences.length, 1, `round ${round}`);
    given.push(...fences);
    for (const leases of servers) await leases.release();
    servers.reverse();
  }
  assert.deepEqual(
    given,
    [...given].sort((a, b) => a - b),
  );
});

test('makeLeases takes no lease that changed hands between its look and its write', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  await makeLeases(db, clock, 'one').hold('a');
  clock.advance(15_000);
  // Another server's write, in the same moment: the update then matches no row.
  await sql`create trigger snatch before update on leases when new.holder = 'two' begin
    select raise(ignore); end`.execute(db);
  assert.equal(await makeLeases(db, clock, 'two').hold('a'), undefined);
});

test('makeLeases follows at once on a holder that has ended for good, with a higher number', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  await makeLeases(db, clock, 'killed').hold('a');
  assert.equal(await makeLeases(db, clock, 'other', () => false).hold('a'), undefined);
  assert.equal(await makeLeases(db, clock, 'restarted', (holder) => holder === 'killed').hold('a'), 2);
});

test('makeLeases asks the database again after a Docker Server refused its number', async (t) => {
  const db = await open(t);
  const clock = makeFakeClock();
  const one = makeLeases(db, clock, 'one');
  await one.hold('a');
  await db.updateTable('leases').set({ holder: 'two', fence: 2 }).execute();
  assert.equal(await one.hold('a'), 1, 'from memory, for a moment');
  one.forget('a');
  assert.equal(await one.hold('a'), undefined);
});
