// Conformance: names, files and runs of containers, builds, and what was there before us.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import type { Build } from '@berth/contract/application-spec.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { codeOf, collect, environment, fresh, observeOne, ownerOf, publish, removeOne, runOne } from './subject.ts';
import { specOf, type Bench } from './subject.ts';

export const verbCases = (bench: () => Bench): void => {
  test('a container is renamed, and having the name is success', async () => {
    const client = await bench().client(environment);
    const [name, other] = [fresh('renamed'), specOf('sim/web:1')];
    const id = await runOne(client, specOf('sim/web:1'));
    const params = { container: id };
    await client.renameContainer({ params, body: { name } });
    await client.renameContainer({ params, body: { name } });
    const seen = await observeOne(client, id);
    assert.deepEqual([seen?.name, seen?.state], [name, 'running']);
    const second = await client.createContainer({ body: other });
    assert.equal(await codeOf(client.renameContainer({ params, body: { name: other.name } })), 'name_taken');
    assert.equal(await codeOf(client.renameContainer({ params, body: { name: '-' } })), 'invalid_request');
    const stranger = await bench().client('env_stranger');
    assert.equal(await codeOf(stranger.renameContainer({ params, body: { name: fresh('c') } })), 'not_found');
    await removeOne(client, second.id);
    await removeOne(client, id);
    assert.equal(await codeOf(client.renameContainer({ params, body: { name: fresh('c') } })), 'not_found');
  });

  test('the run that a container does is told', async () => {
    const client = await bench().client(environment);
    const spec = specOf('sim/exits-0:1');
    const body = { ...spec, owner: { ...spec.owner, run: 'run_1' } };
    const { id } = await client.createContainer({ body });
    assert.deepEqual((await observeOne(client, id))?.owner, body.owner);
    const another = { ...body, owner: { ...body.owner, run: 'run_2' } };
    assert.equal(await codeOf(client.createContainer({ body: another })), 'name_taken');
    await removeOne(client, id);
  });

  filesCases(bench);
  buildCases(bench);
  foreignCases(bench);
};

const filesCases = (bench: () => Bench): void => {
  test('files are mounted read-only from the host, and go with the container', async () => {
    const client = await bench().client(environment);
    const secret = 'correct horse battery staple';
    const spec = specOf('sim/web:1');
    const file = { content: Buffer.from(secret).toString('base64'), uid: 0, gid: 0 };
    const body = {
      ...spec,
      files: [
        { ...file, target: '/run/secrets/token', mode: 0o400 },
        { ...file, target: '/settings', content: '', uid: 1000, gid: 1000, mode: 0o444 },
      ],
    };
    const id = await runOne(client, body);
    assert.deepEqual(await client.createContainer({ body }), { id });
    const { json } = await bench().raw('GET', `/containers/${id}/json`);
    assert.equal(JSON.stringify(json).includes(file.content), false);
    const mounts = mountsOf(json);
    const source = mounts.get('/run/secrets/token')?.source ?? '';
    const settings = mounts.get('/settings')?.source ?? '';
    assert.deepEqual(
      [...mounts.values()].map((mount) => mount.writable),
      [false, false],
    );
    assert.deepEqual([readFileSync(source, 'utf8'), statSync(source).mode & 0o777], [secret, 0o400]);
    const { uid, gid, mode, size } = statSync(settings);
    assert.deepEqual([uid, gid, mode & 0o777, size], [1000, 1000, 0o444, 0]);
    await client.observe();
    assert.ok(existsSync(source), 'an observation sweeps only what nobody uses');
    await removeOne(client, id);
    assert.equal(existsSync(source), false);
  });

  test('files of a container removed by hand are swept', async () => {
    const client = await bench().client(environment);
    const files = [{ target: '/x', content: 'eA==', uid: 0, gid: 0, mode: 0o444 }];
    const { id } = await client.createContainer({ body: { ...specOf('sim/web:1'), files } });
    const { json } = await bench().raw('GET', `/containers/${id}/json`);
    const source = mountsOf(json).get('/x')?.source ?? '';
    assert.ok(existsSync(source));
    await bench().raw('DELETE', `/containers/${id}?force=true`);
    await client.observe();
    assert.equal(existsSync(source), false);
  });

  test('a create that fails leaves no files', async () => {
    const client = await bench().client(environment);
    const files = [{ target: '/x', content: 'eA==', uid: 0, gid: 0, mode: 0o444 }];
    const body = { ...specOf('sim/web:1', { networks: [{ name: 'bridge', aliases: [] }] }), files };
    assert.equal(await codeOf(client.createContainer({ body })), 'not_found');
    const { id } = await client.createContainer({ body: { ...specOf('sim/web:1'), files } });
    await removeOne(client, id);
  });
};

