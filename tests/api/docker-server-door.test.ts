// How a Docker Server comes in, and how nobody else does: tokens, challenges, identities, and the verbs behind the door.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { cpSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { dockerServerApi } from '@berth/contract/docker-server-api.ts';
import { connectHeaders, connectMessage, connectPath, connectProtocol } from '@berth/contract/hosts.ts';
import { fillPath } from '@berth/contract/route.ts';
import { startDockerServer } from '@berth/docker-server/docker-server.ts';
import { ask, askPath } from '#harness/ask.ts';
import { knockUpgrade } from '#harness/knock.ts';
import { startSimulatedBerth, type SimulatedBerth, type SimulatedHost } from '#harness/simulated-berth.ts';
import { samples } from './route-samples.ts';

let berth: SimulatedBerth;
let host: SimulatedHost;
before(async () => {
  berth = await startSimulatedBerth();
  host = await berth.addHost({ tenant: 'other', environment: 'prod' });
});
after(() => berth?.close());

const newEnvironment = async (name: string) => {
  await berth.admin.createEnvironment({
    params: { tenant: 'main' },
    body: { name, title: name, zone: 'local', kind: 'standalone' },
  });
  return { tenant: 'main', environment: name };
};

const keyPair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'), privateKey };
};

const joinWith = (token: string, publicKey: string) =>
  ask(berth.url, 'joinHost', { body: { ...(samples.joinHost.body?.('') as object), token, publicKey } });

/** The status that an attempt to connect gets; the connection is dropped again. */
const knock = (hostId: string, headers: Record<string, string>, protocol = connectProtocol): Promise<number> =>
  knockUpgrade(berth.url + fillPath(connectPath, { host: hostId }), { ...headers, upgrade: protocol });

const challengeFor = async (hostId: string): Promise<string> =>
  (await berth.admin.challengeDockerServer({ params: { host: hostId } })).challenge;

const signed = (challenge: string, privateKey: KeyObject, message: string): Record<string, string> => ({
  [connectHeaders.challenge]: challenge,
  [connectHeaders.signature]: sign(null, Buffer.from(message), privateKey).toString('base64'),
});

suite('a join token', { concurrency: 4 }, () => {
  test('is spent by its first use, whatever comes of later ones', async () => {
    const place = await newEnvironment('once');
    const { token } = await berth.admin.createJoinToken({ params: place });
    const answers = await Promise.all(Array.from({ length: 8 }, () => joinWith(token, keyPair().publicKey)));
    assert.deepEqual(answers.map(({ status }) => String(status)).sort(), [
      '201',
      ...Array.from({ length: 7 }, () => '401'),
    ]);
    assert.equal((await berth.admin.listHosts({ params: place })).total, 1);
  });

  test('of a standalone environment that has its host brings no second one in', async () => {
    const { token } = await berth.admin.createJoinToken({ params: host.place });
    const answer = await joinWith(token, keyPair().publicKey);
    assert.deepEqual([answer.status, answer.code], [409, 'wrong_state']);
  });

  test('is not spent by a join that is refused for its form', async () => {
    const place = await newEnvironment('form');
    const { token } = await berth.admin.createJoinToken({ params: place });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
      .publicKey.export({ type: 'spki', format: 'der' })
      .toString('base64');
    for (const bad of ['', 'bm8ga2V5', rsa.slice(0, 200)]) assert.equal((await joinWith(token, bad)).status, 400);
    assert.equal((await joinWith(token, keyPair().publicKey)).status, 201);
  });

  test('that nobody gave out, or a key that another host has, brings nobody in', async () => {
    const place = await newEnvironment('twice');
    const { publicKey } = keyPair();
    assert.equal((await joinWith('berthjoin_nobody', publicKey)).status, 401);
    const first = await berth.admin.createJoinToken({ params: place });
    assert.equal((await joinWith(first.token, publicKey)).status, 201);
    const second = await berth.admin.createJoinToken({ params: await newEnvironment('thrice') });
    const answer = await joinWith(second.token, publicKey);
    assert.deepEqual([answer.status, answer.code], [409, 'conflict']);
  });
});

suite('a connection', { concurrency: 4 }, () => {
  test('is opened by the right signature once, and never by the same challenge again', async () => {
    const place = await newEnvironment('challenge');
    const { publicKey, privateKey } = keyPair();
    const { token } = await berth.admin.createJoinToken({ params: place });
    const { host: hostId } = (await joinWith(token, publicKey)).json as { host: string };
    const challenge = await challengeFor(hostId);
    const good = signed(challenge, privateKey, connectMessage(hostId, challenge));
    assert.equal(await knock(hostId, good), 101);
    assert.equal(await knock(hostId, good), 401, 'a replay');
    const wrong: [string, Record<string, string>][] = [];
    const next = await challengeFor(hostId);
    wrong.push(['another key', signed(next, keyPair().privateKey, connectMessage(hostId, next))]);
    wrong.push(['a challenge burnt by a wrong try', signed(next, privateKey, connectMessage(hostId, next))]);
    const other = await challengeFor(host.host);
    wrong.push(['another host’s challenge', signed(other, privateKey, connectMessage(hostId, other))]);
    const made = 'x'.repeat(43);
    wrong.push(['a challenge of one’s own', signed(made, privateKey, connectMessage(hostId, made))]);
    const bare = await challengeFor(hostId);
    wrong.push(['a signature of the challenge alone', signed(bare, privateKey, bare)]);
    wrong.push(['nothing', {}]);
    for (const [what, headers] of wrong) assert.equal(await knock(hostId, headers), 401, what);
  });

  test('to a host that is not there looks like one with a wrong signature', async () => {
    const nowhere = 'hst_0123456789abcdefghjkmnpqrs';
    const challenge = await challengeFor(nowhere);
    assert.equal(
      await knock(nowhere, signed(challenge, keyPair().privateKey, connectMessage(nowhere, challenge))),
      401,
    );
    assert.equal(await knock(nowhere, {}, 'something-else'), 404);
  });

  test('by a copy of a connected host is refused, and leaves the first alone', async () => {
    const copy = `${host.stateFolder}-copy`;
    cpSync(host.stateFolder, copy, { recursive: true });
    const refused: string[] = [];
    const log = { ...silentLog, warn: (_: string, fields?: object) => void refused.push(JSON.stringify(fields)) };
    const twin = await startDockerServer({
      portal: host.line.url,
      stateFolder: copy,
      engineSocket: host.engine.socket,
      clock: systemClock,
      log,
    });
    try {
      await eventually(() => refused.some((line) => line.includes('HTTP 409')), {
        withinMs: 10_000,
        because: 'the twin is refused',
      });
      const [seen] = (await berth.admin.listHosts({ params: host.place })).items;
      assert.equal(seen?.state, 'active');
    } finally {
      await twin.close();
    }
  });
});

suite('the Docker Server’s verbs', { concurrency: 4 }, () => {
  for (const [name, route] of Object.entries(dockerServerApi))
    test(`${name} is not to be had on the public port, with a key or without`, async () => {
      const path = fillPath(route.path, { network: 'n', volume: 'v', container: 'c', exec: 'a'.repeat(64) });
      for (const key of [undefined, berth.adminKey])
        for (const headers of [{}, { 'berth-environment': 'env_x', 'berth-fence': '99' }]) {
          const answer = await askPath(berth.url, route.method, path, {
            key,
            headers,
            text: route.method === 'GET' ? undefined : '{}',
          });
          assert.deepEqual(
            [answer.status, answer.code, answer.message],
            [404, 'not_found', 'There is nothing at this address'],
          );
        }
    });
});
