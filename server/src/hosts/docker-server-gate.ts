// How a Docker Server comes in: it joins once with a single-use token and leaves its public key; from then on every
// connection is opened by signing a challenge that is good once and for 30 seconds.
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { nowInstant, toInstant, type Clock } from '@berth/common/clock.ts';
import type { NewId } from '@berth/common/new-id.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { connectHeaders, connectMessage, connectProtocol, type HostFacts } from '@berth/contract/hosts.ts';
import type { Id } from '@berth/contract/ids.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import { newSecret, secretHash } from '#sign-in/secret.ts';
import type { DockerServerLink, DockerServerLinks } from './docker-server-links.ts';
import { findHostKey, insertHost, insertJoinToken, listHostNames, spendJoinToken } from './host-store.ts';

const joinTokenLifeMs = 3_600_000;
const challengeLifeMs = 30_000;
const challengesMaximum = 10_000;

export const createJoinToken = async (ctx: Context, db: Db, reference: { tenant: string; environment: string }) => {
  const allowed = await authorize(ctx, db, 'create', 'environment.hosts', reference);
  const token = newSecret('berthjoin');
  const expiresAt = toInstant(ctx.clock.nowMs() + joinTokenLifeMs);
  await transact(db, (tx) =>
    insertJoinToken(tx, allowed, { id: ctx.newId('joinToken'), secret_hash: secretHash(token), expires_at: expiresAt }),
  );
  return { token, expiresAt };
};

/** The token is the leave; it is spent in the transaction that makes the host. */
export const joinHost = (
  parts: { db: Db; clock: Clock; newId: NewId },
  input: { token: string; publicKey: string; facts: HostFacts },
): Promise<{ host: Id<'host'>; name: string }> => {
  readKey(input.publicKey);
  return transact(parts.db, async (tx) => {
    const now = nowInstant(parts.clock);
    const environment = await spendJoinToken(tx, secretHash(input.token), now);
    if (environment === undefined)
      throw new PlatformError('unauthenticated', 'The join token is unknown, spent or too old; ask for a new one');
    const names = await listHostNames(tx, environment.id);
    if (environment.kind === 'standalone' && names.length > 0)
      throw new PlatformError('wrong_state', 'A standalone environment has one host, and this one has it already');
    const host = { id: parts.newId('host'), name: freeName(input.facts.hostname, names) };
    await insertHost(tx, {
      ...host,
      environment_id: environment.id,
      public_key: input.publicKey,
      facts: JSON.stringify(input.facts),
      since: now,
      joined_at: now,
    });
    return { host: host.id, name: host.name };
  });
};

const freeName = (hostname: string, taken: readonly string[]): string => {
  if (!taken.includes(hostname)) return hostname;
  for (let number = 2; ; number += 1) if (!taken.includes(`${hostname}-${number}`)) return `${hostname}-${number}`;
};

const readKey = (publicKey: string) => {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (thrown) {
    throw new PlatformError('invalid_request', 'The public key is not Ed25519 in SPKI form', {}, thrown);
  }
  throw new PlatformError('invalid_request', 'The public key is not Ed25519 in SPKI form');
};

export interface Gate {
  readonly challenge: (host: string) => { challenge: string };
  /** Answers an `Upgrade: berth-docker-server` request; throws before anything is written when it is refused. */
  readonly admit: (host: string, request: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>;
}

/** `welcome` is told of every Docker Server that came in. */
export const makeGate = (
  db: Db,
  clock: Clock,
  links: DockerServerLinks,
  welcome: (link: DockerServerLink) => void,
): Gate => {
  const open = new Map<string, { host: string; expiresMs: number }>();
  return {
    challenge: (host) => {
      const now = clock.monotonicMs();
      for (const [key, entry] of open) if (entry.expiresMs < now) open.delete(key);
      if (open.size >= challengesMaximum)
        throw new PlatformError('too_many_requests', 'Too many Docker Servers knock at once', { retryAfterSeconds: 5 });
      const challenge = randomBytes(32).toString('base64url');
      open.set(challenge, { host, expiresMs: now + challengeLifeMs });
      return { challenge };
    },
    admit: async (host, request, socket, head) => {
      const challenge = String(request.headers[connectHeaders.challenge] ?? '');
      const signature = Buffer.from(String(request.headers[connectHeaders.signature] ?? ''), 'base64');
      const entry = open.get(challenge);
      open.delete(challenge);
      const row = await findHostKey(db, host);
      const good =
        entry !== undefined &&
        row !== undefined &&
        entry.host === host &&
        entry.expiresMs >= clock.monotonicMs() &&
        verify(null, Buffer.from(connectMessage(host, challenge)), readKey(row.public_key), signature);
      if (!good) throw new PlatformError('unauthenticated', 'The Docker Server did not prove who it is');
      if (head.length > 0) socket.unshift(head);
      welcome(
        await links.accept(socket, { id: row.id, name: row.name, environment: row.environment_id }, switchingProtocols),
      );
    },
  };
};

// The answer that turns the connection around.
const switchingProtocols = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${connectProtocol}\r\n\r\n`;