const mountsOf = (json: unknown): Map<string, { source: string; writable: boolean }> => {
  const { Mounts } = json as { Mounts: { Destination: string; Source: string; RW: boolean }[] };
  return new Map(Mounts.map((mount) => [mount.Destination, { source: mount.Source, writable: mount.RW }]));
};

const buildOf = (lines: readonly string[], more: Partial<Build> = {}): Build => ({
  context: '.',
  dockerfileInline: lines.join('\n'),
  args: {},
  labels: {},
  hash: 'h1',
  ...more,
});
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const buildCases = (bench: () => Bench): void => {
  const build = async (lines: readonly string[], more: Partial<Build> = {}, files: Record<string, string> = {}) => {
    const reference = `berth-build/${fresh('b')}:1`;
    const client = await bench().client(environment);
    const body = { reference, owner: ownerOf('web'), build: buildOf(lines, more), files };
    return { reference, client, told: await collect(client.lines('buildImage', { body })) };
  };

  test('an image is built from the files that come along', async () => {
    const { reference, client, told } = await build(
      ['FROM sim/web:1', 'COPY page.html /page.html', 'RUN echo built it'],
      { labels: { 'com.example.made': 'here' } },
      { 'page.html': base64('<p>'), 'run.sh': base64('#!/bin/sh\n') },
    );
    const last = told.at(-1);
    assert.equal(last?.type, 'done', JSON.stringify(last));
    const printed = told.flatMap((line) => (line.type === 'output' ? [line.text] : []));
    assert.ok(printed.includes('built it') && printed.some((line) => line.startsWith('Step 2/')), printed.join('\n'));
    const { image } = await client.findImage({ query: { reference } });
    assert.equal(image?.id, last.type === 'done' ? last.imageId : undefined);
    const { json } = await bench().raw('GET', `/images/${reference}/json`);
    assert.match(JSON.stringify(json), /"com.example.made":"here".*"io.berth.environment":"env_conformance"/);
    const id = await runOne(client, specOf(reference));
    await removeOne(client, id);
  });

  test('a build that fails says so in its last line', async () => {
    const wrong: Record<string, readonly [readonly string[], string, RegExp]> = {
      'a program that fails': [['FROM sim/web:1', 'RUN false'], 'engine_refused', /returned a non-zero code: 1/],
      'a missing base': [['FROM sim/missing:1'], 'image_not_found', /./],
      'a file that is not there': [['FROM sim/web:1', 'COPY nothing /x'], 'engine_refused', /nothing/],
    };
    for (const [what, [lines, code, message]] of Object.entries(wrong)) {
      const last = (await build(lines)).told.at(-1);
      assert.ok(last?.type === 'failed', what);
      assert.equal(last.code, code, `${what}: ${last.message}`);
      assert.match(last.message, message, what);
    }
    const { told } = await build([], { dockerfileInline: undefined, dockerfile: 'Dockerfile' });
    assert.equal(told.at(-1)?.type, 'failed');
  });

  test('a build cannot have a network of the host, a label of ours, or files elsewhere', async () => {
    const client = await bench().client(environment);
    const wrong = [
      { build: buildOf(['FROM scratch'], { network: 'host' }), files: {} },
      { build: buildOf(['FROM scratch'], { labels: { 'io.berth.key': 'x' } }), files: {} },
      { build: buildOf(['FROM scratch']), files: { '../x': '' } },
      { build: buildOf([], { dockerfileInline: undefined, dockerfile: '../Dockerfile' }), files: {} },
    ];
    for (const body of wrong)
      assert.equal(
        await codeOf(collect(client.lines('buildImage', { body: { reference: 'b:1', owner: ownerOf('x'), ...body } }))),
        'invalid_request',
      );
  });

  test('a registry that cannot be asked is told as unknown', async () => {
    const client = await bench().client();
    const { state } = await client.findRemoteImage({ query: { reference: 'sim/missing:1' } });
    assert.equal(state, 'unknown');
  });
};

