import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { makeLog } from '@berth/common/log.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { EngineEvent, Observation, ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { LiveMessage } from '@berth/contract/live.ts';
import { foreign, noon, otherApplicationId, ownerOfContainer, up } from '#testing/applications.ts';
import { facts, openPlace } from '#testing/database.ts';
import type { DockerServerLink } from './docker-server-links.ts';
import { HostWatch } from './host-watch.ts';

const within = { withinMs: 5_000, everyMs: 2 };

/** A Docker Server that lists what the test says, and sends the events the test pushes. */
const makeHost = () => {
  const closing = new AbortController();
  const events: EngineEvent[] = [];
  let wake: () => void = () => undefined;
  const host = {
    lists: 0,
    containers: [] as ObservedContainer[],
    error: undefined as PlatformError | undefined,
    /** What a list waits for. */
    hold: Promise.resolve(),
    push: (event: EngineEvent) => {
      events.push(event);
      wake();
    },
    close: () => {
      closing.abort(new PlatformError('host_unreachable', 'gone'));
      wake();
    },
  };
  const client = {
    readFacts: async () => facts,
    observe: async (): Promise<Observation> => {
      host.lists += 1;
      await host.hold;
      if (host.error !== undefined) throw host.error;
      return { observedAt: noon, containers: [...host.containers], networks: [], volumes: [] };
    },
    lines: async function* () {
      for (;;) {
        const event = events.shift();
        if (event !== undefined) yield event;
        else if (closing.signal.aborted) throw closing.signal.reason;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
  return { host, client, closed: closing.signal };
};

const begin = async (t: TestContext, containers: ObservedContainer[] = []) => {
  const place = await openPlace();
  const environment = await place.environment(await place.tenant('acme'), 'prod');
  const id = await place.host(environment, 'alpha');
  await place.db.updateTable('hosts').set({ state: 'joining' }).execute();
  const { host, client, closed } = makeHost();
  // Containers of the builders belong to the environment of the builders.
  const ours = (list: readonly ObservedContainer[]) =>
    list.map((one) => (one.owner === undefined ? one : { ...one, owner: { ...one.owner, environment } }));
  host.containers = ours(containers);
  const link = { host: id, hostName: 'alpha', environment, client: () => client, closed, close: host.close };
  const rung: string[] = [];
  const rungAll: string[] = [];
  const told: LiveMessage[] = [];
  const lines: string[] = [];
  const watch = new HostWatch(
    {
      db: place.db,
      clock: place.clock,
      log: makeLog('error', { write: (line) => void lines.push(line) }),
      live: { tell: (_, message) => void told.push(message), follow: () => assert.fail('nobody reads') },
      ring: (application) => void rung.push(application),
      ringRun: () => undefined,
      ringAll: (all) => void rungAll.push(all),
    },
    link as unknown as DockerServerLink,
  );
  t.after(async () => {
    host.close();
    await watch.ended;
    await place.db.destroy();
  });
  const state = async () => (await place.db.selectFrom('hosts').select('state').executeTakeFirstOrThrow()).state;
  const rows = async () =>
    (await place.db.selectFrom('containers').select(['name', 'state']).orderBy('name').execute()).map(
      (row) => `${row.name} ${row.state}`,
    );
  const reaches = (wanted: string) =>
    eventually(async () => (await state()) === wanted, { ...within, because: `it is ${wanted}` });
  return { ...place, watch, host, ours, rung, rungAll, told, lines, state, rows, reaches };
};

test('HostWatch lists a host that came, writes what is there, and rings for it', async (t) => {
  const other = up('api', 0, {
    id: 'id-api',
    name: 'api',
    owner: ownerOfContainer('api', 0, { application: otherApplicationId }),
  });
  const { reaches, rows, rung, rungAll, db } = await begin(t, [up('web'), other, foreign('theirs')]);
  await reaches('active');
  assert.deepEqual(await rows(), ['api running', 'berth-shop-web-1 running']);
  assert.equal(new Set(rung).size, 2);
  await eventually(() => rungAll.length === 1, { ...within, because: 'everything on it wants a look' });
  const row = await db.selectFrom('hosts').select(['running', 'total', 'foreign_total']).executeTakeFirstOrThrow();
  assert.deepEqual({ ...row }, { running: 3, total: 3, foreign_total: 1 });
});

test('HostWatch counts what is of another environment as foreign', async (t) => {
  const { reaches, rows, host, watch } = await begin(t);
  await reaches('active');
  host.containers = [up('web')];
  await watch.observe();
  assert.deepEqual(await rows(), []);
});

test('HostWatch rings only for what changed, and forgets what is gone', async (t) => {
  const { reaches, rows, host, ours, watch, rung } = await begin(t, [up('web'), up('db')]);
  await reaches('active');
  rung.length = 0;
  await watch.observe();
  assert.deepEqual(rung, []);
  host.containers = ours([up('web', 0, { state: 'paused' })]);
  await watch.observe();
  assert.equal(rung.length, 1);
  assert.deepEqual(await rows(), ['berth-shop-web-1 paused']);
});

test('HostWatch answers a flock of events with one list', async (t) => {
  const { reaches, host, clock } = await begin(t);
  await reaches('active');
  const before = host.lists;
  for (let count = 0; count < 20; count += 1)
    host.push({ type: 'event', object: 'container', action: 'start', id: `${count}`, at: noon });
  await turn();
  await turn();
  clock.advance(50);
  await eventually(() => host.lists > before, { ...within, because: 'it lists' });
  clock.advance(50);
  await turn();
  assert.equal(host.lists, before + 1);
});

test('HostWatch lets callers who ask together share a list that began after they asked', async (t) => {
  const { reaches, host, ours, watch } = await begin(t);
  await reaches('active');
  let go: () => void = () => undefined;
  host.hold = new Promise((resolve) => (go = resolve));
  const first = watch.observe();
  await turn();
  const before = host.lists;
  const [second, third] = [watch.observe(), watch.observe()];
  host.containers = ours([up('web')]);
  go();
  await first;
  assert.equal((await second).containers.length, 1);
  assert.equal(await third, await second);
  assert.equal(host.lists, before + 1);
});

test('HostWatch says that the engine is down, and keeps what was last seen', async (t) => {
  const { reaches, rows, host, clock } = await begin(t, [up('web')]);
  await reaches('active');
  host.error = new PlatformError('engine_unavailable', 'no answer');
  clock.advance(30_000);
  await reaches('engine_down');
  assert.deepEqual(await rows(), ['berth-shop-web-1 running'], 'a failed list removes nothing');
  host.error = undefined;
  clock.advance(30_000);
  await reaches('active');
});

test('HostWatch hears from the Docker Server that the engine is down', async (t) => {
  const { reaches, host } = await begin(t);
  await reaches('active');
  host.push({ type: 'alive', engineUp: false, message: 'no answer' });
  await reaches('engine_down');
  host.push({ type: 'alive', engineUp: true });
  await reaches('active');
});

test('HostWatch calls a host unreachable when its connection is gone, and leaves its containers', async (t) => {
  const { reaches, rows, host, watch, state } = await begin(t, [up('web')]);
  await reaches('active');
  host.close();
  await watch.ended;
  assert.equal(await state(), 'unreachable');
  assert.deepEqual(await rows(), ['berth-shop-web-1 running']);
});

test('HostWatch gives a list that ends after the connection no last word', async (t) => {
  const { reaches, host, watch, state, clock } = await begin(t);
  await reaches('active');
  let go: () => void = () => undefined;
  host.hold = new Promise((resolve) => (go = resolve));
  const before = host.lists;
  clock.advance(30_000);
  await eventually(() => host.lists > before, { ...within, because: 'it lists' });
  host.close();
  await watch.ended;
  go();
  for (let count = 0; count < 20; count += 1) await turn();
  assert.equal(await state(), 'unreachable');
});

test('HostWatch outlives a database that fails', async (t) => {
  const unhandled: unknown[] = [];
  const onUnhandled = (thrown: unknown) => void unhandled.push(thrown);
  process.on('unhandledRejection', onUnhandled);
  t.after(() => process.off('unhandledRejection', onUnhandled));
  const { reaches, host, db, clock, lines } = await begin(t);
  await reaches('active');
  await db.schema.alterTable('hosts').renameTo('elsewhere').execute();
  host.error = new PlatformError('engine_unavailable', 'no answer');
  clock.advance(30_000);
  await eventually(() => lines.length > 0, { ...within, because: 'it says so' });
  for (let count = 0; count < 5; count += 1) await turn();
  assert.deepEqual(unhandled, []);
  await db.schema.alterTable('elsewhere').renameTo('hosts').execute();
  clock.advance(30_000);
  await reaches('engine_down');
});
