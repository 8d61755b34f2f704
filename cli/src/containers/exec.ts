// `berth exec`: a command or a shell in a container, over a WebSocket that a ticket opens.
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import { shellServerMessageSchema } from '@berth/contract/containers.ts';
import type { Machine } from '#machine.ts';
import { findPlace, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { findContainer } from './find-containers.ts';
import { joinTerminal } from './join-terminal.ts';

export type ExecFlags = PlaceFlags & { readonly interactive?: boolean; readonly tty?: boolean };

export const exec = async (
  machine: Machine,
  named: string,
  command: readonly string[],
  flags: ExecFlags,
): Promise<number> => {
  const { stdin, stdout } = process;
  const hasTerminal = stdin.isTTY && stdout.isTTY;
  if (flags.tty === true && !hasTerminal)
    throw new PlatformError('invalid_request', 'Here is no terminal for -t. Leave it out, or use -i alone');
  // Nobody asks for a shell in order not to type into it.
  const isShell = command.length === 0;
  const tty = flags.tty === true || (isShell && hasTerminal && flags.interactive !== true);
  const takesInput = flags.interactive === true || isShell || tty;
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const container = await findContainer(session, place, named);
  const ticket = await session.client.openShell({
    params: { ...place, container: container.id },
    body: {
      tty,
      ...(isShell ? {} : { command: [...command] }),
      ...(tty ? { size: terminalSize(machine) } : {}),
    },
  });
  const url = session.server.url.replace(/^http/, 'ws') + ticket.path;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${session.server.key}` } });
  return runOn(machine, socket, { tty, takesInput });
};

const terminalSize = (machine: Machine): { rows: number; columns: number } => {
  const { rows, columns } = machine.size();
  const within = (count: number): number => Math.min(1000, Math.max(1, count));
  return { rows: within(rows), columns: within(columns) };
};

/** Resolves with the exit code of the program. */
const runOn = (machine: Machine, socket: WebSocket, wish: { tty: boolean; takesInput: boolean }): Promise<number> =>
  new Promise((resolve, reject) => {
    let leave = (): void => undefined;
    let isOpen = false;
    const finish = (result: { exitCode: number } | { thrown: Error }): void => {
      leave();
      leave = () => undefined;
      if ('thrown' in result) reject(result.thrown);
      else resolve(result.exitCode);
    };
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      isOpen = true;
      leave = joinTerminal(machine, socket, { ...wish, size: () => terminalSize(machine) });
    });
    socket.addEventListener('message', (event) => {
      const data: unknown = event.data;
      if (data instanceof ArrayBuffer) writeOutput(new Uint8Array(data), wish.tty);
      else if (typeof data === 'string') {
        const message = shellServerMessageSchema.parse(JSON.parse(data));
        if (message.type === 'exit') finish({ exitCode: message.exitCode ?? 1 });
        else finish({ thrown: new ApiError(422, { code: message.code, message: message.message }) });
        socket.close();
      }
    });
    socket.addEventListener('close', ({ reason }) => finish({ thrown: brokenOff(isOpen, reason) }));
    socket.addEventListener('error', () => finish({ thrown: brokenOff(isOpen, '') }));
  });

const brokenOff = (isOpen: boolean, reason: string): PlatformError => {
  if (!isOpen) return new PlatformError('unavailable', 'The server did not open the connection to the container');
  const why = reason === '' ? '' : `: ${reason}`;
  return new PlatformError('host_unreachable', `The connection to the container broke off${why}`);
};

// Without a terminal, the first byte says which stream the rest belongs to.
const errorStream = 2;

const writeOutput = (bytes: Uint8Array, tty: boolean): void => {
  if (tty) process.stdout.write(bytes);
  else (bytes[0] === errorStream ? process.stderr : process.stdout).write(bytes.subarray(1));
};