const foreignCases = (bench: () => Bench): void => {
  const runForeign = async (name: string, more: object = {}): Promise<string> => {
    const { json, status } = await bench().raw('POST', `/containers/create?name=${name}`, {
      Image: 'sim/web:1',
      Env: ['GREETING=hello = world'],
      Labels: {
        'com.docker.compose.project': 'shop',
        'com.docker.compose.service': 'web',
        'com.docker.compose.container-number': '2',
        tier: 'front',
      },
      ExposedPorts: { '80/tcp': {} },
      ...more,
    });
    assert.equal(status, 201, JSON.stringify(json));
    const id = typeof json === 'object' && json !== null && 'Id' in json ? String(json.Id) : '';
    await bench().raw('POST', `/containers/${id}/start`);
    return id;
  };

  test('a foreign container is described as a file would say it', async () => {
    const client = await bench().client(environment);
    const [name, network, volume] = [fresh('foreign'), fresh('net'), fresh('vol')];
    await bench().raw('POST', '/networks/create', { Name: network });
    await bench().raw('POST', '/volumes/create', { Name: volume });
    const id = await runForeign(name, {
      HostConfig: {
        NetworkMode: network,
        Mounts: [{ Type: 'volume', Source: volume, Target: '/data' }],
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18093' }] },
        RestartPolicy: { Name: 'unless-stopped' },
        Memory: 64 * 1024 * 1024,
      },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: ['web'] } } },
    });
    const { items } = await client.describeContainers({ query: { ids: id } });
    const [found] = items;
    assert.deepEqual(
      [found?.name, found?.project, found?.projectService, found?.projectNumber, found?.state],
      [name, 'shop', 'web', 2, 'running'],
    );
    assert.deepEqual(found?.service, {
      image: 'sim/web:1',
      pullPolicy: 'missing',
      command: null,
      entrypoint: null,
      environment: { GREETING: 'hello = world' },
      labels: { tier: 'front' },
      ports: [{ ...publish(80, 18_093), hostIp: '127.0.0.1' }],
      expose: [],
      mounts: [{ kind: 'volume', volume, target: '/data', readOnly: false }],
      networks: { [network]: { aliases: ['web'] } },
      links: [],
      dependsOn: {},
      replicas: 1,
      restart: { policy: 'unless-stopped' },
      memoryBytes: 64 * 1024 * 1024,
    });
    await bench().raw('DELETE', `/containers/${id}?force=true`);
    await bench().raw('DELETE', `/networks/${network}`);
    await bench().raw('DELETE', `/volumes/${volume}`);
  });

  test('what is ours is not described as foreign', async () => {
    const client = await bench().client(environment);
    const { id } = await client.createContainer({ body: specOf('sim/web:1') });
    assert.deepEqual(await client.describeContainers({ query: { ids: id } }), { items: [] });
    await removeOne(client, id);
  });

  test('what is adopted is ours, as it is', async () => {
    const client = await bench().client(environment);
    const [network, volume] = [fresh('net'), fresh('vol')];
    await bench().raw('POST', '/networks/create', { Name: network });
    await bench().raw('POST', '/volumes/create', { Name: volume });
    const mounts = [{ Type: 'volume', Source: volume, Target: '/data' }];
    const id = await runForeign(fresh('foreign'), { HostConfig: { NetworkMode: network, Mounts: mounts } });
    const { owner } = specOf('sim/web:1');
    const body = {
      containers: [{ id, owner }],
      networks: [{ name: network, owner: ownerOf('net') }],
      volumes: [{ name: volume, owner: ownerOf('data') }],
    };
    await client.adopt({ body });
    await client.adopt({ body });
    const seen = await client.observe();
    const container = seen.containers.find((candidate) => candidate.id === id);
    assert.deepEqual(
      [container?.owner, container?.adopted, container?.state, container?.networks],
      [owner, true, 'running', [network]],
    );
    assert.deepEqual(seen.networks.find(({ name }) => name === network)?.owner, ownerOf('net'));
    assert.deepEqual(seen.volumes.find(({ name }) => name === volume)?.owner, ownerOf('data'));
    await refusesOthers(bench, id, network);
    const spec = { external: false, labels: {} };
    const { id: found } = await client.createNetwork({
      body: { name: network, owner: ownerOf('net'), spec, specHash: 'any' },
    });
    assert.equal(found, seen.networks.find(({ name }) => name === network)?.id);
    await client.createVolume({ body: { name: volume, owner: ownerOf('data'), spec, specHash: 'any' } });
    const params = { container: id };
    await client.stopContainer({ params, body: { graceMs: 5_000 } });
    assert.equal((await observeOne(client, id))?.state, 'exited');
    await client.removeContainer({ params });
    await client.removeNetwork({ params: { network } });
    await client.removeVolume({ params: { volume } });
    const after = await client.observe();
    assert.ok(
      !after.networks.some(({ name }) => name === network) && !after.volumes.some(({ name }) => name === volume),
    );
  });

  test('what was adopted and is gone is forgotten', async () => {
    const client = await bench().client(environment);
    const network = fresh('net');
    await bench().raw('POST', '/networks/create', { Name: network });
    const body = { containers: [], networks: [{ name: network, owner: ownerOf('net') }], volumes: [] };
    await client.adopt({ body });
    await bench().raw('DELETE', `/networks/${network}`);
    await client.observe();
    await bench().raw('POST', '/networks/create', { Name: network });
    assert.equal((await client.observe()).networks.find(({ name }) => name === network)?.owner, undefined);
    await bench().raw('DELETE', `/networks/${network}`);
  });

  test('events of an adopted container tell whose it is', async () => {
    const client = await bench().client(environment);
    const id = await runForeign(fresh('foreign'));
    const { owner } = specOf('sim/web:1');
    await client.adopt({ body: { containers: [{ id, owner }], networks: [], volumes: [] } });
    const leaving = new AbortController();
    const heard: unknown[] = [];
    const listening = (async () => {
      for await (const event of client.lines('followEvents', { signal: leaving.signal }))
        if (event.type === 'event' && event.id === id && event.action === 'die')
          heard.push([event.application, event.service]);
    })().catch(() => undefined);
    await eventually(
      async () => {
        await bench().raw('POST', `/containers/${id}/restart?t=0`);
        await bench().raw('POST', `/containers/${id}/stop?t=0`);
        await bench().raw('POST', `/containers/${id}/start`);
        return heard.length > 0;
      },
      { withinMs: 20_000, because: 'the end of the program is told' },
    );
    leaving.abort();
    await listening;
    assert.deepEqual(heard[0], [owner.application, owner.key]);
    await removeOne(client, id);
  });
};

