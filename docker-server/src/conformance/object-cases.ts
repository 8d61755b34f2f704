// Conformance: networks, volumes, images, the fence, and what is somebody else's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, environment, fresh, ownerOf, removeOne, specOf, type Bench } from './subject.ts';

const networkWish = (name: string, specHash = 'n1') => ({
  name,
  owner: ownerOf('net'),
  spec: { external: false, labels: {} },
  specHash,
});
const volumeWish = (name: string, driverOptions?: Record<string, string>) => ({
  name,
  owner: ownerOf('data'),
  spec: { external: false, labels: {}, ...(driverOptions === undefined ? {} : { driverOptions }) },
  specHash: 'v1',
});

export const objectCases = (bench: () => Bench): void => {
  test('facts name the engine', async () => {
    const facts = await (await bench().client()).readFacts();
    assert.equal(facts.apiVersion, '1.41');
    assert.ok(facts.engineId.length > 0 && facts.memoryBytes > 0 && facts.cpus > 0 && facts.address.length > 0);
  });

  test('a network is made once', async () => {
    const client = await bench().client(environment);
    const name = fresh('net');
    const first = await client.createNetwork({ body: networkWish(name) });
    assert.deepEqual(await client.createNetwork({ body: networkWish(name) }), first);
    const seen = (await client.observe()).networks.find((network) => network.name === name);
    assert.deepEqual([seen?.id, seen?.owner, seen?.specHash], [first.id, ownerOf('net'), 'n1']);
    await client.removeNetwork({ params: { network: name } });
    await client.removeNetwork({ params: { network: name } });
    assert.equal(
      (await client.observe()).networks.some((network) => network.name === name),
      false,
    );
  });

  test('of two networks of ours with one name the oldest is kept', async () => {
    const client = await bench().client(environment);
    const name = fresh('net');
    const { id } = await client.createNetwork({ body: networkWish(name) });
    const { json } = await bench().raw('GET', `/networks/${id}`);
    const labels = typeof json === 'object' && json !== null && 'Labels' in json ? json.Labels : undefined;
    const twin = await bench().raw('POST', '/networks/create', { Name: name, Labels: labels });
    assert.equal(twin.status, 201);
    assert.equal((await client.observe()).networks.filter((network) => network.name === name).length, 2);
    assert.deepEqual(await client.createNetwork({ body: networkWish(name) }), { id });
    assert.equal((await client.observe()).networks.filter((network) => network.name === name).length, 1);
    await client.removeNetwork({ params: { network: id } });
  });

  test('a network of that name that is foreign, or of another form, is not taken', async () => {
    const client = await bench().client(environment);
    const name = fresh('net');
    await bench().raw('POST', '/networks/create', { Name: name });
    assert.equal(await codeOf(client.createNetwork({ body: networkWish(name) })), 'name_taken');
    assert.equal(await codeOf(client.removeNetwork({ params: { network: name } })), 'not_found');
    await bench().raw('DELETE', `/networks/${name}`);
    await client.createNetwork({ body: networkWish(name) });
    assert.equal(await codeOf(client.createNetwork({ body: networkWish(name, 'n2') })), 'name_taken');
    await client.removeNetwork({ params: { network: name } });
  });

  test('a volume is made once, and never taken over', async () => {
    const client = await bench().client(environment);
    const name = fresh('vol');
    assert.deepEqual(await client.createVolume({ body: volumeWish(name) }), { name });
    assert.deepEqual(await client.createVolume({ body: volumeWish(name) }), { name });
    const seen = (await client.observe()).volumes.find((volume) => volume.name === name);
    assert.deepEqual([seen?.owner, seen?.specHash, seen?.driver], [ownerOf('data'), 'v1', 'local']);
    const odd = volumeWish(name, { type: 'tmpfs', device: 'tmpfs' });
    assert.equal(await codeOf(client.createVolume({ body: odd })), 'name_taken');
    await client.removeVolume({ params: { volume: name } });
    await client.removeVolume({ params: { volume: name } });
    const foreign = fresh('vol');
    await bench().raw('POST', '/volumes/create', { Name: foreign });
    assert.equal(await codeOf(client.createVolume({ body: volumeWish(foreign) })), 'name_taken');
    assert.equal(await codeOf(client.removeVolume({ params: { volume: foreign } })), 'not_found');
    assert.ok((await client.observe()).volumes.some((volume) => volume.name === foreign));
    await bench().raw('DELETE', `/volumes/${foreign}`);
  });

  test('an image is found with what it declares', async () => {
    const client = await bench().client();
    const { image } = await client.findImage({ query: { reference: 'sim/web:1' } });
    assert.match(image?.id ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(image?.exposedPorts, ['80/tcp']);
    assert.deepEqual(await client.findImage({ query: { reference: 'sim/missing:1' } }), { image: null });
    assert.equal(await codeOf(client.findImage({ query: { reference: '../containers/json?x' } })), 'invalid_request');
  });

  test('a pull that fails says so in its last line', async () => {
    const lines = [];
    const client = await bench().client();
    for await (const line of client.lines('pullImage', { body: { reference: 'sim/missing:1' } })) lines.push(line);
    const last = lines.at(-1);
    assert.ok(last?.type === 'failed' && last.code === 'image_not_found' && last.message !== '', JSON.stringify(last));
  });

  test('a changing verb needs a fencing number, and none that was overtaken', async () => {
    const name = fresh('net');
    const guarded = fresh('env_fenced');
    const wish = { ...networkWish(name), owner: { ...ownerOf('net'), environment: guarded } };
    const unguarded = await bench().client();
    assert.equal(await codeOf(unguarded.createNetwork({ body: wish })), 'invalid_request');
    await (await bench().client(guarded, 7)).createNetwork({ body: wish });
    const late = await bench().client(guarded, 6);
    assert.equal(await codeOf(late.createNetwork({ body: wish })), 'stale_fence');
    assert.equal(await codeOf(late.removeNetwork({ params: { network: name } })), 'stale_fence');
    await (await bench().client(guarded, 8)).removeNetwork({ params: { network: name } });
  });

  test('another environment’s objects are not there', async () => {
    const client = await bench().client(environment);
    const stranger = await bench().client('env_stranger');
    const network = fresh('net');
    const volume = fresh('vol');
    await client.createNetwork({ body: networkWish(network) });
    await client.createVolume({ body: volumeWish(volume) });
    const { id } = await client.createContainer({ body: specOf('sim/web:1') });
    const params = { container: id };
    assert.equal(await codeOf(stranger.startContainer({ params })), 'not_found');
    assert.equal(await codeOf(stranger.stopContainer({ params, body: {} })), 'not_found');
    assert.equal(await codeOf(stranger.removeContainer({ params })), 'not_found');
    assert.equal(await codeOf(stranger.open('readLogs', { params })), 'not_found');
    assert.equal(await codeOf(stranger.createExec({ params, body: { tty: true } })), 'not_found');
    assert.equal(await codeOf(stranger.removeVolume({ params: { volume } })), 'not_found');
    assert.equal(await codeOf(stranger.removeNetwork({ params: { network } })), 'not_found');
    const spec = specOf('sim/web:1');
    const theirs = { ...spec, owner: { ...spec.owner, environment: 'env_stranger' } };
    const mount = { kind: 'volume' as const, volume, target: '/data', readOnly: false };
    const uses = {
      network: { ...theirs, networks: [{ name: network, aliases: [] }] },
      volume: { ...theirs, mounts: [mount] },
      'network of a container': { ...theirs, networkMode: `container:${id}` },
    };
    for (const [what, body] of Object.entries(uses))
      assert.equal(await codeOf(stranger.createContainer({ body })), 'not_found', what);
    await removeOne(client, id);
    await client.removeNetwork({ params: { network } });
    await client.removeVolume({ params: { volume } });
  });
};
