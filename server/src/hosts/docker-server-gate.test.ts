import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { connectHeaders, connectMessage } from '@berth/contract/hosts.ts';
import { openPlace } from '#testing/database.ts';
import { makeGate } from './docker-server-gate.ts';
import type { DockerServerLink, DockerServerLinks } from './docker-server-links.ts';

const code = (expected: string) => (thrown: unknown) => thrown instanceof PlatformError && thrown.code === expected;
const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), privateKey };
};

/** Links that take everyone in and remember whom. */
const makeLinks = () => {
  const accepted: { host: string; greeting: string }[] = [];
  const links: DockerServerLinks = {
    find: () => undefined,
    get: () => assert.fail('nobody asks for a link here'),
    accept: async (socket, host, greeting) => {
      accepted.push({ host: host.id, greeting });
      const link: Pick<DockerServerLink, 'host'> = { host: host.id };
      void socket;
      return link as DockerServerLink;
    },
    closeAll: () => undefined,
  };
  return { links, accepted };
};

const begin = async (t: TestContext) => {
  const place = await openPlace();
  t.after(() => place.db.destroy());
  const environment = await place.environment(await place.tenant('acme'), 'prod');
  const [ours, theirs] = [pair(), pair()];
  const host = await place.host(environment, 'alpha', { publicKey: ours.publicKey });
  const other = await place.host(environment, 'beta', { publicKey: theirs.publicKey });
  const { links, accepted } = makeLinks();
  const welcomed: string[] = [];
  const gate = makeGate(place.db, place.clock, links, (link) => void welcomed.push(link.host));
  const knock = (
    challenge: string,
    more: {
      host?: string;
      key?: KeyObject;
      signed?: string;
      head?: Buffer;
      socket?: PassThrough;
      signature?: string;
    } = {},
  ) => {
    const at = more.host ?? host;
    const message = more.signed ?? connectMessage(at, challenge);
    const signature =
      more.signature ?? sign(null, Buffer.from(message), more.key ?? ours.privateKey).toString('base64');
    const request = { headers: { [connectHeaders.challenge]: challenge, [connectHeaders.signature]: signature } };
    const socket = more.socket ?? new PassThrough();
    return gate.admit(
      at,
      request as unknown as IncomingMessage,
      socket as unknown as Socket,
      more.head ?? Buffer.alloc(0),
    );
  };
  return { ...place, gate, knock, host, other, theirs, accepted, welcomed };
};

test('makeGate lets a Docker Server in that signs its challenge, and turns the connection around', async (t) => {
  const { gate, knock, host, accepted, welcomed } = await begin(t);
  await knock(gate.challenge(host).challenge);
  assert.deepEqual(welcomed, [host]);
  assert.match(accepted[0]?.greeting ?? '', /^HTTP\/1\.1 101 .*\r\nUpgrade: berth-docker-server\r\n\r\n$/s);
});

test('makeGate gives back to the socket what came with the request', async (t) => {
  const { gate, knock, host } = await begin(t);
  const socket = new PassThrough();
  await knock(gate.challenge(host).challenge, { socket, head: Buffer.from('early') });
  assert.equal(String(socket.read()), 'early');
});

test('makeGate never gives a challenge twice', async (t) => {
  const { gate, host } = await begin(t);
  const given = Array.from({ length: 50 }, () => gate.challenge(host).challenge);
  assert.equal(new Set(given).size, 50);
});

type Begun = Awaited<ReturnType<typeof begin>>;
const refused: Record<string, (begun: Begun) => Promise<void>> = {
  'a challenge it never gave': ({ knock }) => knock('made-up'),
  'no challenge': ({ knock }) => knock(''),
  'a challenge that is spent': async ({ gate, knock, host }) => {
    const { challenge } = gate.challenge(host);
    await knock(challenge);
    await knock(challenge);
  },
  'a challenge that a wrong signature has spent': async ({ gate, knock, host, theirs }) => {
    const { challenge } = gate.challenge(host);
    await assert.rejects(knock(challenge, { key: theirs.privateKey }), code('unauthenticated'));
    await knock(challenge);
  },
  'a challenge older than 30 seconds': async ({ gate, knock, host, clock }) => {
    const { challenge } = gate.challenge(host);
    clock.advance(30_001);
    await knock(challenge);
  },
  'the key of another host': ({ gate, knock, host, theirs }) =>
    knock(gate.challenge(host).challenge, { key: theirs.privateKey }),
  'a challenge given to another host': ({ gate, knock, other }) => knock(gate.challenge(other).challenge),
  'a host that says it is another': ({ gate, knock, host, other }) =>
    knock(gate.challenge(host).challenge, { host: other }),
  'a host that nobody knows': ({ gate, knock }) =>
    knock(gate.challenge('hst_00000000000000000000000000').challenge, { host: 'hst_00000000000000000000000000' }),
  'a host by its name, for names are not unique': ({ gate, knock }) =>
    knock(gate.challenge('alpha').challenge, { host: 'alpha' }),
  'a signature of the bare challenge': async ({ gate, knock, host }) => {
    const { challenge } = gate.challenge(host);
    await knock(challenge, { signed: challenge });
  },
  'a signature for another purpose': async ({ gate, knock, host }) => {
    const { challenge } = gate.challenge(host);
    await knock(challenge, { signed: `berth docker-server join\n${host}\n${challenge}` });
  },
  'a signature that is none': ({ gate, knock, host }) => knock(gate.challenge(host).challenge, { signature: '!' }),
};
for (const [what, ask] of Object.entries(refused))
  test(`makeGate refuses ${what}`, async (t) => {
    const begun = await begin(t);
    const before = () => begun.welcomed.length;
    await assert.rejects(ask(begun), code('unauthenticated'));
    assert.equal(before(), what === 'a challenge that is spent' ? 1 : 0);
  });

test('makeGate keeps only so many challenges, and has room again when they are old', async (t) => {
  const { gate, host, clock } = await begin(t);
  for (let count = 0; count < 10_000; count += 1) gate.challenge(host);
  assert.throws(() => gate.challenge(host), code('too_many_requests'));
  clock.advance(30_001);
  assert.ok(gate.challenge(host).challenge.length >= 43);
});