const refusesOthers = async (bench: () => Bench, id: string, network: string): Promise<void> => {
  const stranger = await bench().client('env_stranger');
  const theirs = { ...ownerOf('net'), environment: 'env_stranger', application: 'app_stranger' };
  const none = { containers: [], networks: [], volumes: [] };
  const wish = { ...none, networks: [{ name: network, owner: theirs }] };
  assert.equal(await codeOf(stranger.adopt({ body: wish })), 'name_taken');
  assert.equal(await codeOf(stranger.stopContainer({ params: { container: id }, body: {} })), 'not_found');
  assert.equal(await codeOf(stranger.removeNetwork({ params: { network } })), 'not_found');
  const client = await bench().client(environment);
  assert.equal(await codeOf(client.adopt({ body: wish })), 'invalid_request');
  const bridge = { ...none, networks: [{ name: 'bridge', owner: ownerOf('net') }] };
  assert.equal(await codeOf(client.adopt({ body: bridge })), 'invalid_request');
  const ours = await client.createContainer({ body: specOf('sim/web:1') });
  const another = { ...specOf('sim/web:1').owner, application: 'app_other' };
  assert.equal(
    await codeOf(client.adopt({ body: { ...none, containers: [{ id: ours.id, owner: another }] } })),
    'name_taken',
  );
  await removeOne(client, ours.id);
};
