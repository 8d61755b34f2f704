// Conformance: containers, from create to remove, and what can go wrong with them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import {
  codeOf,
  collect,
  environment,
  fresh,
  observeOne,
  ownerOf,
  publish,
  removeOne,
  runOne,
  specOf,
} from './subject.ts';
import type { Bench } from './subject.ts';

export const containerCases = (bench: () => Bench): void => {
  test('a container is made once, and found by owner and hash', async () => {
    const client = await bench().client(environment);
    const spec = specOf('sim/web:1');
    const { id } = await client.createContainer({ body: spec });
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.deepEqual(await client.createContainer({ body: spec }), { id });
    const seen = await observeOne(client, id);
    assert.deepEqual(
      [seen?.name, seen?.owner, seen?.image, seen?.state, seen?.exit, seen?.restarts],
      [spec.name, spec.owner, 'sim/web:1', 'created', undefined, 0],
    );
    const changed = { ...spec, owner: { ...spec.owner, specHash: 'another' } };
    assert.equal(await codeOf(client.createContainer({ body: changed })), 'name_taken');
    await removeOne(client, id);
  });

  test('a create that cannot be says why, and leaves nothing', async () => {
    const client = await bench().client(environment);
    const name = fresh('c');
    const reserved = { 'io.berth.environment': 'x' };
    const wrong = {
      image_not_found: specOf('sim/missing:1', { name }),
      invalid_request: specOf('sim/web:1', { name, service: { labels: reserved } }),
      not_found: specOf('sim/web:1', { name, networks: [{ name: 'no-such-network', aliases: [] }] }),
    };
    for (const [code, body] of Object.entries(wrong))
      assert.equal(await codeOf(client.createContainer({ body })), code);
    assert.equal(
      (await client.observe()).containers.some((container) => container.name === name),
      false,
    );
  });

  test('start, stop and remove may be asked twice', async () => {
    const client = await bench().client(environment);
    const { id } = await client.createContainer({ body: specOf('sim/web:1') });
    const params = { container: id };
    await client.startContainer({ params });
    await client.startContainer({ params });
    assert.equal((await observeOne(client, id))?.state, 'running');
    await client.stopContainer({ params, body: { graceMs: 5_000 } });
    await client.stopContainer({ params, body: {} });
    const stopped = await observeOne(client, id);
    assert.deepEqual([stopped?.state, stopped?.exit?.code, stopped?.exit?.byEngine], ['exited', 0, false]);
    await removeOne(client, id);
    await removeOne(client, id);
    assert.equal(await observeOne(client, id), undefined);
    assert.equal(await codeOf(client.startContainer({ params })), 'not_found');
  });

  test('a running container is removed at once', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1'));
    await removeOne(client, id);
    assert.equal(await observeOne(client, id), undefined);
  });

  test('what is foreign is seen, and never touched', async () => {
    const client = await bench().client(environment);
    const name = fresh('foreign');
    const { json } = await bench().raw('POST', `/containers/create?name=${name}`, {
      Image: 'sim/web:1',
      Labels: { 'io.berth.environment': environment },
    });
    const id = typeof json === 'object' && json !== null && 'Id' in json ? String(json.Id) : '';
    await bench().raw('POST', `/containers/${id}/start`);
    const seen = await observeOne(client, id);
    assert.deepEqual([seen?.name, seen?.owner, seen?.state, seen?.networks], [name, undefined, 'running', []]);
    const params = { container: id };
    assert.equal(await codeOf(client.stopContainer({ params, body: {} })), 'not_found');
    assert.equal(await codeOf(client.removeContainer({ params })), 'not_found');
    assert.equal(await codeOf(client.open('readLogs', { params })), 'not_found');
    assert.equal(await codeOf(client.createContainer({ body: specOf('sim/web:1', { name }) })), 'name_taken');
    assert.equal((await observeOne(client, id))?.state, 'running');
    await bench().raw('DELETE', `/containers/${id}?force=true`);
  });

  test('published ports are seen, and a taken one is told', async () => {
    const client = await bench().client(environment);
    const first = await runOne(
      client,
      specOf('sim/web:1', { networkMode: 'bridge', service: { ports: [publish(80, 18_080)] } }),
    );
    const ports = (await observeOne(client, first))?.ports.filter((port) => port.hostIp !== '::');
    assert.deepEqual(ports, [{ target: 80, protocol: 'tcp', hostIp: '0.0.0.0', hostPort: 18_080 }]);
    const { id } = await client.createContainer({
      body: specOf('sim/web:1', { networkMode: 'bridge', service: { ports: [publish(80, 18_080)] } }),
    });
    // Looked at before: what is remembered of it is not what is told afterwards.
    assert.equal((await observeOne(client, id))?.exit, undefined);
    assert.equal(await codeOf(client.startContainer({ params: { container: id } })), 'port_taken');
    const failed = await observeOne(client, id);
    assert.deepEqual([failed?.state, failed?.ports, failed?.exit?.code], ['created', [], 128]);
    assert.match(failed?.exit?.error ?? '', /18080.*already allocated/);
    await removeOne(client, first);
    await client.startContainer({ params: { container: id } });
    const later = await observeOne(client, id);
    assert.deepEqual([later?.state, later?.exit], ['running', undefined]);
    await removeOne(client, id);
  });

  test('the engine chooses a port when none is named', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1', { networkMode: 'bridge', service: { ports: [publish(80)] } }));
    const port = (await observeOne(client, id))?.ports[0];
    assert.ok(port?.target === 80 && (port.hostPort ?? 0) > 1024, JSON.stringify(port));
    await removeOne(client, id);
  });

  test('a program that cannot be started is told in the engine’s words', async () => {
    const client = await bench().client(environment);
    const { id } = await client.createContainer({ body: specOf('sim/never-starts:1') });
    assert.equal(await codeOf(client.startContainer({ params: { container: id } })), 'engine_refused');
    const seen = await observeOne(client, id);
    assert.deepEqual([seen?.state, seen?.exit?.code], ['created', 127]);
    assert.match(seen?.exit?.error ?? '', /no such file or directory/);
    await removeOne(client, id);
  });

  test('a program that ends leaves its code and its last lines', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/exits-1:1'));
    const seen = await eventually(
      async () => {
        const now = await observeOne(client, id);
        return now?.state === 'exited' ? now : undefined;
      },
      { withinMs: 10_000, because: 'the program ends' },
    );
    assert.deepEqual(
      { ...seen.exit, at: undefined },
      { code: 1, at: undefined, outOfMemory: false, error: '', byEngine: false },
    );
    const lines = await collect(client.lines('readLogs', { params: { container: id } }));
    assert.deepEqual(
      lines.map(({ stream, text }) => [stream, text]),
      [
        ['out', 'starting'],
        ['err', 'cannot open configuration: no such file'],
      ],
    );
    await removeOne(client, id);
  });

  test('restarts by policy are counted, and end', async () => {
    const client = await bench().client(environment);
    const restart = { policy: 'on-failure' as const, maximumRetries: 2 };
    const id = await runOne(client, specOf('sim/exits-1:1', { service: { restart } }));
    const seen = await eventually(
      async () => {
        const now = await observeOne(client, id);
        return now?.state === 'exited' && now.restarts === 2 ? now : undefined;
      },
      { withinMs: 15_000, because: 'the engine gives up' },
    );
    assert.equal(seen.exit?.code, 1);
    await removeOne(client, id);
  });

  test('health is followed', async () => {
    const client = await bench().client(environment);
    const wanted = { 'sim/unhealthy:1': 'unhealthy', 'sim/healthy-after-1s:1': 'healthy', 'sim/web:1': 'none' };
    for (const [image, health] of Object.entries(wanted)) {
      const id = await runOne(client, specOf(image));
      await eventually(async () => (await observeOne(client, id))?.health === health, {
        withinMs: 15_000,
        because: `${image} becomes ${health}`,
      });
      await removeOne(client, id);
    }
  });

  test('a health check of the specification is carried out', async () => {
    const client = await bench().client(environment);
    const healthcheck = { test: ['CMD-SHELL', 'true'], intervalMs: 200, timeoutMs: 1_000, retries: 1 };
    const id = await runOne(client, specOf('sim/web:1', { service: { healthcheck } }));
    await eventually(async () => (await observeOne(client, id))?.health === 'healthy', {
      withinMs: 15_000,
      because: 'the check passes',
    });
    await removeOne(client, id);
  });

  test('all networks are there before the start, with their aliases', async () => {
    const client = await bench().client(environment);
    const names = [fresh('net'), fresh('net'), fresh('net')];
    for (const name of names)
      await client.createNetwork({
        body: { name, owner: ownerOf(name), spec: { external: false, labels: {} }, specHash: name },
      });
    const { id } = await client.createContainer({
      body: specOf('sim/web:1', { networks: names.map((name) => ({ name, aliases: [`alias-${name}`] })) }),
    });
    const { json } = await bench().raw('GET', `/containers/${id}/json`);
    for (const name of names) assert.match(JSON.stringify(json), new RegExp(`alias-${name}"`));
    assert.deepEqual((await observeOne(client, id))?.networks, [...names].sort());
    await client.startContainer({ params: { container: id } });
    await removeOne(client, id);
    for (const network of names) await client.removeNetwork({ params: { network } });
  });

  test('a container removed by hand is gone from the next list', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1'));
    assert.ok(await observeOne(client, id));
    await bench().raw('DELETE', `/containers/${id}?force=true`);
    assert.equal(await observeOne(client, id), undefined);
  });
};
