// Terminals in containers. A shell is asked for over the API, where the policy decides; what comes back is a ticket that
// opens one WebSocket, once, within 30 seconds, for the same account. An id alone opens nothing.
import type { Duplex } from 'node:stream';
import { PassThrough, Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { toInstant, type Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import { asPlatformError, PlatformError } from '@berth/common/platform-error.ts';
import { shellClientMessageSchema, shellSocketPath } from '@berth/contract/containers.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { z } from 'zod';
import { authorize } from '#authz/authorize.ts';
import { actorKey, type Actor, type Context } from '#context.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLink, DockerServerLinks } from '#hosts/docker-server-links.ts';
import { newSecret, secretHash } from '#sign-in/secret.ts';
import { holdFence } from '#hosts/fence.ts';
import type { Leases } from '#reconcile/lease.ts';

type Size = { rows: number; columns: number };
interface Ticket {
  readonly user: string;
  readonly host: Id<'host'>;
  readonly environment: Id<'environment'>;
  readonly container: string;
  readonly command: readonly string[] | undefined;
  readonly tty: boolean;
  readonly size: Size | undefined;
  readonly expiresMs: number;
}

const ticketLifeMs = 30_000;
const ticketsMaximum = 10_000;
// Browsers and proxies drop a WebSocket that says nothing; 25 s is below the usual 60.
const pingEveryMs = 25_000;
// Input that waits for a program to read it.
const inputBytesMaximum = 4 * 1024 * 1024;

export interface ShellSockets {
  readonly openShell: (
    ctx: Context,
    reference: { tenant: string; environment: string; container: string },
    input: { command?: readonly string[] | undefined; tty?: boolean | undefined; size?: Size | undefined },
  ) => Promise<{ path: string; expiresAt: string }>;
  /** Takes the ticket; throws when it is not good for this account. */
  readonly redeem: (ticket: string, actor: Actor) => Ticket;
  /** Runs the shell on an accepted WebSocket until either side ends it. */
  readonly attach: (ticket: Ticket, socket: WebSocket) => Promise<void>;
}

export const makeShellSockets = (parts: {
  db: Db;
  clock: Clock;
  log: Log;
  links: DockerServerLinks;
  leases: Leases;
}): ShellSockets => {
  const tickets = new Map<string, Ticket>();
  const { clock } = parts;
  return {
    openShell: async (ctx, reference, input) => {
      const allowed = await authorize(ctx, parts.db, 'create', 'container.shell', reference);
      const now = clock.monotonicMs();
      for (const [key, ticket] of tickets) if (ticket.expiresMs < now) tickets.delete(key);
      if (tickets.size >= ticketsMaximum)
        throw new PlatformError('too_many_requests', 'Too many shells are being opened', { retryAfterSeconds: 30 });
      parts.links.get(allowed.container.host);
      const secret = newSecret('berthshell');
      tickets.set(secretHash(secret), {
        user: actorKey(ctx.actor),
        host: allowed.container.host,
        environment: allowed.environment.id,
        container: allowed.container.id,
        command: input.command,
        tty: input.tty ?? true,
        size: input.size,
        expiresMs: now + ticketLifeMs,
      });
      return { path: shellSocketPath.replace(':ticket', secret), expiresAt: toInstant(clock.nowMs() + ticketLifeMs) };
    },
    redeem: (secret, actor) => {
      const key = secretHash(secret);
      const ticket = tickets.get(key);
      tickets.delete(key);
      if (ticket === undefined || ticket.expiresMs < clock.monotonicMs() || ticket.user !== actorKey(actor))
        throw new PlatformError('not_found', 'The ticket is unknown, spent or too old');
      return ticket;
    },
    attach: async (ticket, socket) => {
      const end = (message: object) => {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
        socket.close(1000);
      };
      try {
        await runShell(parts, ticket, socket, end);
      } catch (thrown) {
        const error = asPlatformError(thrown);
        if (error.code === 'bug') parts.log.error('shell failed', { container: ticket.container }, thrown);
        end({ type: 'error', code: error.code, message: error.message });
      }
    },
  };
};

const runShell = async (
  { links, clock, leases }: { links: DockerServerLinks; clock: Clock; leases: Leases },
  ticket: Ticket,
  socket: WebSocket,
  end: (message: object) => void,
): Promise<void> => {
  const gone = new AbortController();
  const input = new PassThrough();
  const opening = createExec({ links, leases }, ticket);
  // Before anything is waited for: who connects may type, or end the input, at once.
  socket.on('message', (data, isBinary) => {
    if (!isBinary) void obey(opening, parseMessage((data as Buffer).toString()), input);
    // What is typed after the end of the input is for nobody.
    else if (input.writable) {
      input.write(data as Buffer);
      if (input.writableLength > inputBytesMaximum) socket.close(1009, 'The program does not read its input');
    }
  });
  socket.once('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const stopPings = keepAwake(clock, socket);
  try {
    const { client, exec } = await opening;
    const response = await client.open(
      'attachExec',
      { params: { exec }, query: { tty: ticket.tty ? 'true' : 'false' }, signal: gone.signal },
      input as unknown as RequestBody,
    );
    if (response.body !== null)
      await pump(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), socket, ticket.tty);
    if (gone.signal.aborted) return;
    const { exitCode } = await client.readExec({ params: { exec } });
    end({ type: 'exit', exitCode });
  } finally {
    stopPings();
    input.destroy();
  }
};

type Exec = { readonly client: ReturnType<DockerServerLink['client']>; readonly exec: string };

const createExec = async (
  { links, leases }: { links: DockerServerLinks; leases: Leases },
  ticket: Ticket,
): Promise<Exec> => {
  const link = links.get(ticket.host);
  const fence = await holdFence(leases, ticket.environment);
  const client = link.client({ fence, limits: { firstByteMs: 30_000, idleMs: 0 } });
  const { exec } = await client.createExec({
    params: { container: ticket.container },
    body: {
      tty: ticket.tty,
      ...(ticket.command === undefined ? {} : { command: [...ticket.command] }),
      ...(ticket.size === undefined ? {} : { size: ticket.size }),
    },
  });
  return { client, exec };
};

type RequestBody = NonNullable<RequestInit['body']>;

const parseMessage = (text: string): z.infer<typeof shellClientMessageSchema> | undefined => {
  try {
    return shellClientMessageSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const obey = async (
  opening: Promise<Exec>,
  message: z.infer<typeof shellClientMessageSchema> | undefined,
  input: Duplex,
): Promise<void> => {
  if (message?.type === 'end') input.end();
  // A shell that never began or has just ended cannot be resized; that is no news to anybody.
  if (message?.type === 'resize')
    await opening
      .then(({ client, exec }) => client.resizeExec({ params: { exec }, body: message.size }))
      .catch(() => undefined);
};

const keepAwake = (clock: Clock, socket: WebSocket): (() => void) => {
  let stop = () => {};
  const again = () => {
    stop = clock.after(pingEveryMs, () => {
      if (socket.readyState === socket.OPEN) socket.ping();
      again();
    });
  };
  again();
  return () => stop();
};

/** Output to the WebSocket, at the pace the browser takes it. */
const pump = async (output: Readable, socket: WebSocket, tty: boolean): Promise<void> => {
  for await (const bytes of tty ? output : unframe(output)) {
    if (socket.readyState !== socket.OPEN) return;
    await new Promise<void>((resolve) => socket.send(bytes as Buffer, { binary: true }, () => resolve()));
  }
};

// One byte of stream, four of length, then the bytes: to the browser goes the stream's byte and the bytes.
async function* unframe(output: Readable): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const bytes of output) {
    rest = Buffer.concat([rest, bytes as Buffer]);
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(1);
      if (rest.length < 5 + length) break;
      yield Buffer.concat([rest.subarray(0, 1), rest.subarray(5, 5 + length)]);
      rest = rest.subarray(5 + length);
    }
  }
}
