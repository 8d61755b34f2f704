import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observationSchema } from '@berth/contract/engine-objects.ts';
import { toInstant } from '@berth/common/clock.ts';
import { millisecondsOf, toHealth, toInspected, toObservedContainer, toObservedNetwork } from './from-engine.ts';
import { toObservedVolume, type ListedContainer } from './from-engine.ts';
import containers from './recorded/containers.json' with { type: 'json' };
import endedInspect from './recorded/ended-inspect.json' with { type: 'json' };
import fullInspect from './recorded/full-inspect.json' with { type: 'json' };
import { fullSpec } from './recorded/full-spec.ts';
import networks from './recorded/networks.json' with { type: 'json' };
import volumes from './recorded/volumes.json' with { type: 'json' };

const never = () => false;
const named = (name: string): ListedContainer => {
  const found = (containers as unknown as ListedContainer[]).find((entry) => entry.Names?.includes(`/${name}`));
  assert.ok(found);
  return found;
};

test('toObservedContainer reads a running container of ours', () => {
  const listed = named('shop-web-1');
  const seen = toObservedContainer(listed, toInspected(fullInspect), never);
  assert.deepEqual(seen, {
    id: fullInspect.Id,
    name: 'shop-web-1',
    owner: fullSpec.owner,
    image: 'sim/idle:1',
    imageId: listed.ImageID,
    state: 'running',
    health: seen.health,
    ports: seen.ports,
    networks: ['shop_front'],
    createdAt: toInstant(millisecondsOf(fullInspect.Created) ?? 0),
    startedAt: toInstant(millisecondsOf(fullInspect.State.StartedAt) ?? 0),
    restarts: 0,
  });
  assert.ok(seen.health === 'starting' || seen.health === 'healthy');
  const web = seen.ports.filter((port) => port.target === 80 && port.hostIp === '0.0.0.0');
  assert.deepEqual(web, [{ target: 80, protocol: 'tcp', hostIp: '0.0.0.0', hostPort: 18_081 }]);
  assert.ok(seen.ports.some((port) => port.target === 9000 && port.hostPort === undefined));
});

test('toObservedContainer tells how one ended, and whether the engine ended it', () => {
  const finishedMs = millisecondsOf(endedInspect.State.FinishedAt) ?? 0;
  for (const byEngine of [true, false]) {
    const seen = toObservedContainer(named('shop-ended'), toInspected(endedInspect), (_started, finished) => {
      assert.equal(finished, finishedMs);
      return byEngine;
    });
    assert.equal(seen.state, 'exited');
    assert.deepEqual(seen.exit, { code: 3, at: toInstant(finishedMs), outOfMemory: false, error: '', byEngine });
  }
});

test('toObservedContainer takes one that was started again between the list and the inspection as running', () => {
  const inspected = toInspected({ ...endedInspect, State: { ...endedInspect.State, Status: 'running', ExitCode: 0 } });
  for (const State of ['restarting', 'exited']) {
    const seen = toObservedContainer({ ...named('shop-ended'), State }, inspected, never);
    assert.deepEqual([seen.state, seen.exit], ['running', undefined]);
  }
});

test('toObservedContainer tells a start that failed in the engine’s words', () => {
  const inspected = toInspected({
    ...endedInspect,
    State: { ...endedInspect.State, ExitCode: 128, Error: 'port is taken', FinishedAt: '0001-01-01T00:00:00Z' },
  });
  const seen = toObservedContainer({ ...named('shop-ended'), State: 'created' }, inspected, () => true);
  assert.deepEqual(
    [seen.state, seen.exit?.code, seen.exit?.error, seen.exit?.byEngine],
    ['created', 128, 'port is taken', false],
  );
});

test('toObservedContainer tells of a foreign one only its name, image, state and ports', () => {
  const seen = toObservedContainer(named('foreign'), undefined, never);
  assert.deepEqual(
    [seen.name, seen.owner, seen.networks, seen.health, seen.state],
    ['foreign', undefined, [], 'none', 'created'],
  );
});

test('toObservedContainer tells of a foreign one which networks of ours it is on', () => {
  const networks = { bridge: {}, 'berth-shop_default': {}, theirs: {} };
  const listed = { ...named('foreign'), NetworkSettings: { Networks: networks } };
  const ours = new Set(['berth-shop_default', 'berth-shop_other']);
  assert.deepEqual(toObservedContainer(listed, undefined, never, undefined, ours).networks, ['berth-shop_default']);
});

const halves: Record<string, Record<string, string>> = {
  'without labels': {},
  'with the environment alone': { 'io.berth.environment': 'env_1' },
  'with a slot that is no number': { ...named('shop-web-1').Labels, 'io.berth.slot': '-1' },
  'with an empty application': { ...named('shop-web-1').Labels, 'io.berth.application': '' },
};
for (const [name, labels] of Object.entries(halves))
  test(`toObservedContainer takes one ${name} for foreign`, () =>
    assert.equal(
      toObservedContainer({ ...named('shop-web-1'), Labels: labels }, toInspected(fullInspect), never).owner,
      undefined,
    ));

test('what is recorded makes a valid observation', () => {
  observationSchema.parse({
    observedAt: toInstant(0),
    containers: (containers as unknown as ListedContainer[]).map((entry) =>
      toObservedContainer(entry, entry.Id === fullInspect.Id ? toInspected(fullInspect) : undefined, never),
    ),
    networks: networks.map((entry) => toObservedNetwork(entry)),
    volumes: volumes.map((entry) => toObservedVolume(entry)),
  });
});

test('toObservedNetwork and toObservedVolume take half an owner for none', () => {
  assert.deepEqual(
    networks.map((entry) => toObservedNetwork(entry)).map((network) => [network.name, network.owner]),
    [['shop_front', undefined]],
  );
  const labels = {
    'io.berth.environment': 'e',
    'io.berth.application': 'a',
    'io.berth.application-name': 'n',
    'io.berth.key': 'k',
    'io.berth.spec-hash': 'h',
  };
  assert.deepEqual(toObservedVolume({ Name: 'v', Driver: 'local', Labels: labels }), {
    name: 'v',
    driver: 'local',
    owner: { environment: 'e', application: 'a', applicationName: 'n', key: 'k' },
    specHash: 'h',
  });
});

const health = {
  'Up 3 minutes': 'none',
  'Up 3 minutes (healthy)': 'healthy',
  'Up 2 seconds (unhealthy)': 'unhealthy',
  'Up Less than a second (health: starting)': 'starting',
  'Exited (1) 2 hours ago': 'none',
};
for (const [status, expected] of Object.entries(health))
  test(`toHealth reads ${JSON.stringify(status)} as ${expected}`, () => assert.equal(toHealth(status), expected));

const times: Record<string, number | undefined> = {
  '0001-01-01T00:00:00Z': undefined,
  '': undefined,
  '2026-01-02T03:04:05.123456789Z': Date.UTC(2026, 0, 2, 3, 4, 5, 123),
  '2026-01-02T03:04:05Z': Date.UTC(2026, 0, 2, 3, 4, 5),
  '2026-01-02T05:04:05.5+02:00': Date.UTC(2026, 0, 2, 3, 4, 5, 500),
};
for (const [text, ms] of Object.entries(times))
  test(`millisecondsOf reads ${JSON.stringify(text)}`, () => assert.equal(millisecondsOf(text), ms));
